"""The torch side: tracing, gating, compressing, training, and the small zoo."""
