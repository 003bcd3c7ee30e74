"""Every algorithm on a few problems, printed as hashes: what must not depend on hashing.

Run as a program: ``python -m tests.planner_suite``. Each line is problem, algorithm, SHA-256 of the
document that came out (or why none did).
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from devicemodels.catalog import load_platform
from scheduler.documents import dump_plan, read_taskgraph
from scheduler.graphs import registry as graph_registry
from scheduler.graphs.documents import dump_schedule
from scheduler.importers.registry import read_instance
from scheduler.infeasible import Infeasible
from scheduler.plan import Objective, Requirements
from scheduler.problem import Problem
from scheduler.registry import ALGORITHMS, schedule
from scheduler.tabulation import make_problem

ROOT = Path(__file__).parents[1]
OBJECTIVES: tuple[Objective, ...] = ("energy", "latency_p99", "energy_delay_product")


def chains() -> Iterator[Problem]:
    """The smartwatch, for two platforms and three objectives."""
    graph = read_taskgraph(ROOT / "scenarios/smartwatch/taskgraph.json")
    for platform in ("wearable", "rk3399"):
        for objective in OBJECTIVES:
            required = Requirements(
                objective=objective,
                period_s=0.5,
                deadline_s=0.006,
                accuracy_floor=0.9,
                class_prior={"negative": 0.85, "positive": 0.15},
                recall_floor=0.95,
            )
            name = f"smartwatch/{platform}/{objective}"
            yield make_problem(name, graph, load_platform(platform), required)


def plans() -> Iterator[tuple[str, str, str]]:
    """Problem, algorithm and document of every plan of a chain."""
    for problem in chains():
        for algorithm in ALGORITHMS:
            if algorithm == "chain-milp" and problem.platform.name != "wearable":
                continue  # hundreds of large programs: minutes
            try:
                yield problem.name, algorithm, dump_plan(schedule(problem, algorithm))
            except Infeasible as none:
                yield problem.name, algorithm, str(none)


def schedules() -> Iterator[tuple[str, str, str]]:
    """Problem, algorithm and document of every schedule of a graph."""
    folder = ROOT / "tests/fixtures/instances"
    for name, options in (
        ("costs_behind.stg", {"cores": 3}),
        ("from_zero.fjs", {}),
        ("mmlib.txt", {}),
        ("workflow_1_5.json", {"cores": 2}),
        ("table.csv", {}),
    ):
        problem = read_instance(folder / name, options=options)
        for algorithm in graph_registry.ALGORITHMS:
            try:
                made = graph_registry.schedule_graph(problem, algorithm)
                yield name, algorithm, dump_schedule(made)
            except Infeasible as none:
                yield name, algorithm, str(none)


def main() -> None:
    """Print one line a document."""
    for problem, algorithm, document in (*plans(), *schedules()):
        print(problem, algorithm, sha256(document.encode()).hexdigest())


if __name__ == "__main__":
    main()
