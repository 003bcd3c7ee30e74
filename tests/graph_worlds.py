"""Random graph problems for property tests, and the published example that everybody knows."""

from scheduler.graphs.problem import (
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
