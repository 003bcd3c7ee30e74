"""What the checker asks of links: when transfers start, how long they take, who shares."""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

from scheduler.graphs.placed import Placed, PlacedTransfer
from scheduler.validity import Violation


def check_links(placed: Placed) -> Iterator[Violation]:
    """Violations of what links allow."""
    problem = placed.problem
    for index, link in enumerate(problem.links):
        rows = [row for row in placed.transfers if row.link == index]
        for row in rows:
            yield from _start(placed, row, waits=link.sharing == "fifo")
        alone = {row.edge: problem.edges[row.edge].ticks[index] for row in rows}
        arrivals = {row.edge: row.start + alone[row.edge] for row in rows}
        if link.sharing == "fair":
            arrivals |= _fluid([row for row in rows if alone[row.edge]], alone)
        for row in rows:
            if row.finish != arrivals[row.edge]:
                yield Violation(
                    "transfer-time",
                    f"{_name(placed, row)} enters '{link.name}' at {row.start} and arrives at "
                    f"{arrivals[row.edge]}, not {row.finish}",
                )
        if link.sharing == "fifo":
            yield from _in_line(placed, [row for row in rows if alone[row.edge]])


def _name(placed: Placed, row: PlacedTransfer) -> str:
    source, target = placed.names(row.edge)
    return f"transfer '{source}->{target}'"


def _start(placed: Placed, row: PlacedTransfer, *, waits: bool) -> Iterator[Violation]:
    written = placed.finishes[placed.problem.edges[row.edge].source]
    if row.start < written or (row.start > written and not waits):
        rule = "not before" if waits else "at"
        yield Violation(
            "transfer-start",
            f"{_name(placed, row)} starts at {row.start}, {rule} {written}, when its source "
            "finishes",
        )


def _in_line(placed: Placed, rows: list[PlacedTransfer]) -> Iterator[Violation]:
    last: PlacedTransfer | None = None
    for row in sorted(rows, key=lambda row: (row.start, row.edge)):
        if last is not None and row.start < last.finish:
            yield Violation(
                "link-exclusivity",
                f"{_name(placed, row)} enters '{placed.problem.links[row.link].name}' at "
                f"{row.start}, {_name(placed, last)} holds it until {last.finish}",
            )
        if last is None or row.finish >= last.finish:
            last = row


def _fluid(rows: list[PlacedTransfer], alone: dict[int, int]) -> dict[int, int]:
    """By edge: the first tick at which its work is done, n at a time at a rate of 1/n."""
    coming = sorted(rows, key=lambda row: row.start, reverse=True)
    left: dict[int, Fraction] = {}
    arrivals: dict[int, int] = {}
    now = Fraction(0)
    while coming or left:
        if not left:
            now = Fraction(coming[-1].start)
        while coming and coming[-1].start == now:
            edge = coming.pop().edge
            left[edge] = Fraction(alone[edge])
        until = now + min(left.values()) * len(left)
        if coming:
            until = min(until, Fraction(coming[-1].start))
        done = (until - now) / len(left)
        now = until
        for edge in list(left):
            left[edge] -= done
            if not left[edge]:
                arrivals[edge] = ceil(now)
                del left[edge]
    return arrivals
