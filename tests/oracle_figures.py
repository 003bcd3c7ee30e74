"""What an oracle test found, for the table in docs/results/simulation.md.

A test that compares with somebody else's truth says what it compared, with whom, how often, and
how far off we were at most. `benchmarks/results/simulation.py` runs the tests and makes the table.
"""

from collections.abc import Callable

from simulator.confidence import Interval

Record = Callable[[str, object], None]
"""pytest's fixture ``record_property``."""

COLUMNS = ("claim", "oracle", "cases", "found")
"""Names of the properties, in the order of the table's columns."""


def agreement(record: Record, claim: str, oracle: str, cases: int, found: str) -> None:
    """Note that ``claim`` was held against ``oracle`` in so many ``cases``, with what result."""
    for name, value in zip(COLUMNS, (claim, oracle, cases, found), strict=True):
        record(name, value)


def beside(interval: Interval, expected: float) -> str:
    """A mean and its interval, as shares of what the oracle says."""
    return (
        f"{interval.value / expected:.4f} of it "
        f"({100 * interval.level:g} % interval {interval.low / expected:.4f} to "
        f"{interval.high / expected:.4f})"
    )
