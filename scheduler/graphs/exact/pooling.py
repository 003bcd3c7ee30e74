"""Cores that cannot be told apart and that nothing crosses between, as one pool of them.

Scheduling on m identical processors without communication needs no choice of processor: it is
enough that at most m tasks run at any time, and afterwards each task takes a free one in order of
starts (interval graphs are perfect). The pooled problem has one resource of capacity m for each
such group, and one mode where the original has m equal ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from scheduler.graphs.exact.interchangeable import interchangeable_cores
from scheduler.graphs.problem import GraphProblem, GraphTask, TaskMode
from scheduler.graphs.timed import Timing


@dataclass(frozen=True, slots=True)
class Pooled:
    """A problem with pools, and the way back."""

    problem: GraphProblem
    """The smaller problem; same makespans, same joules, same optimum."""
    original: GraphProblem
    """Where it comes from; the same object if nothing could be pooled."""
    members: tuple[tuple[int, ...], ...]
    """By resource of the smaller problem: the original resources that it stands for."""
    sources: tuple[tuple[tuple[int, ...], ...], ...]
    """By task and mode of the smaller problem: original modes, in the order of ``members``."""

    def shrink(self, modes: Sequence[int]) -> tuple[int, ...]:
        """The pooled modes of an original choice of modes."""
        return tuple(
            next(k for k, originals in enumerate(rows) if mode in originals)
            for rows, mode in zip(self.sources, modes, strict=True)
        )

    def expand(self, modes: Sequence[int], timing: Timing) -> tuple[int, ...]:
        """Original modes for a timed answer: each task takes the first free member of its pool."""
        free = [[0] * len(members) for members in self.members]
        chosen = [0] * len(modes)
        for task in timing.order:
            mode, row = modes[task], self.sources[task]
            core = self.problem.tasks[task].modes[mode].core
            if len(row[mode]) == 1 or core is None:
                chosen[task] = row[mode][0]
                continue
            lanes = free[core]
            lane = next(i for i, until in enumerate(lanes) if until <= timing.starts[task])
            lanes[lane] = timing.finishes[task]
            chosen[task] = row[mode][lane]
        return tuple(chosen)


def pool_cores(problem: GraphProblem) -> Pooled:
    """Every group of cores that can be pooled, pooled."""
    groups = [group for group in interchangeable_cores(problem) if _poolable(problem, group)]
    lead = {member: group[0] for group in groups for member in group}
    kept = [r for r in range(len(problem.resources)) if lead.get(r, r) == r]
    size = {group[0]: group for group in groups}
    members = tuple(size.get(r, (r,)) for r in kept)
    sources = tuple(_sources(task, lead, size) for task in problem.tasks)
    if not groups:
        return Pooled(problem, problem, members, sources)
    place = {r: at for at, r in enumerate(kept)}
    pooled_idle_w = sum(problem.resources[r].idle_power_w for group in groups for r in group)
    return Pooled(
        replace(
            problem,
            resources=tuple(
                replace(problem.resources[r], capacity=len(size[r]), idle_power_w=0.0)
                if r in size
                else problem.resources[r]
                for r in kept
            ),
            tasks=tuple(
                replace(
                    task,
                    modes=tuple(
                        _pooled_mode(problem, task.modes[row[0]], lead, place) for row in rows
                    ),
                )
                for task, rows in zip(problem.tasks, sources, strict=True)
            ),
            link=tuple(tuple(problem.link[a][b] for b in kept) for a in kept)
            if problem.link
            else (),
            rail_power_w=problem.rail_power_w + pooled_idle_w,
        ),
        problem,
        members,
        sources,
    )


def _poolable(problem: GraphProblem, group: Sequence[int]) -> bool:
    """Whether it does not matter which member of an interchangeable group runs a task."""
    resource = problem.resources[group[0]]
    if resource.wake_ticks or resource.wake_energy_j:
        return False
    points = set()
    for task in problem.tasks:
        for mode in task.modes:
            held = [member for member in group if mode.holds[member]]
            if held != [mode.core] * (mode.core in group) or (held and not mode.ticks):
                return False
            if held:
                points.add(mode.point)
    if len(points) > 1 and (resource.switch_ticks or resource.switch_energy_j):
        return False
    return all(_free(problem, a, b) and _free(problem, b, a) for a, b in combinations(group, 2))


def _free(problem: GraphProblem, a: int, b: int) -> bool:
    """Whether sending from core ``a`` to core ``b`` costs nothing, ever."""
    if not problem.links:
        return True
    link = problem.link[a][b]
    if link is None:
        return not any(edge.ticks for edge in problem.edges)
    return not any(
        (edge.ticks and edge.ticks[link]) or (edge.energy_j and edge.energy_j[link])
        for edge in problem.edges
    )


def _sources(
    task: GraphTask, lead: dict[int, int], size: dict[int, tuple[int, ...]]
) -> tuple[tuple[int, ...], ...]:
    """The modes off every pool one by one; those on a pool by what they are on each member."""
    rows: dict[tuple[object, ...], list[int]] = {}
    for k, mode in enumerate(task.modes):
        home = None if mode.core is None else lead.get(mode.core)
        key: tuple[object, ...] = (k,)
        if home is not None and mode.core is not None:
            others = tuple(h for r, h in enumerate(mode.holds) if r not in size[home])
            before = sum(m.core == mode.core and _cost(m) == _cost(mode) for m in task.modes[:k])
            key = (home, others, _cost(mode), before)
        rows.setdefault(key, []).append(k)
    return tuple(
        tuple(sorted(row, key=lambda k: _core_index(task.modes[k]))) for row in rows.values()
    )


def _cost(mode: TaskMode) -> tuple[object, ...]:
    return mode.ticks, mode.uses, mode.energy_j, mode.point, mode.accuracy_loss


def _core_index(mode: TaskMode) -> int:
    return -1 if mode.core is None else mode.core


def _pooled_mode(
    problem: GraphProblem, mode: TaskMode, lead: dict[int, int], place: dict[int, int]
) -> TaskMode:
    """The first member's mode, holding one unit of the pool and no idle power to take the place
    of."""
    holds = tuple(mode.holds[r] for r in place)
    energy_j = mode.energy_j
    if mode.core is not None and mode.core in lead and problem.period_ticks and problem.tick_s:
        idle_w = problem.resources[mode.core].idle_power_w
        energy_j -= idle_w * mode.ticks * problem.tick_s
    core = None if mode.core is None else place[lead.get(mode.core, mode.core)]
    return replace(mode, core=core, holds=holds, energy_j=energy_j)
