"""The tolerances of the whole project, in one place."""

ACCURACY_SLACK = 1e-12
"""Absolute slack on an accuracy floor, for sums of shares."""

LIMIT_RELATIVE = 1e-12
"""Relative slack on a limit in real numbers, for sums in another order."""

P99_SHARE = 0.01
"""What more samples than this have to bear counts in the 99th percentile of the latency."""

FIGURE_RELATIVE = 1e-9
"""Relative tolerance between a plan's figures and their recomputation."""

IDLE_RELATIVE = 1e-14
"""What is left of a period, relatively, when a core is busy for all of it, but for rounding."""
