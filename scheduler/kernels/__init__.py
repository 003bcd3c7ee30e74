"""Compiled inner loops of the chain planner: arrays in, arrays out, no knowledge of documents."""
