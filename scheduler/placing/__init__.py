"""For baselines that only place segments: the problem as they see it, and the rest of the plan."""
