"""Strategy for assignments: any way to run a chain that the hardware allows."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from hypothesis import reject
from hypothesis import strategies as st

from scheduler.expectation import Assignment, expect
from scheduler.plan import Expected
from scheduler.problem import Problem
from wakepath.testing.amounts import pick


@st.composite
def assignments(draw: st.DrawFn, problem: Problem) -> Assignment:
    """Modes, codecs, idle states, gates and knobs that can be carried out.

    Deadline, memory and other limits are not looked at. Rejects the draw if the modes drawn lead
    to a dead end, which cannot happen where one core runs every operator (see ``platforms``).
    """
    gates = draw(st.integers(0, len(problem.gate_choices) - 1))
    modes: list[int] = []
    codecs: list[int | None] = []
    knobs: list[int] = []
    for segment in range(len(problem.knobs)):
        onward = [
            way
            for way in _ways(problem, segment, problem.uses_gate(gates)[segment])
            if not modes or _codecs(problem, segment - 1, modes[-1], way[0])
        ]
        if modes and not onward:
            return draw(_on_one_core(problem, gates))
        if not onward:
            reject()
        mode, knob = pick(draw, onward)
        if modes:
            codecs.append(pick(draw, _codecs(problem, segment - 1, modes[-1], mode)))
        modes.append(mode)
        knobs.append(knob)
    idle = tuple(draw(st.integers(0, len(powers) - 1)) for powers in problem.idle_power_w)
    return Assignment(tuple(modes), tuple(codecs), idle, gates, tuple(knobs))


@st.composite
def _on_one_core(draw: st.DrawFn, problem: Problem, gates: int) -> Assignment:
    """Everything in one mode."""
    used = problem.uses_gate(gates)
    able = [
        [
            [knob for other, knob in _ways(problem, segment, used[segment]) if other == mode]
            for segment in range(len(problem.knobs))
        ]
        for mode in range(len(problem.modes))
    ]
    possible = [mode for mode, rows in enumerate(able) if all(rows)]
    if not possible:
        reject()
    mode = pick(draw, possible)
    knobs = tuple(pick(draw, row) for row in able[mode])
    idle = tuple(draw(st.integers(0, len(powers) - 1)) for powers in problem.idle_power_w)
    count = len(problem.knobs)
    return Assignment((mode,) * count, (None,) * (count - 1), idle, gates, knobs)


def polished(
    problem: Problem, assignment: Assignment, figure: Callable[[Expected], float]
) -> Assignment:
    """With less of a figure: each segment once moved to where it is least, the others as they are.

    Limits that lie at a polished assignment's figures bind; a drawn one's are seldom reached.
    """
    best, least = assignment, figure(expect(problem, assignment))
    for segment in range(len(problem.knobs)):
        for other in list(_moves(problem, best, segment)):
            value = figure(expect(problem, other))
            if value < least:
                best, least = other, value
    return best


def _moves(problem: Problem, assignment: Assignment, segment: int) -> Iterator[Assignment]:
    """One segment in another mode or with another knob, with the first codec that can cross."""
    gated = problem.uses_gate(assignment.gates)[segment]
    last = len(problem.knobs) - 1
    for mode, knob in _ways(problem, segment, gated):
        modes, knobs = list(assignment.modes), list(assignment.knobs)
        modes[segment], knobs[segment] = mode, knob
        codecs = list(assignment.codecs)
        for edge in range(max(0, segment - 1), min(last, segment + 1)):
            able = _codecs(problem, edge, modes[edge], modes[edge + 1])
            if not able:
                break
            if codecs[edge] not in able:
                codecs[edge] = able[0]
        else:
            yield replace(assignment, modes=tuple(modes), codecs=tuple(codecs), knobs=tuple(knobs))


def _ways(problem: Problem, segment: int, gated: bool) -> list[tuple[int, int]]:
    """(mode, knob) in which a segment, with the gate after it if that is used, can run."""
    head = problem.gate[segment]
    return [
        (mode, knob)
        for mode in range(len(problem.modes))
        for knob, row in enumerate(problem.knobs[segment])
        if row.compute[mode] is not None
        and (not gated or (head is not None and head[mode] is not None))
    ]


def _codecs(problem: Problem, edge: int, source: int, target: int) -> list[int | None]:
    """What may be used on an edge between two modes; empty if nothing can cross."""
    sender, receiver = problem.modes[source].core, problem.modes[target].core
    if sender == receiver:
        return [None]
    if problem.link[sender][receiver] is None:
        return []
    return [
        codec
        for codec, row in enumerate(problem.codecs[edge])
        if row.encode[source] is not None and row.decode[target] is not None
    ]
