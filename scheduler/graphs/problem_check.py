"""Is this a graph problem at all? Its names, its indices, its numbers."""

from collections.abc import Iterable, Iterator
from math import isfinite

from scheduler.graphs.problem import GraphProblem, GraphTask
from scheduler.validity import Violation

LARGEST = 10**18
"""Of ticks and units: thirty years of nanoseconds, and within the 64 bits of solvers."""


def check_problem(problem: GraphProblem) -> tuple[Violation, ...]:
    """Everything that is wrong with the form of ``problem``, of kind ``problem``.

    It does not say whether there is a schedule.
    """
    found = (*_names(problem), *_resources(problem), *_modes(problem), *_shape(problem))
    if not found:  # edges are named by their tasks
        found = tuple(_edges(problem))
    found = (*found, *_limits(problem))
    return tuple(Violation("problem", message) for message in found)


def _names(problem: GraphProblem) -> Iterator[str]:
    for what, rows in (
        ("resource", problem.resources),
        ("task", problem.tasks),
        ("link", problem.links),
        ("budget", problem.budgets),
    ):
        yield from _repeated(what, (row.name for row in rows))


def _repeated(what: str, names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield f"{what} '{name}' occurs twice: names are unique"
        seen.add(name)


def _resources(problem: GraphProblem) -> Iterator[str]:
    for row in problem.resources:
        if not 1 <= row.capacity <= LARGEST:
            shown = min(row.capacity, LARGEST + 1)
            yield f"resource '{row.name}' has a capacity of {shown}: from 1 to {LARGEST}"
        for name in (
            "idle_power_w",
            "wake_ticks",
            "wake_energy_j",
            "switch_ticks",
            "switch_energy_j",
        ):
            yield from _not_negative(f"resource '{row.name}': {name}", getattr(row, name))
    for budget in problem.budgets:
        yield from _not_negative(f"budget '{budget.name}': size", budget.size)


def _not_negative(where: str, value: float) -> Iterator[str]:
    if isinstance(value, int):
        if not 0 <= value <= LARGEST:
            shown = str(value) if abs(value) < LARGEST * LARGEST else "endless"
            yield f"{where} is {shown}: from 0 to {LARGEST}"
    elif not (isfinite(value) and value >= 0):
        yield f"{where} is {value}: not negative, and finite"


def _modes(problem: GraphProblem) -> Iterator[str]:
    for task in problem.tasks:
        if not task.modes:
            yield f"task '{task.name}' has no mode"
        yield from _repeated(f"task '{task.name}': mode", (mode.name for mode in task.modes))
        yield from _modes_of(problem, task)


def _modes_of(problem: GraphProblem, task: GraphTask) -> Iterator[str]:
    resources, budgets = len(problem.resources), len(problem.budgets)
    for mode in task.modes:
        where = f"task '{task.name}', mode '{mode.name}'"
        yield from _not_negative(f"{where}: ticks", mode.ticks)
        yield from _not_negative(f"{where}: energy_j", mode.energy_j)
        if not isfinite(mode.accuracy_loss):
            yield f"{where}: accuracy_loss is {mode.accuracy_loss}: finite"
        if len(mode.holds) != resources:
            yield f"{where}: holds has {len(mode.holds)} entries for {resources} resources"
            continue
        if mode.core is not None and not 0 <= mode.core < resources:
            yield f"{where}: core {mode.core} is none of {resources} resources"
        elif mode.core is not None and mode.holds[mode.core] < 1:
            yield f"{where}: it does not hold its core '{problem.resources[mode.core].name}'"
        for resource, units in zip(problem.resources, mode.holds, strict=True):
            if not 0 <= units <= resource.capacity:
                yield (
                    f"{where}: it holds {units} of '{resource.name}', which has "
                    f"{resource.capacity}: it can never run"
                )
        if mode.uses and len(mode.uses) != budgets:
            yield f"{where}: uses has {len(mode.uses)} entries for {budgets} budgets"
        for units in mode.uses:
            yield from _not_negative(f"{where}: uses", units)


def _shape(problem: GraphProblem) -> Iterator[str]:
    count = len(problem.resources)
    if not problem.links and not problem.link:
        return
    if len(problem.link) != count or any(len(row) != count for row in problem.link):
        yield f"link is not a table of {count} x {count} entries, one for two resources"
        return
    for source, row in enumerate(problem.link):
        for target, link in enumerate(row):
            if link is not None and not 0 <= link < len(problem.links):
                yield f"link[{source}][{target}] is {link}: there are {len(problem.links)} links"
            if link is not None and source == target:
                yield f"link[{source}][{source}] is {link}: nothing crosses within a resource"


def _edges(problem: GraphProblem) -> Iterator[str]:
    tasks, links = len(problem.tasks), len(problem.links)
    seen: set[tuple[int, int]] = set()
    for index, edge in enumerate(problem.edges):
        if not 0 <= edge.source < edge.target < tasks:
            yield (
                f"edge {index} goes from task {edge.source} to {edge.target} of {tasks}: forward "
                "in the order of tasks"
            )
            continue
        pair = (problem.tasks[edge.source].name, problem.tasks[edge.target].name)
        where = f"edge '{pair[0]}->{pair[1]}'"
        if (edge.source, edge.target) in seen:
            yield f"{where} occurs twice"
        seen.add((edge.source, edge.target))
        if edge.ticks and len(edge.ticks) != links:
            yield f"{where}: ticks has {len(edge.ticks)} entries for {links} links"
        if edge.energy_j and len(edge.energy_j) != links:
            yield f"{where}: energy_j has {len(edge.energy_j)} entries for {links} links"
        for value in (*edge.ticks, *edge.energy_j):
            yield from _not_negative(f"{where}: ticks or energy_j", value)


def _limits(problem: GraphProblem) -> Iterator[str]:
    for name in ("deadline_ticks", "period_ticks", "rail_power_w", "loss_budget", "tick_s"):
        value = getattr(problem, name)
        if value is not None and name == "loss_budget":
            if not isfinite(value):
                yield f"loss_budget is {value}: finite"
        elif value is not None:
            yield from _not_negative(name, value)
