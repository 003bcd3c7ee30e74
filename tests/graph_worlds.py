"""Random graph problems for property tests, and the published example that everybody knows."""

from random import Random
from typing import Any

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


ARABNEJAD_TICKS = (
    (22, 21, 36),
    (22, 18, 18),
    (32, 27, 43),
    (7, 10, 4),
    (29, 27, 35),
    (26, 17, 24),
    (14, 25, 30),
    (29, 23, 36),
    (15, 21, 8),
    (13, 16, 33),
)
"""By task and processor: the example of the PEFT paper (Arabnejad, Barbosa, 2014)."""

ARABNEJAD_EDGES = (
    (1, 2, 17), (1, 3, 31), (1, 4, 29), (1, 5, 13), (1, 6, 7), (2, 8, 3), (2, 9, 30), (3, 7, 16),
    (4, 8, 11), (4, 9, 7), (5, 9, 57), (6, 8, 5), (7, 10, 9), (8, 10, 42), (9, 10, 7),
)  # fmt: skip
"""As above."""


def topcuoglu() -> GraphProblem:
    """The example of the HEFT paper: HEFT 80, CPoP 86, optimum 73."""
    edges = [(source - 1, target - 1, ticks) for source, target, ticks in TOPCUOGLU_EDGES]
    return on_cores("topcuoglu", TOPCUOGLU_TICKS, edges)


def arabnejad() -> GraphProblem:
    """The example of the PEFT paper: PEFT 122, HEFT 133."""
    edges = [(source - 1, target - 1, ticks) for source, target, ticks in ARABNEJAD_EDGES]
    return on_cores("arabnejad", ARABNEJAD_TICKS, edges)


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


def random_problem(
    random: Random,
    max_tasks: int = 8,
    min_tasks: int = 0,
    max_cores: int = 3,
    sharings: tuple[Sharing, ...] = ("unlimited", "fifo", "fair"),
    *,
    limits: bool = True,
) -> GraphProblem:
    """Cores and a pool, links that may be missing, operating points, and every kind of limit.

    Without ``limits`` there is neither deadline, budget nor missing link: all can be scheduled.
    """
    cores = random.randint(1, max_cores)
    resources = tuple(
        Resource(
            f"core{index}",
            1,
            random.randint(0, 4) / 4,
            random.choice((0, 0, 3)),
            random.randint(0, 4) / 2,
            random.choice((0, 0, 2)),
            random.randint(0, 2) / 2,
        )
        for index in range(cores)
    )
    if random.random() < 0.3:
        resources += (Resource("bank", random.randint(2, 3)),)
    links = tuple(
        GraphLink(f"link{index}", random.choice(sharings)) for index in range(random.randint(1, 2))
    )
    count = random.randint(min_tasks, max_tasks)
    limited = [limits and random.random() < 0.3 for _ in range(3)]
    tasks = tuple(
        GraphTask(f"t{index}", _modes(random, cores, resources, budgeted=limited[0]))
        for index in range(count)
    )
    period = random.choice((None, 300))
    return GraphProblem(
        "random",
        resources,
        tasks,
        _edges(random, count, len(links)),
        links,
        _matrix(random, len(resources), len(links), holes=limits),
        (Budget("memory", random.randint(3, 12)),) if limited[0] else (),
        random.choice(("makespan", "energy")),
        random.randint(5, 60) if limited[1] else None,
        period,
        random.randint(0, 2) / 2,
        random.randint(0, 8) / 8 if limited[2] else None,
        0.5 if period is not None else random.choice((None, 0.5)),
    )


def _modes(
    random: Random, cores: int, resources: tuple[Resource, ...], *, budgeted: bool
) -> tuple[TaskMode, ...]:
    if random.random() < 0.1:
        return (TaskMode("nowhere", random.randint(0, 3), None, (0,) * len(resources)),)
    modes = []
    for core in sorted(random.sample(range(cores), random.randint(1, cores))):
        ticks = random.randint(0, 9)
        for point in range(random.randint(1, 2)):
            holds = list(unit(core, len(resources)))
            if len(resources) > cores:
                holds[cores] = random.randint(0, resources[cores].capacity)
            modes.append(
                TaskMode(
                    f"{resources[core].name}/{point}",
                    ticks * (1 + point),
                    core,
                    tuple(holds),
                    (random.randint(0, 3),) if budgeted else (),
                    random.randint(0, 12) / 4,
                    point,
                    random.randint(0, 2) / 8,
                )
            )
    return tuple(modes)


def _edges(random: Random, tasks: int, links: int) -> tuple[GraphEdge, ...]:
    edges = []
    for target in range(1, tasks):
        for source in sorted(random.sample(range(target), random.randint(0, min(2, target)))):
            if random.random() < 0.2:
                edges.append(GraphEdge(source, target))
            else:
                ticks = tuple(random.randint(0, 6) for _ in range(links))
                edges.append(GraphEdge(source, target, ticks, tuple(t / 4 for t in ticks)))
    return tuple(edges)


def _matrix(
    random: Random, resources: int, links: int, *, holes: bool
) -> tuple[tuple[int | None, ...], ...]:
    choices: list[int | None] = [*range(links)] * 4
    choices += [None] if holes else []
    return tuple(
        tuple(None if a == b else random.choice(choices) for b in range(resources))
        for a in range(resources)
    )


def random_placement(
    random: Random, problem: GraphProblem
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Any modes, and any order in which edges point forward."""
    modes = tuple(random.randrange(len(task.modes)) for task in problem.tasks)
    waits = [0] * len(problem.tasks)
    for edge in problem.edges:
        waits[edge.target] += 1
    order: list[int] = []
    while len(order) < len(waits):
        task = random.choice([task for task, count in enumerate(waits) if count == 0])
        order.append(task)
        waits[task] = -1
        for edge in problem.edges:
            if edge.source == task:
                waits[edge.target] -= 1
    return modes, tuple(order)


randoms = st.randoms(use_true_random=False)
"""What property tests draw from: failures shrink."""


@st.composite
def graph_problems(
    draw: st.DrawFn, max_tasks: int = 8, min_tasks: int = 0, **how: Any
) -> GraphProblem:
    """Random problems; ``how`` goes to `random_problem`."""
    return random_problem(draw(randoms), max_tasks, min_tasks, **how)
