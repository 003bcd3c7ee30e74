"""Placed graphs to play: small ones by hand, and random ones of every kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from hypothesis import strategies as st

from scheduler.graphs.figures import make_schedule
from scheduler.graphs.problem import (
    GraphEdge,
    GraphLink,
    GraphProblem,
    GraphTask,
    Resource,
    Sharing,
    TaskMode,
)
from scheduler.graphs.schedule import (
    GraphCertificate,
    Schedule,
    ScheduledTask,
    ScheduledTransfer,
)
from scheduler.graphs.timing import play


@dataclass(frozen=True, slots=True)
class Placement:
    """A problem with all that an eager play needs."""

    problem: GraphProblem
    modes: tuple[int, ...]
    """By task: index of its mode."""
    order: tuple[int, ...]
    """All tasks; every edge points forward in it."""
    transfer_order: tuple[int, ...]
    """All edges that cross a link, in any order: it may contradict the other one."""


def ranked(placement: Placement) -> Schedule:
    """A schedule that states ranks in the two orders in place of times."""
    problem = placement.problem
    chosen = chosen_modes(placement)
    rank = {task: place for place, task in enumerate(placement.order)}
    turn = {edge: place for place, edge in enumerate(placement.transfer_order)}
    tasks = [
        ScheduledTask(task.name, mode.name, rank[index], rank[index])
        for index, (task, mode) in enumerate(zip(problem.tasks, chosen, strict=True))
    ]
    transfers = [
        ScheduledTransfer(
            problem.tasks[edge.source].name,
            problem.tasks[edge.target].name,
            problem.links[link].name,
            turn[index],
            turn[index],
        )
        for index, edge, link in crossings(problem, chosen)
    ]
    certificate = GraphCertificate("by hand", "feasible", 0.0, 1.0)
    return Schedule(problem, tuple(tasks), tuple(transfers), 0, 0.0, certificate)


def eager(placement: Placement) -> Schedule:
    """The planner's schedule: fifo links serve what came first.

    Played again in its own order, until that is what it was played in: of tasks without duration
    that fall on one tick, a schedule does not say which was first, and the index decides.
    """
    problem, modes = placement.problem, placement.modes
    timing, order = play(problem, modes, placement.order), None
    while timing.order != order:
        order = timing.order
        timing = play(problem, modes, order, timing.transfer_order)
    return make_schedule(problem, modes, timing, method="order", status="feasible", lower_bound=0.0)


def chosen_modes(placement: Placement) -> list[TaskMode]:
    tasks = zip(placement.problem.tasks, placement.modes, strict=True)
    return [task.modes[mode] for task, mode in tasks]


def crossings(
    problem: GraphProblem, chosen: Sequence[TaskMode]
) -> list[tuple[int, GraphEdge, int]]:
    """Index, edge and link of each output that crosses."""
    found = []
    for index, edge in enumerate(problem.edges):
        link = problem.link_between(chosen[edge.source], chosen[edge.target], edge)
        if link is not None:
            found.append((index, edge, link))
    return found


def on_cores(
    tasks: Sequence[tuple[int, int]],
    edges: Sequence[tuple[int, int, int]],
    sharing: Sharing = "unlimited",
    order: Sequence[int] | None = None,
) -> Placement:
    """Tasks as (core, ticks), edges as (source, target, ticks), one link between all cores."""
    cores = 1 + max(core for core, _ in tasks)
    across = [[None if a == b else 0 for b in range(cores)] for a in range(cores)]
    holds = [tuple(int(r == core) for r in range(cores)) for core in range(cores)]
    problem = GraphProblem(
        "by hand",
        tuple(Resource(f"core{core}") for core in range(cores)),
        tuple(
            GraphTask(f"t{index}", (TaskMode("m", ticks, core, holds[core]),))
            for index, (core, ticks) in enumerate(tasks)
        ),
        tuple(GraphEdge(*ends, (ticks,), (0.0,)) for *ends, ticks in edges),
        (GraphLink("bus", sharing),),
        tuple(map(tuple, across)),
    )
    every = tuple(range(len(tasks)))
    return Placement(problem, (0,) * len(tasks), tuple(order or every), tuple(range(len(edges))))


def layered(
    rng: Random,
    tasks: int,
    cores: int,
    sharing: Sequence[Sharing],
    width: int = 10,
    longest: int = 200,
) -> Placement:
    """Layers of ``width`` tasks, each task fed by up to three of the layer before, at random on
    cores that wake, switch and idle; a link of one of the kinds between each two cores, which a
    transfer takes up to ``longest`` ticks to cross. Tasks take up to 400."""
    kinds = [rng.choice(sharing) for _ in range(cores * cores)]
    problem = GraphProblem(
        "layered",
        tuple(Resource(f"core{r}", 1, 1e-3, 500, 1e-6, 20, 1e-8) for r in range(cores)),
        tuple(GraphTask(f"t{index}", _mode(rng, cores)) for index in range(tasks)),
        tuple(
            GraphEdge(
                source, target, tuple(rng.randint(0, longest) for _ in kinds), (1e-8,) * len(kinds)
            )
            for target in range(width, tasks)
            for layer in [range(target // width * width - width, target // width * width)]
            for source in sorted(rng.sample(layer, rng.randint(1, min(3, width))))
        ),
        tuple(GraphLink(f"link{index}", kind) for index, kind in enumerate(kinds)),
        tuple(
            tuple(None if a == b else min(a, b) * cores + max(a, b) for b in range(cores))
            for a in range(cores)
        ),
        period_ticks=10_000_000,
        rail_power_w=1e-4,
        tick_s=1e-9,
    )
    every = tuple(range(tasks))
    return Placement(problem, (0,) * tasks, every, ())


def _mode(rng: Random, cores: int) -> tuple[TaskMode]:
    core, ticks = rng.randrange(cores), rng.randint(0, 400)
    holds = tuple(int(index == core) for index in range(cores))
    return (TaskMode("m", ticks, core, holds, (), 1e-9 * ticks, rng.randint(0, 1)),)


small = st.integers(0, 12)
joules = st.integers(0, 1000).map(lambda count: count / 7)


@st.composite
def resources(draw: st.DrawFn, name: str, capacity: int) -> Resource:
    return Resource(
        name=name,
        capacity=capacity,
        idle_power_w=draw(joules),
        wake_ticks=draw(st.integers(0, 5)),
        wake_energy_j=draw(joules),
        switch_ticks=draw(st.integers(0, 3)),
        switch_energy_j=draw(joules),
    )


@st.composite
def modes(draw: st.DrawFn, name: str, held: tuple[Resource, ...]) -> TaskMode:
    """Runs on a core, or on none; may hold some of every larger resource."""
    cores = [index for index, resource in enumerate(held) if resource.capacity == 1]
    core = draw(st.sampled_from([*cores, *cores, None]))
    holds = [
        int(index == core) if resource.capacity == 1 else draw(st.integers(0, resource.capacity))
        for index, resource in enumerate(held)
    ]
    if draw(st.integers(0, 5)) == 0:
        holds[draw(st.sampled_from(cores))] = 1  # beside its own core
    return TaskMode(
        name, draw(small), core, tuple(holds), (), draw(joules), draw(st.integers(0, 1))
    )


@st.composite
def placements(draw: st.DrawFn, sharing: tuple[Sharing, ...]) -> Placement:
    """Up to nine tasks on up to three cores, workers beside them, links of the given kinds."""
    held = [draw(resources(f"core{index}", 1)) for index in range(draw(st.integers(1, 3)))]
    if draw(st.booleans()):
        held.append(draw(resources("workers", draw(st.integers(2, 4)))))
    links = [GraphLink(f"link{i}", draw(st.sampled_from(sharing))) for i in range(2)]
    count = draw(st.integers(0, 9))
    tasks = [
        GraphTask(
            f"t{index}",
            tuple(draw(modes(f"m{mode}", tuple(held))) for mode in range(draw(st.integers(1, 2)))),
        )
        for index in range(count)
    ]
    pairs = [(a, b) for b in range(count) for a in range(b) if draw(st.integers(0, 2)) == 0]
    edges = []
    for source, target in draw(st.permutations(pairs)):
        bare = draw(st.integers(0, 4)) == 0
        ticks = () if bare else (draw(small), draw(small))
        edges.append(GraphEdge(source, target, ticks, () if bare else (draw(joules), draw(joules))))
    period = draw(st.none() | st.integers(200, 400))
    problem = GraphProblem(
        name="random",
        resources=tuple(held),
        tasks=tuple(tasks),
        edges=tuple(edges),
        links=tuple(links),
        link=tuple(
            tuple(None if a == b else draw(st.integers(0, 1)) for b in range(len(held)))
            for a in range(len(held))
        ),
        period_ticks=period,
        rail_power_w=draw(joules),
        tick_s=draw(st.sampled_from([None, 1e-9, 0.5])),
    )
    chosen = tuple(draw(st.integers(0, len(task.modes) - 1)) for task in tasks)
    placed = Placement(problem, chosen, draw(orders(count, edges)), ())
    found = [index for index, _, _ in crossings(problem, chosen_modes(placed))]
    return Placement(problem, chosen, placed.order, tuple(draw(st.permutations(found))))


@st.composite
def orders(draw: st.DrawFn, count: int, edges: Sequence[GraphEdge]) -> tuple[int, ...]:
    """All tasks, each after those that it waits for."""
    order: list[int] = []
    left = list(range(count))
    while left:
        free = [task for task in left if all(e.source in order for e in edges if e.target == task)]
        order.append(draw(st.sampled_from(free)))
        left.remove(order[-1])
    return tuple(order)
