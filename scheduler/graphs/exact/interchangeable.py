"""Which cores can be told apart: swapping two that cannot changes nothing.

Exact methods need to try only one of all the answers that differ by such swaps.
"""

from collections.abc import Sequence

from scheduler.graphs.problem import GraphProblem, GraphTask, TaskMode

Columns = dict[int, tuple[object, ...]]
"""By link: what it costs; links with the same value are the same to every transfer."""


def interchangeable_cores(problem: GraphProblem) -> tuple[tuple[int, ...], ...]:
    """Groups of at least two resources of capacity 1 that may be swapped, by first member.

    Any two of a group may change places in every mode and on every link without changing a time,
    a joule or a link that is shared. Names do not count.
    """
    costs = _link_costs(problem)
    groups: list[list[int]] = []
    for resource, row in enumerate(problem.resources):
        if row.capacity != 1:
            continue
        for group in groups:
            if _swappable(problem, costs, group[0], resource):
                group.append(resource)
                break
        else:
            groups.append([resource])
    return tuple(tuple(group) for group in groups if len(group) > 1)


def _link_costs(problem: GraphProblem) -> Columns:
    """Links that queue are told apart by their index; others by what each edge pays on them."""
    return {
        link: (
            row.sharing,
            None if row.sharing == "unlimited" else link,
            tuple(edge.ticks[link] for edge in problem.edges if edge.ticks),
            tuple(edge.energy_j[link] for edge in problem.edges if edge.energy_j),
        )
        for link, row in enumerate(problem.links)
    }


def _swappable(problem: GraphProblem, costs: Columns, one: int, other: int) -> bool:
    a, b = problem.resources[one], problem.resources[other]
    if _features(a) != _features(b):
        return False
    return _links_alike(problem, costs, one, other) and all(
        _modes_alike(task, one, other) for task in problem.tasks
    )


def _features(resource: object) -> tuple[object, ...]:
    return tuple(
        getattr(resource, name)
        for name in (
            "capacity",
            "idle_power_w",
            "wake_ticks",
            "wake_energy_j",
            "switch_ticks",
            "switch_energy_j",
        )
    )


def _links_alike(problem: GraphProblem, costs: Columns, one: int, other: int) -> bool:
    """Whether each pair of cores has a link of the same costs once the two are swapped."""
    if not problem.links:
        return True
    swap = _swap(len(problem.resources), one, other)

    def cost(a: int, b: int) -> object:
        link = problem.link[a][b]
        return None if link is None else costs[link]

    cores = range(len(problem.resources))
    return all(
        cost(a, b) == cost(swap[a], swap[b]) for a in (one, other) for b in cores if a != b
    ) and all(cost(a, b) == cost(swap[a], swap[b]) for b in (one, other) for a in cores if a != b)


def _modes_alike(task: GraphTask, one: int, other: int) -> bool:
    """Whether the task has the same modes once the two cores are swapped."""
    swap = _swap(len(task.modes[0].holds), one, other)
    touched = [m for m in task.modes if m.holds[one] or m.holds[other] or m.core in (one, other)]
    return sorted(mode_key(m) for m in touched) == sorted(mode_key(m, swap) for m in touched)


def _swap(count: int, one: int, other: int) -> list[int]:
    places = list(range(count))
    places[one], places[other] = other, one
    return places


def mode_key(
    mode: TaskMode, swapped: Sequence[int] | None = None
) -> tuple[int, tuple[int, ...], int, tuple[int, ...], float, int, float]:
    """All that matters of a mode; with ``swapped``, by new place: the resource that moves there."""
    core, holds = mode.core, mode.holds
    if swapped is not None:
        core = None if core is None else swapped.index(core)
        holds = tuple(holds[place] for place in swapped)
    return (
        -1 if core is None else core,
        holds,
        mode.ticks,
        mode.uses,
        mode.energy_j,
        mode.point,
        mode.accuracy_loss,
    )
