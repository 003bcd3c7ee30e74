"""Recorded sensor streams that networks are trained and run on, one file each."""
