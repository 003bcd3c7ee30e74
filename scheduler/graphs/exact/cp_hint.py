"""A schedule in hand as a hint: a value for every variable of the CP-SAT model."""

from collections.abc import Sequence
from itertools import pairwise

from scheduler.graphs.exact.cp_model import CpSatModel
from scheduler.graphs.exact.interchangeable import mode_key
from scheduler.graphs.exact.reduction import stand_in
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.timed import Timing
from scheduler.graphs.timing import play

Values = dict[int, int]
"""By index of a variable: its value."""


def add_hint(model: CpSatModel, modes: Sequence[int], timing: Timing) -> bool:
    """Hint at a schedule; whether it has a value for each variable.

    It has none if one of its modes was found needless; then what remains is hinted.
    """
    variables = model.variables
    values: Values = {variables.always.index: 1, variables.makespan.index: timing.makespan}
    complete = True
    for task, kept in enumerate(variables.reduction.modes):
        values[variables.starts[task].index] = timing.starts[task]
        values[variables.finishes[task].index] = timing.finishes[task]
        complete &= modes[task] in kept
        for k, literal in zip(kept, variables.chosen[task], strict=True):
            values[literal.index] = int(modes[task] == k)
    if complete:
        _derive(model, modes, timing, values)
    variables.model.clear_hints()  # type: ignore[no-untyped-call]
    for index, value in sorted(values.items()):
        if index != variables.always.index:
            variables.model.add_hint(variables.model.get_int_var_from_proto_index(index), value)
    return complete


def _derive(model: CpSatModel, modes: Sequence[int], timing: Timing, values: Values) -> None:
    """Everything that follows from modes and times."""
    variables, problem = model.variables, model.variables.problem
    for (task, row), literal in variables.any_literals.items():
        values[literal.index] = int(any(values[variables.chosen[task][at].index] for at in row))
    _derive_crossings(model, modes, timing, values)
    for (one, other), literal in variables.both_literals.items():
        values[literal.index] = values[one] & values[other]
    for resource, literal in model.energy.used.items():
        values[literal.index] = int(any(_held(problem, modes, resource)))
    for resource, variable in model.energy.busy.items():
        held = _held(problem, modes, resource)
        ticks = sum(
            timing.finishes[task] - timing.starts[task] for task, at in enumerate(held) if at
        )
        values[variable.index] = min(timing.makespan, ticks)
    for core in model.switching:
        held = _held(problem, modes, core.resource)
        lane = [task for task in timing.order if held[task]]
        points = {task: problem.tasks[task].modes[modes[task]].point for task in lane}
        follows = {(a, b) for a, b in pairwise([-1, *lane, -1])}
        for (a, b), literal in core.arcs.items():
            if a != b or a == -1:
                values[literal.index] = int((a, b) in follows)
        ahead = dict(zip(lane[1:], lane, strict=False))
        for task, literal in core.switched.items():
            values[literal.index] = int(task in ahead and points[task] != points[ahead[task]])


def _held(problem: GraphProblem, modes: Sequence[int], resource: int) -> list[bool]:
    return [
        bool(task.modes[mode].holds[resource])
        for task, mode in zip(problem.tasks, modes, strict=True)
    ]


def _derive_crossings(
    model: CpSatModel, modes: Sequence[int], timing: Timing, values: Values
) -> None:
    problem = model.variables.problem
    left = {transfer.edge: transfer.start for transfer in timing.transfers}
    for crossing in model.crossings:
        edge = problem.edges[crossing.edge]
        ends = (
            problem.tasks[edge.source].modes[modes[edge.source]].core,
            problem.tasks[edge.target].modes[modes[edge.target]].core,
        )
        for a, b, literal in crossing.pairs:
            values[literal.index] = int((a, b) == ends)
        for link, literal in crossing.links:
            crosses = any(
                values[pair.index] and _link(problem, a, b) == link for a, b, pair in crossing.pairs
            )
            values[literal.index] = int(crosses)
        if crossing.start is not None:
            at = left.get(crossing.edge, timing.finishes[edge.source])
            values[crossing.start.index] = at


def _link(problem: GraphProblem, a: int | None, b: int | None) -> int | None:
    if a is None or b is None or a == b:
        return None
    return problem.link[a][b]


def in_this_model(
    model: CpSatModel, modes: Sequence[int], timing: Timing
) -> tuple[tuple[int, ...], Timing]:
    """A known schedule in modes that the model has, its swappable cores used in order.

    A mode that was found needless gives way to one that is no worse; everything else that could
    not be had stays, and the model will not take that part of the hint.
    """
    problem = model.variables.problem
    rows = zip(model.variables.reduction.modes, modes, strict=True)
    kept = [
        mode if mode in row else stand_in(problem, row, task, mode)
        for task, (row, mode) in enumerate(rows)
    ]
    kept = _first_come(problem, model.groups, model.variables.reduction.modes, kept)
    if tuple(kept) == tuple(modes):
        return tuple(kept), timing
    return tuple(kept), play(problem, kept, timing.order, timing.transfer_order)


def _first_come(
    problem: GraphProblem,
    groups: Sequence[Sequence[int]],
    rows: Sequence[Sequence[int]],
    modes: Sequence[int],
) -> list[int]:
    """The same modes with swappable cores swapped: the first task on any takes the first."""
    places = list(range(len(problem.resources)))
    for group in groups:
        seen: list[int] = []
        for task, mode in zip(problem.tasks, modes, strict=True):
            seen += [r for r in group if task.modes[mode].holds[r] and r not in seen]
        seen += [r for r in group if r not in seen]
        for core, place in zip(seen, group, strict=True):
            places[core] = place
    swapped = [places.index(r) for r in range(len(places))]
    moved = []
    for task, row, mode in zip(problem.tasks, rows, modes, strict=True):
        wanted = mode_key(task.modes[mode], swapped)
        moved.append(next((k for k in row if mode_key(task.modes[k]) == wanted), mode))
    return moved
