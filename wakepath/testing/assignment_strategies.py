"""Strategy for assignments: any way to run a chain that the hardware allows."""

from hypothesis import reject
from hypothesis import strategies as st

from scheduler.expectation import Assignment
from scheduler.problem import Problem


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
        mode, knob = draw(st.sampled_from(onward))
        if modes:
            codecs.append(draw(st.sampled_from(_codecs(problem, segment - 1, modes[-1], mode))))
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
    mode = draw(st.sampled_from(possible))
    knobs = tuple(draw(st.sampled_from(row)) for row in able[mode])
    idle = tuple(draw(st.integers(0, len(powers) - 1)) for powers in problem.idle_power_w)
    count = len(problem.knobs)
    return Assignment((mode,) * count, (None,) * (count - 1), idle, gates, knobs)


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
