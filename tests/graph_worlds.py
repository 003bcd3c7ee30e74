"""Random graph problems for property tests, and the published example that everybody knows."""

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

TOPCUOGLU_TICKS = (
    (14, 16, 9),
    (13, 19, 18),
    (11, 13, 19),
    (13, 8, 17),
    (12, 13, 10),
    (13, 16, 9),
    (7, 15, 11),
    (5, 11, 14),
    (18, 12, 20),
    (21, 7, 16),
)
"""By task and processor: figure 2 of the HEFT paper (Topcuoglu, Hariri, Wu, 2002)."""

TOPCUOGLU_EDGES = (
    (1, 2, 18), (1, 3, 12), (1, 4, 9), (1, 5, 11), (1, 6, 14), (2, 8, 19), (2, 9, 16), (3, 7, 23),
    (4, 8, 27), (4, 9, 23), (5, 9, 13), (6, 8, 15), (7, 10, 17), (8, 10, 11), (9, 10, 13),
)  # fmt: skip
"""Source, target, and ticks between any two processors; tasks count from 1."""


def topcuoglu() -> GraphProblem:
    """The example of the HEFT paper: HEFT 80, CPoP 86, optimum 73."""
    return on_cores(
        "topcuoglu",
        TOPCUOGLU_TICKS,
        [(source - 1, target - 1, ticks) for source, target, ticks in TOPCUOGLU_EDGES],
    )


def on_cores(
    name: str,
    ticks: tuple[tuple[int, ...], ...],
    edges: list[tuple[int, int, int]],
    sharing: Sharing = "unlimited",
) -> GraphProblem:
    """Tasks with a duration on each core, and one link between all cores."""
    count = len(ticks[0])
    return GraphProblem(
        name,
        tuple(Resource(f"p{core + 1}") for core in range(count)),
        tuple(
            GraphTask(
                f"t{task + 1}",
                tuple(
                    TaskMode(f"p{core + 1}", row[core], core, unit(core, count))
                    for core in range(count)
                ),
            )
            for task, row in enumerate(ticks)
        ),
        tuple(GraphEdge(source, target, (cost,)) for source, target, cost in edges),
        (GraphLink("bus", sharing),),
        tuple(tuple(None if a == b else 0 for b in range(count)) for a in range(count)),
    )


def unit(index: int, count: int) -> tuple[int, ...]:
    """Holds one unit of one resource."""
    return tuple(int(other == index) for other in range(count))


@st.composite
def graph_problems(
    draw: st.DrawFn,
    max_tasks: int = 8,
    max_cores: int = 3,
    sharings: tuple[Sharing, ...] = ("unlimited", "fifo", "fair"),
    limits: bool = True,
) -> GraphProblem:
    """Cores and a pool, links that may be missing, operating points, and every kind of limit.

    Without ``limits`` there is neither deadline, budget nor missing link: all can be scheduled.
    """
    cores = draw(st.integers(1, max_cores))
    pooled = draw(st.booleans())
    resources = tuple(
        Resource(
            f"core{index}",
            1,
            draw(st.integers(0, 4)) / 4,
            draw(st.sampled_from((0, 0, 3))),
            draw(st.integers(0, 4)) / 2,
            draw(st.sampled_from((0, 0, 2))),
            draw(st.integers(0, 2)) / 2,
        )
        for index in range(cores)
    )
    if pooled:
        resources += (Resource("bank", draw(st.integers(2, 3))),)
    links = tuple(
        GraphLink(f"link{index}", draw(st.sampled_from(sharings)))
        for index in range(draw(st.integers(1, 2)))
    )
    budgets = (
        (Budget("memory", draw(st.integers(3, 12))),) if limits and draw(st.booleans()) else ()
    )
    count = draw(st.integers(0, max_tasks))
    tasks = tuple(
        GraphTask(f"t{index}", draw(_modes(cores, resources, bool(budgets))))
        for index in range(count)
    )
    loss = draw(st.integers(0, 8)) / 8 if limits and draw(st.booleans()) else None
    period = draw(st.sampled_from((None, 200)))
    return GraphProblem(
        "random",
        resources,
        tasks,
        draw(_edges(count, len(links))),
        links,
        _matrix(draw, len(resources), len(links), holes=limits),
        budgets,
        draw(st.sampled_from(("makespan", "energy"))),
        draw(st.none() | st.integers(5, 60)) if limits else None,
        period,
        draw(st.integers(0, 2)) / 2,
        loss,
        0.5 if period is not None else draw(st.sampled_from((None, 0.5))),
    )


@st.composite
def _modes(
    draw: st.DrawFn, cores: int, resources: tuple[Resource, ...], budgeted: bool
) -> tuple[TaskMode, ...]:
    if draw(st.integers(0, 9)) == 0:
        return (TaskMode("nowhere", draw(st.integers(0, 3)), None, (0,) * len(resources)),)
    modes = []
    for core in sorted(draw(st.sets(st.integers(0, cores - 1), min_size=1))):
        ticks = draw(st.integers(0, 9))
        for point in range(draw(st.integers(1, 2))):
            holds = list(unit(core, len(resources)))
            if len(resources) > cores:
                holds[cores] = draw(st.integers(0, resources[cores].capacity))
            modes.append(
                TaskMode(
                    f"{resources[core].name}/{point}",
                    ticks * (1 + point),
                    core,
                    tuple(holds),
                    (draw(st.integers(0, 3)),) if budgeted else (),
                    draw(st.integers(0, 12)) / 4,
                    point,
                    draw(st.integers(0, 2)) / 8,
                )
            )
    return tuple(modes)


@st.composite
def _edges(draw: st.DrawFn, tasks: int, links: int) -> tuple[GraphEdge, ...]:
    edges = []
    for target in range(1, tasks):
        for source in sorted(draw(st.sets(st.integers(0, target - 1), max_size=3))):
            if draw(st.integers(0, 4)) == 0:
                edges.append(GraphEdge(source, target))
            else:
                ticks = tuple(draw(st.integers(0, 6)) for _ in range(links))
                edges.append(GraphEdge(source, target, ticks, tuple(t / 4 for t in ticks)))
    return tuple(edges)


def _matrix(
    draw: st.DrawFn, resources: int, links: int, *, holes: bool
) -> tuple[tuple[int | None, ...], ...]:
    choices = list(range(links)) * 3 + ([None] if holes else [])
    return tuple(
        tuple(None if a == b else draw(st.sampled_from(choices)) for b in range(resources))
        for a in range(resources)
    )


@st.composite
def placements(draw: st.DrawFn, problem: GraphProblem) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Modes that links allow as far as the problem has no holes, and an order for them."""
    modes = tuple(draw(st.integers(0, len(task.modes) - 1)) for task in problem.tasks)
    waits = [0] * len(problem.tasks)
    for edge in problem.edges:
        waits[edge.target] += 1
    order: list[int] = []
    while len(order) < len(waits):
        ready = [task for task, count in enumerate(waits) if count == 0]
        task = draw(st.sampled_from(ready))
        order.append(task)
        waits[task] = -1
        for edge in problem.edges:
            if edge.source == task:
                waits[edge.target] -= 1
    return modes, tuple(order)
