"""The tolerances of the whole project, in one place."""

ACCURACY_SLACK = 1e-12
"""Absolute slack on an accuracy floor, for sums of shares."""

FIGURE_RELATIVE = 1e-9
"""Relative tolerance between a plan's figures and their recomputation."""
