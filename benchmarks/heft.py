"""HEFT on random layered graphs, beside its targets.

    python benchmarks/heft.py [--runs 21]

``cold`` starts from the problem as it is loaded; ``warm`` has its flat tables already, as every
further algorithm on the same problem does.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from random import Random

from scheduler.graphs.algorithms import heft
from scheduler.graphs.problem import (
    GraphEdge,
    GraphLink,
    GraphProblem,
    GraphTask,
    Resource,
    TaskMode,
)
from scheduler.graphs.tables import tabulate

CORES = 4
TARGETS_MS = {100: 1.0, 1000: 30.0}
WIDTH = 10
MOST_INPUTS = 4


def layered(tasks: int, seed: int = 1) -> GraphProblem:
    """Layers of ten; each task reads up to four of the layer before."""
    random = Random(seed)
    edges = []
    for task in range(WIDTH, tasks):
        before = range(task - task % WIDTH - WIDTH, task - task % WIDTH)
        sources = random.sample(before, k=random.randint(1, MOST_INPUTS))
        edges += [
            GraphEdge(source, task, (random.randint(1, 100),), (0.0,)) for source in sorted(sources)
        ]
    return GraphProblem(
        f"layered-{tasks}",
        tuple(Resource(f"core{core}") for core in range(CORES)),
        tuple(
            GraphTask(
                f"t{task}",
                tuple(
                    TaskMode(
                        f"core{core}",
                        random.randint(10, 100),
                        core,
                        tuple(int(core == other) for other in range(CORES)),
                    )
                    for core in range(CORES)
                ),
            )
            for task in range(tasks)
        ),
        tuple(edges),
        (GraphLink("bus"),),
        tuple(tuple(None if a == b else 0 for b in range(CORES)) for a in range(CORES)),
    )


def median_ms(work: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=21)
    runs = parser.parse_args().runs
    for tasks, target in TARGETS_MS.items():
        problem = layered(tasks)
        tables = tabulate(problem)
        warm = median_ms(lambda tables=tables: heft.place(tables), runs)
        cold = median_ms(lambda problem=problem: heft.place(tabulate(problem)), runs)
        print(
            f"HEFT {tasks:5} tasks x {CORES} cores, {len(problem.edges):5} edges: "
            f"warm {warm:7.2f} ms, cold {cold:7.2f} ms (target {target:g} ms: "
            f"{warm / target:.2f} x and {cold / target:.2f} x; medians of {runs})"
        )


if __name__ == "__main__":
    main()
