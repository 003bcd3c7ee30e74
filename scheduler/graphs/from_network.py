"""A network as a graph of tasks: every operator on its own, so that branches may overlap."""

from devicemodels.cost import (
    NANOSECONDS_PER_SECOND,
    UnsupportedOperator,
    duration_ns,
    nanoseconds,
    transfer_ns,
)
from devicemodels.documents.errors import InputError, Problem
from devicemodels.platform import Core, Link, Platform
from devicemodels.power import work_power_w
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
from scheduler.taskgraph import Operator, TaskGraph
from scheduler.unsupported import nobody_runs

TICK_S = 1.0 / NANOSECONDS_PER_SECOND
"""Everything counts in nanoseconds."""


def graph_problem(
    graph: TaskGraph,
    platform: Platform,
    *,
    objective: GraphObjective = "makespan",
    deadline_s: float | None = None,
    period_s: float | None = None,
) -> GraphProblem:
    """One sample through ``graph`` on ``platform``, without gates; ticks are nanoseconds.

    Each operator is a task and a dispatch of its own, with a mode for each core and operating
    point (``dsp/low``). Its output crosses a link once for each reader on another core, raw.
    Weights stay resident in the memory of the core, activations are not counted. Cores rest in
    their shallowest idle state and wake from it once. Idle and rail power count if there is a
    ``period_s``. Raises ``Infeasible`` if no core can run some operator, ``InputError`` if an
    operator reads what does not come before it, and ``TooLong``.
    """
    cores = platform.cores
    return GraphProblem(
        name=graph.name,
        resources=tuple(_resource(core) for core in cores),
        tasks=tuple(GraphTask(o.name, _modes(o, platform)) for o in graph.operators),
        edges=_edges(graph, platform.links),
        links=tuple(GraphLink(link.name, link.arbitration) for link in platform.links),
        link=_link_table(platform) if platform.links else (),
        budgets=tuple(Budget(memory.name, memory.size_bytes) for memory in platform.memories),
        objective=objective,
        deadline_ticks=None if deadline_s is None else nanoseconds(deadline_s),
        period_ticks=None if period_s is None else nanoseconds(period_s),
        rail_power_w=platform.rail.power_w,
        tick_s=TICK_S,
    )


def _resource(core: Core) -> Resource:
    rest = core.idle_states[0]
    return Resource(
        core.name,
        idle_power_w=rest.power_w,
        wake_ticks=nanoseconds(rest.exit_latency_s),
        wake_energy_j=rest.exit_energy_j + rest.entry_energy_j,
        switch_ticks=nanoseconds(core.switch_latency_s),
        switch_energy_j=core.switch_energy_j,
    )


def _modes(operator: Operator, platform: Platform) -> tuple[TaskMode, ...]:
    work = f"segment:{operator.name}"
    modes = []
    refusals = {}
    for index, core in enumerate(platform.cores):
        holds = tuple(int(other == index) for other in range(len(platform.cores)))
        uses = tuple(
            operator.weight_bytes if memory.name == core.memory else 0
            for memory in platform.memories
        )
        for number, point in enumerate(core.operating_points):
            try:
                ticks = duration_ns(core.cost, core.name, work, (operator,), point.frequency_hz)
            except UnsupportedOperator as unsupported:
                refusals[core.name] = unsupported
                continue
            modes.append(
                TaskMode(
                    f"{core.name}/{point.name}",
                    ticks,
                    index,
                    holds,
                    uses,
                    work_power_w(core, point, work, (operator,)) * ticks / NANOSECONDS_PER_SECOND,
                    number,
                )
            )
    if not modes:
        raise nobody_runs(platform, f"operator '{operator.name}'", refusals)
    return tuple(modes)


def _edges(graph: TaskGraph, links: tuple[Link, ...]) -> tuple[GraphEdge, ...]:
    """One for each pair of operators of which the second reads the output of the first."""
    index: dict[str, int] = {}
    found: dict[tuple[int, int], GraphEdge] = {}
    problems = []
    for target, operator in enumerate(graph.operators):
        for name in operator.inputs:
            if name in index:
                source = index[name]
                size = graph.operators[source].output_bytes
                found[source, target] = _edge(source, target, size, links)
            elif name != "input":
                message = f"reads '{name}', which does not come before it"
                problems.append(Problem(f"operator '{operator.name}' {message}"))
        index[operator.name] = target
    if problems:
        raise InputError(problems)
    return tuple(found[pair] for pair in sorted(found))


def _edge(source: int, target: int, size_bytes: int, links: tuple[Link, ...]) -> GraphEdge:
    ticks = [transfer_ns(link.latency_s, link.bandwidth_bytes_per_s, size_bytes) for link in links]
    energy_j = [link.energy_j_per_byte * size_bytes for link in links]
    return GraphEdge(source, target, tuple(ticks), tuple(energy_j))


def _link_table(platform: Platform) -> tuple[tuple[int | None, ...], ...]:
    """By sending and receiving core: the first link that connects them."""
    index = {link.name: number for number, link in enumerate(platform.links)}
    rows: list[tuple[int | None, ...]] = []
    for sender in platform.cores:
        links = [
            None if receiver is sender else platform.link_between(sender.name, receiver.name)
            for receiver in platform.cores
        ]
        rows.append(tuple(None if link is None else index[link.name] for link in links))
    return tuple(rows)
