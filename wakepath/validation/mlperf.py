"""The published rows of MLPerf Tiny beside predictions that did not know them."""

from functools import cache

from devicemodels.calibration.held_out import HeldOut, Judged, judge, usable
from devicemodels.published.mlperf_tiny import PublishedRow, mlperf_tiny_rows
from networks.zoo.tiny import tiny_network

NETWORKS = ("kws", "ic", "ad")
"""Of the published rows."""


@cache
def judged_rows() -> tuple[Judged, ...]:
    """Every row of a board of ours by every protocol; some ten seconds."""
    networks = {name: tiny_network(name).operators for name in NETWORKS}
    return judge(usable(mlperf_tiny_rows()), networks)


def left_out_rows(protocol: HeldOut) -> tuple[Judged, ...]:
    """Rows of boards with all three networks, each predicted from the board's other two."""
    have: dict[tuple[str, str, str], set[str]] = {}
    for one in judged_rows():
        have.setdefault(one.row.key, set()).add(one.row.network)
    return tuple(
        one
        for one in judged_rows()
        if one.held_out == protocol and have[one.row.key] == set(NETWORKS)
    )


def not_judged() -> tuple[tuple[PublishedRow, str], ...]:
    """Rows that no law is held against, and why."""
    kept = set(usable(mlperf_tiny_rows()))
    found = []
    for row in mlperf_tiny_rows():
        if row in kept:
            continue
        if not row.core_class:
            reason = "none of our classes of cores"
        elif row.precision != "int8":
            reason = "not int8"
        elif row.frequency_hz is None:
            reason = "no clock given"
        else:
            reason = "published before, unchanged"
        found.append((row, reason))
    return tuple(found)
