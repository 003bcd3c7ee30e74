"""A chain as a graph of tasks, for list scheduling.

Segments are tasks, each with one mode for every mode of the problem that can run it. Between two
cores lies a link of its own for each direction, so that the wake-up of the core that receives can
be part of the transfer; on a chain only one transfer is under way at a time, so links are never
shared. Resident weights use up the memories.
"""

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.graphs.problem import (
    Budget,
    GraphEdge,
    GraphLink,
    GraphObjective,
    GraphProblem,
    GraphTask,
    Resource,
    TaskMode,
)
from scheduler.memory import memory_of_core
from scheduler.placing.ungated import ungated
from scheduler.problem import Problem


def as_graph(
    problem: Problem,
    idle: tuple[int, ...],
    *,
    objective: GraphObjective = "makespan",
    deadline_ns: int | None = None,
) -> GraphProblem:
    """The chain without gates and codecs, cores resting in the idle states of ``idle``.

    Ticks are nanoseconds. Task and mode names are indices: ``s<segment>`` and ``m<mode>``.
    """
    plain = ungated(problem)
    cores = range(len(problem.platform.cores))
    pairs = [(a, b) for a in cores for b in cores if a != b and problem.link[a][b] is not None]
    place = {pair: number for number, pair in enumerate(pairs)}
    return GraphProblem(
        name=problem.name,
        resources=tuple(_resource(problem, core, idle[core]) for core in cores),
        tasks=tuple(GraphTask(f"s{s}", _modes(plain, s)) for s in range(len(plain.knobs))),
        edges=tuple(_edge(plain, edge, pairs, idle) for edge in range(len(plain.codecs))),
        links=tuple(GraphLink(f"{a}->{b}") for a, b in pairs),
        link=tuple(tuple(place.get((a, b)) for b in cores) for a in cores) if pairs else (),
        budgets=tuple(Budget(memory.name, memory.size_bytes) for memory in plain.platform.memories),
        objective=objective,
        deadline_ticks=deadline_ns,
        period_ticks=problem.period_ns,
        rail_power_w=problem.platform.rail.power_w,
        tick_s=1.0 / NANOSECONDS_PER_SECOND,
    )


def path_of(graph: GraphProblem, modes: tuple[int, ...]) -> tuple[int, ...]:
    """The problem's modes by segment, of a schedule's modes by task."""
    return tuple(
        int(task.modes[mode].name.removeprefix("m"))
        for task, mode in zip(graph.tasks, modes, strict=True)
    )


def _resource(problem: Problem, core: int, state: int) -> Resource:
    wake, switch = problem.wake[core][state], problem.switch[core]
    return Resource(
        problem.platform.cores[core].name,
        idle_power_w=problem.idle_power_w[core][state],
        wake_ticks=wake.time_ns,
        wake_energy_j=wake.energy_j,
        switch_ticks=switch.time_ns,
        switch_energy_j=switch.energy_j,
    )


def _modes(plain: Problem, segment: int) -> tuple[TaskMode, ...]:
    row, of_core = plain.knobs[segment][0], memory_of_core(plain)
    cores, memories = range(len(plain.platform.cores)), range(len(plain.platform.memories))
    return tuple(
        TaskMode(
            name=f"m{m}",
            ticks=cost.time_ns,
            core=mode.core,
            holds=tuple(int(core == mode.core) for core in cores),
            uses=tuple(row.weight_bytes if k == of_core[mode.core] else 0 for k in memories),
            energy_j=cost.energy_j,
            point=mode.point,
        )
        for m, (mode, cost) in enumerate(zip(plain.modes, row.compute, strict=True))
        if cost is not None
    )


def _edge(
    plain: Problem, edge: int, pairs: list[tuple[int, int]], idle: tuple[int, ...]
) -> GraphEdge:
    """A raw activation crosses without encoder or decoder; then the receiver wakes."""
    raw = plain.codecs[edge][0]
    ticks, joules = [], []
    for a, b in pairs:
        link = plain.link[a][b]
        if link is not None:
            wake = plain.wake[b][idle[b]]
            ticks.append(raw.transfer[link].time_ns + wake.time_ns)
            joules.append(raw.transfer[link].energy_j + wake.energy_j)
    return GraphEdge(edge, edge + 1, tuple(ticks), tuple(joules))
