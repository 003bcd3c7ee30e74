"""Parts of a plan that a search fixes or forbids, one at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from scheduler.expectation import Assignment
from scheduler.problem import KnobRow, ModeCosts, Problem

Kind = Literal["gates", "mode", "knob", "codec"]

STAYS = -1
"""As a codec: the edge stays on its core."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One part of one pipeline's plan that must, or must not, be so."""

    pipeline: int
    """Which pipeline."""
    kind: Kind
    """Which kind of part: the choice of gates, a segment's mode or knob, an edge's codec."""
    index: int
    """Which segment or edge; 0 for the choice of gates."""
    value: int
    """Index of the gate choice, mode, knob or codec."""
    holds: bool
    """Whether it must be so."""

    def allows(self, assignment: Assignment) -> bool:
        """Whether an assignment of the pipeline keeps to it.

        A codec that must be so may also be none at all: it is modes that decide about crossing.
        """
        found = part(assignment, self.kind, self.index)
        if self.kind == "codec" and found == STAYS:
            return True
        return (found == self.value) == self.holds


def part(assignment: Assignment, kind: Kind, index: int) -> int:
    """What an assignment says of one part."""
    if kind == "gates":
        return assignment.gates
    if kind == "mode":
        return assignment.modes[index]
    if kind == "knob":
        return assignment.knob(index)
    codec = assignment.codecs[index]
    return STAYS if codec is None else codec


def parts(assignment: Assignment) -> Iterator[tuple[Kind, int]]:
    """All parts of an assignment, those first that decide most."""
    yield "gates", 0
    for segment in range(len(assignment.modes)):
        yield "mode", segment
    for segment in range(len(assignment.modes)):
        yield "knob", segment
    for edge in range(len(assignment.codecs)):
        yield "codec", edge


def restrict(problem: Problem, decisions: Sequence[Decision]) -> tuple[Problem, tuple[int, ...]]:
    """The problem in which only what all of ``decisions`` allow is possible.

    Also returns, by gate choice of the restricted problem, its index in ``problem``.
    """
    kept = [
        index
        for index in range(len(problem.gate_choices))
        if all((d.value == index) == d.holds for d in decisions if d.kind == "gates")
    ]
    knobs = tuple(
        tuple(_knob(row, s, k, decisions) for k, row in enumerate(rows))
        for s, rows in enumerate(problem.knobs)
    )
    codecs = tuple(
        tuple(
            row if _allowed(decisions, "codec", e, c) else replace(row, encode=_never(row.encode))
            for c, row in enumerate(rows)
        )
        for e, rows in enumerate(problem.codecs)
    )
    restricted = replace(problem, knobs=knobs, codecs=codecs)
    if len(kept) < len(problem.gate_choices):
        choices = tuple(problem.gate_choices[index] for index in kept)
        graph = replace(problem.graph, gate_choices=choices)
        restricted = replace(restricted, graph=graph, gate_choices=choices)
    return restricted, tuple(kept)


def _knob(row: KnobRow, segment: int, knob: int, decisions: Sequence[Decision]) -> KnobRow:
    if not _allowed(decisions, "knob", segment, knob):
        return replace(row, compute=_never(row.compute))
    return replace(
        row,
        compute=tuple(
            cost if _allowed(decisions, "mode", segment, mode) else None
            for mode, cost in enumerate(row.compute)
        ),
    )


def _allowed(decisions: Sequence[Decision], kind: Kind, index: int, value: int) -> bool:
    return all(
        (d.value == value) == d.holds for d in decisions if d.kind == kind and d.index == index
    )


def _never(costs: ModeCosts) -> ModeCosts:
    return (None,) * len(costs)
