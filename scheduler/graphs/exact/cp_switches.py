"""Changes of operating point, in the CP-SAT model: which task follows which on a core.

Only a core that takes time or energy to change its point and has tasks at several points needs to
know the order of its tasks as such: a circuit through the tasks that run on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.graphs.exact.cp_variables import Literal, Variables


@dataclass(frozen=True, slots=True)
class SwitchingCore:
    """A core whose changes of operating point count."""

    resource: int
    """Its index."""
    arcs: dict[tuple[int, int], Literal]
    """By tasks one after the other: whether they are; -1 stands for before the first and after the
    last."""
    switched: dict[int, Literal]
    """By task: whether the core changes its point just ahead of it."""


def add_switches(variables: Variables, before: Sequence[int]) -> tuple[SwitchingCore, ...]:
    """The order of tasks on every core where changes of point count.

    ``before`` has, by task, the set of tasks that precede it, as bits.
    """
    found = []
    for resource, row in enumerate(variables.problem.resources):
        if row.capacity != 1 or not (row.switch_ticks or row.switch_energy_j):
            continue
        points = {
            mode.point
            for task, kept in zip(variables.problem.tasks, variables.reduction.modes, strict=True)
            for mode in (task.modes[k] for k in kept)
            if mode.holds[resource]
        }
        if len(points) > 1:
            found.append(_add_core(variables, resource, before))
    return tuple(found)


def _add_core(variables: Variables, resource: int, before: Sequence[int]) -> SwitchingCore:
    model = variables.model
    tasks = {
        task: literal
        for task in range(len(before))
        if (literal := variables.holding(task, resource)) is not None
    }
    at_point = {task: _by_point(variables, task, resource) for task in tasks}
    arcs: dict[tuple[int, int], Literal] = {(-1, -1): model.new_bool_var("")}
    switched = {task: model.new_bool_var("") for task in tasks}
    ticks = variables.problem.resources[resource].switch_ticks
    for task, here in tasks.items():
        arcs[-1, task] = model.new_bool_var("")
        arcs[task, -1] = model.new_bool_var("")
        arcs[task, task] = ~here  # type: ignore[assignment]
        model.add_implication(switched[task], here)
        model.add_implication(arcs[-1, task], ~switched[task])
        for other in tasks:
            if other == task or before[task] >> other & 1:
                continue
            arc = arcs[task, other] = model.new_bool_var("")
            start, finish = variables.starts[other], variables.finishes[task]
            model.add(start >= finish).only_enforce_if(arc)
            _add_switch(variables, arc, at_point[task], at_point[other], switched[other])
            if ticks:
                model.add(start >= finish + ticks).only_enforce_if(arc, switched[other])
    nodes = {-1: 0} | {task: place for place, task in enumerate(tasks, 1)}
    model.add_circuit([(nodes[a], nodes[b], literal) for (a, b), literal in arcs.items()])
    return SwitchingCore(resource, arcs, switched)


def _by_point(variables: Variables, task: int, resource: int) -> dict[int, Literal]:
    """By operating point: whether the task runs on the resource at it."""
    modes, kept = variables.problem.tasks[task].modes, variables.reduction.modes[task]
    places: dict[int, list[int]] = {}
    for at, k in enumerate(kept):
        if modes[k].holds[resource]:
            places.setdefault(modes[k].point, []).append(at)
    literals = {point: variables.any_of(task, row) for point, row in places.items()}
    return {point: literal for point, literal in literals.items() if literal is not None}


def _add_switch(
    variables: Variables,
    arc: Literal,
    ahead: dict[int, Literal],
    behind: dict[int, Literal],
    switched: Literal,
) -> None:
    """``switched`` if the two tasks of a true ``arc`` run at different points, and only then."""
    model = variables.model
    for point, literal in ahead.items():
        same = behind.get(point)
        if same is None:
            model.add_bool_or(~arc, ~literal, switched)
        else:
            model.add_bool_or(~arc, ~literal, same, switched)
            model.add_bool_or(~arc, ~literal, ~same, ~switched)
