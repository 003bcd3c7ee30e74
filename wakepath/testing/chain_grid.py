"""A plan for a chain as a small grid: cores and links are rows, time runs to the right.

What is wrong is marked: ``!`` stands where something cannot be, or runs past the deadline.
"""

from collections.abc import Sequence
from math import gcd

from scheduler.plan import Plan
from scheduler.validity import Violation
from wakepath.testing.plan_timeline import Piece, timeline
from wakepath.units import quantity

COLUMNS = 60
"""Most columns of time."""
RULER = 10
"""Columns between two marks of the ruler."""


def plan_grid(plan: Plan, violations: Sequence[Violation] = ()) -> str:
    """The way of a sample that no gate stops, and below it what is wrong.

    A digit is the segment that runs, ``w`` a wake-up, ``s`` a change of operating point, ``g`` a
    gate, ``e`` and ``d`` a codec's two sides, ``>`` a transfer. ``violations`` are the checker's.
    """
    pieces = timeline(plan)
    end = max((piece.end_ns for piece in pieces), default=0)
    deadline = round(plan.requirements.deadline_s * 1e9)
    step = _step(end, [deadline, *(piece.end_ns for piece in pieces)])
    lanes = list(dict.fromkeys(piece.lane for piece in pieces))
    wide = max([len("deadline"), *map(len, lanes)])
    rows = [f"{'':{wide}} {_ruler(end, step)}  a column is {quantity(step / 1e9, 's')}"]
    rows += [f"{lane:{wide}} {_cells(lane, pieces, step, deadline)}" for lane in lanes]
    if end > deadline:
        rows.append(f"{'deadline':{wide}} {'':{deadline // step}}^ {quantity(deadline / 1e9, 's')}")
    faults = [f"! {piece.lane}: {piece.fault}" for piece in pieces if piece.fault]
    return "\n".join(
        [
            *(row.rstrip() for row in rows),
            *faults,
            *(f"! [{v.kind}] {v.message}" for v in violations),
        ]
    )


def _step(end_ns: int, instants: Sequence[int]) -> int:
    """Nanoseconds a column: all instants exactly, if there is room, or else a round number."""
    exact = gcd(*instants)
    if exact and end_ns <= exact * COLUMNS:
        return exact
    scale = 1
    while True:
        for digit in (1, 2, 5):
            if end_ns <= digit * scale * COLUMNS:
                return digit * scale
        scale *= 10


def _ruler(end_ns: int, step: int) -> str:
    columns = -(-end_ns // step)
    marks = "".join(f"{f'{tens * RULER}':<{RULER}}" for tens in range(columns // RULER + 1))
    return marks.rstrip()


def _cells(lane: str, pieces: Sequence[Piece], step: int, deadline: int) -> str:
    cells: dict[int, str] = {}
    for piece in pieces:
        if piece.lane != lane or (piece.start_ns == piece.end_ns and not piece.fault):
            continue
        first = piece.start_ns // step
        last = max(first + 1, -(-piece.end_ns // step))
        for column in range(first, last):
            late = (column + 1) * step > deadline and piece.end_ns > deadline
            cells[column] = "!" if piece.fault or late else piece.sign
    return "".join(cells.get(column, ".") for column in range(max(cells, default=-1) + 1))
