"""Strategies for graph problems: tasks with edges on cores, points, links, budgets, deadlines.

A problem is drawn around a witness, a schedule that is possible: deadline, period and budgets lie
at the witness's figures or a little beside them, so that they bind. Every task can run on core
``c0``, so there is always a schedule, if a long one.
"""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from scheduler.graphs.problem import (
    Budget,
    GraphEdge,
    GraphLink,
    GraphProblem,
    GraphTask,
    Resource,
    Sharing,
    TaskMode,
)
from scheduler.graphs.timed import Timing
from wakepath.testing.amounts import pick, reused, several
from wakepath.testing.list_scheduler import chosen_modes, timings

SHARINGS: tuple[Sharing, ...] = ("unlimited", "fifo", "fair")
"""All kinds of link."""


@dataclass(frozen=True, slots=True)
class GraphWitness:
    """A graph problem with one answer that keeps every limit; not the best one."""

    problem: GraphProblem
    """What is asked."""
    modes: tuple[int, ...]
    """By task: index of its mode."""
    timing: Timing
    """When everything happens; not always as early as possible."""


@dataclass(frozen=True, slots=True)
class _Way:
    """A mode without its names."""

    core: int
    point: int
    ticks: int
    joules: int
    pooled: int
    uses: int
    loss: int


@dataclass(frozen=True, slots=True)
class _Wire:
    """An edge from a task some places before."""

    back: int
    ticks: tuple[int, ...]
    joules: int


@reused
@st.composite
def resources(draw: st.DrawFn, name: str = "c0", timed: bool = True) -> Resource:
    """A core; one that is not ``timed`` costs no energy."""
    joules = st.integers(0, 3).map(float) if timed else st.just(0.0)
    return Resource(
        name,
        idle_power_w=draw(joules),
        wake_ticks=draw(st.integers(0, 3)),
        wake_energy_j=draw(joules),
        switch_ticks=draw(st.integers(0, 3)),
        switch_energy_j=draw(joules),
    )


@reused
@st.composite
def _ways(
    draw: st.DrawFn, cores: int, timed: bool, pooled: bool, budgeted: bool, least: int
) -> list[_Way]:
    """On core 0, on most of the others, and on some at a second operating point as well."""
    places = [
        (core, point)
        for core in range(cores)
        if core == 0 or pick(draw, (False, True, True))
        for point in range(2 if pick(draw, (False, False, True)) else 1)
    ]
    return [
        _Way(
            core,
            point,
            ticks=draw(st.integers(least, 9)),
            joules=draw(st.integers(0, 9)) if timed else 0,
            pooled=pick(draw, (0, 1, 2, 2)) if pooled else 0,
            uses=draw(st.integers(0, 3)) if budgeted else 0,
            loss=draw(st.integers(0, 2)) if budgeted else 0,
        )
        for core, point in places
    ]


@reused
@st.composite
def _wires(draw: st.DrawFn, links: int, timed: bool, least: int) -> _Wire:
    return _Wire(
        draw(st.integers(0, 2)),
        tuple(draw(st.integers(least, 5)) for _ in range(links))
        if pick(draw, (False, True, True, True))
        else (),
        draw(st.integers(0, 3)) if timed else 0,
    )


@reused
@st.composite
def _parts(
    draw: st.DrawFn, ways: st.SearchStrategy[list[_Way]], wire: st.SearchStrategy[_Wire]
) -> tuple[list[_Way], list[_Wire]]:
    """A task's modes, and what it waits for."""
    return draw(ways), draw(several(wire, 0, 2))


@st.composite
def graph_witnesses(
    draw: st.DrawFn,
    max_tasks: int = 5,
    max_cores: int = 3,
    *,
    sharings: tuple[Sharing, ...] = SHARINGS,
    energy: bool = True,
    pools: bool = True,
    limits: bool = True,
    holes: bool = True,
    instant: bool = True,
) -> GraphWitness:
    """Problems drawn around a schedule that solves them; for the options see ``graph_problems``."""
    timed = energy and draw(st.booleans())
    budgeted = limits and draw(st.booleans())
    cores = draw(several(resources(timed=timed), 1, max_cores))
    rows = [replace(core, name=f"c{index}") for index, core in enumerate(cores)]
    count = len(cores)
    pooled = pools and draw(st.booleans())
    if pooled:
        rows.append(Resource("pool", capacity=draw(st.integers(2, 3))))
    wires = [pick(draw, sharings) for _ in range(draw(st.integers(1, 2)))]
    links = tuple(GraphLink(f"l{i}", sharing) for i, sharing in enumerate(wires))
    link = draw(_matrix(max_cores, count, len(rows), len(links), holes))
    least = 0 if instant else 1
    ways = _ways(count, timed, pooled, budgeted, least)
    parts = draw(several(_parts(ways, _wires(len(links), timed, least)), 0, max_tasks))
    problem = GraphProblem(
        "drawn",
        tuple(rows),
        tuple(_task(f"t{i}", part[0], count, pooled, budgeted) for i, part in enumerate(parts)),
        tuple(edge for target, part in enumerate(parts) for edge in _edges(target, part[1])),
        links if count > 1 else (),
        link if count > 1 else (),
        (Budget("b0", 0),) if budgeted else (),
        objective=pick(draw, ("makespan", "energy")) if timed else "makespan",
        tick_s=1.0 if timed else None,
    )
    if count == 1:
        problem = replace(
            problem, edges=tuple(GraphEdge(e.source, e.target) for e in problem.edges)
        )
    modes = draw(chosen_modes(problem))
    timing = draw(timings(problem, modes))
    return draw(_limited(GraphWitness(problem, modes, timing), timed, limits))


def _task(name: str, ways: list[_Way], cores: int, pooled: bool, budgeted: bool) -> GraphTask:
    modes = tuple(
        TaskMode(
            f"c{way.core}/p{way.point}",
            way.ticks,
            way.core,
            (*(int(core == way.core) for core in range(cores)), *((way.pooled,) * pooled)),
            (way.uses,) * budgeted,
            float(way.joules),
            way.point,
            way.loss / 100.0,
        )
        for way in ways
    )
    return GraphTask(name, modes)


def _edges(target: int, wires: list[_Wire]) -> list[GraphEdge]:
    """Edges from the tasks ``back`` places before, or else the first one; each once."""
    edges: dict[int, GraphEdge] = {}
    for wire in wires if target else ():
        source = max(0, target - 1 - wire.back)
        joules = tuple(float(wire.joules) for _ in wire.ticks)
        edges.setdefault(source, GraphEdge(source, target, wire.ticks, joules))
    return [edges[source] for source in sorted(edges)]


@st.composite
def _matrix(
    draw: st.DrawFn, most: int, cores: int, resources: int, links: int, holes: bool
) -> tuple[tuple[int | None, ...], ...]:
    """Between any two cores one of the links, or none if there are ``holes``.

    As many are drawn for few cores as for ``most``, so that what follows shrinks undisturbed.
    """
    choices: list[int | None] = [*range(links), *range(links), *([None] if holes else [])]
    drawn = [[pick(draw, choices) for _ in range(most)] for _ in range(most)]
    return tuple(
        tuple(drawn[a][b] if a != b and max(a, b) < cores else None for b in range(resources))
        for a in range(resources)
    )


@st.composite
def _limited(draw: st.DrawFn, witness: GraphWitness, timed: bool, limits: bool) -> GraphWitness:
    """With deadline, period, budgets and rail around what the witness takes."""
    problem, end = witness.problem, witness.timing.makespan
    chosen = [task.modes[mode] for task, mode in zip(problem.tasks, witness.modes, strict=True)]
    if limits and draw(st.booleans()):
        problem = replace(problem, deadline_ticks=end + pick(draw, (0, 1, 10)))
    if timed and draw(st.booleans()):
        rail_w = float(draw(st.integers(0, 2)))
        problem = replace(problem, period_ticks=end + pick(draw, (0, 1, 10)), rail_power_w=rail_w)
    if problem.budgets:
        used = sum(sum(mode.uses) for mode in chosen)
        problem = replace(problem, budgets=(Budget("b0", used + pick(draw, (0, 1, 10))),))
        if draw(st.booleans()):
            lost = sum(mode.accuracy_loss for mode in chosen)
            problem = replace(problem, loss_budget=lost + pick(draw, (0, 1, 10)) / 100.0)
    return replace(witness, problem=problem)


@st.composite
def graph_problems(
    draw: st.DrawFn,
    max_tasks: int = 5,
    max_cores: int = 3,
    *,
    sharings: tuple[Sharing, ...] = SHARINGS,
    energy: bool = True,
    pools: bool = True,
    limits: bool = True,
    holes: bool = True,
    instant: bool = True,
    feasible: bool = False,
) -> GraphProblem:
    """Graph problems whose limits bind.

    ``sharings`` are the kinds of link to draw from; ``energy`` says whether some problems count
    joules, ``pools`` whether there is a resource of more than one unit, ``limits`` whether there
    are deadlines and budgets, ``holes`` whether links may be missing, ``instant`` whether tasks and
    transfers may take no time. ``feasible`` problems have a schedule; about one in four of the
    others is asked for a shorter one than its witness.
    """
    witness = draw(
        graph_witnesses(
            max_tasks,
            max_cores,
            sharings=sharings,
            energy=energy,
            pools=pools,
            limits=limits,
            holes=holes,
            instant=instant,
        )
    )
    problem, end = witness.problem, witness.timing.makespan
    if limits and not feasible and end > 0 and draw(st.integers(0, 3)) == 3:
        return replace(problem, deadline_ticks=pick(draw, (end - 1, end // 2)))
    return problem
