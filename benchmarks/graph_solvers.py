"""Exact methods for graphs: serial execution at 60 operators, CP-SAT's proven gap over time.

    python benchmarks/graph_solvers.py [--runs 3] [--seconds 1 5 30]

Serial execution is beside its target of 0.5 s; the instances with known optima beside those, as
far as they lie in ../shared/data/instances; energy under a deadline beside HEFT with slack
reclaimed, which is the baseline. CP-SAT has one worker.
"""

import argparse
import statistics
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from time import perf_counter

from scheduler.graphs import cp_sat, serial_milp
from scheduler.graphs.figures import energy_j, objective_value
from scheduler.graphs.incumbents import incumbents
from scheduler.graphs.problem import (
    GraphEdge,
    GraphLink,
    GraphProblem,
    GraphTask,
    Resource,
    TaskMode,
)
from scheduler.importers.registry import read_instance

INSTANCES = Path(__file__).parents[1].parent / "shared" / "data" / "instances"

OPTIMA = (
    ("mk01.txt", None, 40),
    ("mk03.txt", None, 204),
    ("mk04.txt", None, 60),
    ("mk08.txt", None, 523),
    ("vdata_la06.txt", None, 799),
    ("J501_1.txt", None, 31),
    ("J501_2.txt", None, 25),
    ("rand0000.stg", 4, 66),
    ("rand0002.stg", 2, 121),
)

SPEED = (1.0, 2.5, 6.0)
"""Of a core, relative to the first."""

POWER_W = (1e-3, 4e-3, 15e-3)
"""Of a core at its middle operating point."""

FREQUENCY = (0.5, 1.0, 1.6)
"""Of an operating point, relative to the middle one; power goes with its 2.2nd power."""


def network(operators: int, seed: int, *, switches: bool = False) -> GraphProblem:
    """A random network on three cores at three operating points, with wake-ups and transfers."""
    random = Random(seed)
    resources = tuple(
        Resource(
            f"core{core}",
            idle_power_w=1e-4 * (core + 1),
            wake_ticks=50_000 * core,
            wake_energy_j=1e-7 * core,
            switch_ticks=20_000 * switches,
            switch_energy_j=1e-8 * switches,
        )
        for core in range(3)
    )
    tasks, edges = [], []
    for index in range(operators):
        tasks.append(_operator(random, index))
        if index:
            sources = {max(0, index - 1 - int(4 * random.random())) for _ in range(2)}
            for source in sorted(sources):
                ticks = int(random.lognormvariate(11, 1)) + 1000
                edges.append(GraphEdge(source, index, (ticks,), (ticks * 1e-12,)))
    link = tuple(tuple(None if a == b else 0 for b in range(3)) for a in range(3))
    return GraphProblem(
        f"network of {operators}{' with switches' if switches else ''}",
        resources,
        tuple(tasks),
        tuple(edges),
        (GraphLink("bus"),),
        link,
        rail_power_w=1e-5,
        tick_s=1e-9,
    )


def _operator(random: Random, index: int) -> GraphTask:
    work = random.lognormvariate(13, 1)
    modes = []
    for core, (speed, power_w) in enumerate(zip(SPEED, POWER_W, strict=True)):
        suited = random.uniform(0.5, 1.5)
        for point, frequency in enumerate(FREQUENCY):
            ticks = int(work * suited / speed / frequency) + 1
            holds = tuple(int(core == other) for other in range(3))
            joules = power_w * frequency**2.2 * ticks * 1e-9
            modes.append(
                TaskMode(f"core{core}/{point}", ticks, core, holds, energy_j=joules, point=point)
            )
    return GraphTask(f"operator{index}", tuple(modes))


def under_deadline(problem: GraphProblem, shortest: int, factor: float) -> GraphProblem:
    """Least energy within ``factor`` times the shortest time, over five times as long."""
    return replace(
        problem,
        objective="energy",
        deadline_ticks=int(factor * shortest),
        period_ticks=5 * shortest,
    )


def serial_rows(runs: int) -> Iterator[str]:
    yield "serial-milp, 60 operators x 3 cores x 3 points; target 0.5 s"
    for switches in (False, True):
        problem = network(60, seed=0, switches=switches)
        shortest = int(serial_milp.ask_highs(problem).lower_bound)
        for factor in (1.1, 1.5, 2.0, 4.0):
            hurried = under_deadline(problem, shortest, factor)
            seconds = []
            for _ in range(runs):
                began = perf_counter()
                answer = serial_milp.ask_highs(hurried)
                seconds.append(perf_counter() - began)
            median = statistics.median(seconds)
            yield (
                f"  {problem.name:30} deadline x{factor:<4} {answer.verdict:9} within "
                f"{serial_milp.GAP:g}: {median:6.2f} s, {median / 0.5:5.2f} x the target"
            )


def anytime_row(problem: GraphProblem, seconds: list[float], known: float | None) -> str:
    """Value and proven gap after each of so many seconds, beside what is known."""
    cells = []
    for limit in seconds:
        began = perf_counter()
        found = cp_sat.solve(problem, time_limit_s=limit)
        value = objective_value(problem, found.modes, found.timing)
        beside = "" if known is None else f", {value / known:5.3f} x"
        cells.append(
            f"{value:9.6g} gap {100 * (1 - found.lower_bound / value):5.2f} %{beside} "
            f"({perf_counter() - began:4.1f} s)"
        )
    return " | ".join(cells)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, nargs="+", default=[1.0, 5.0, 30.0])
    options = parser.parse_args()
    for row in serial_rows(options.runs):
        print(row, flush=True)
    print(f"cp-sat after {options.seconds} s: ticks, proven gap, beside the known optimum")
    for name, cores, optimum in OPTIMA:
        if not (INSTANCES / name).exists():
            print(f"  {name:16} is not there")
            continue
        asked = {} if cores is None else {"cores": cores}
        problem = read_instance(INSTANCES / name, options=asked)
        label = f"{name}{'' if cores is None else f' on {cores}'}"
        print(f"  {label:18} {anytime_row(problem, options.seconds, optimum)}", flush=True)
    print("cp-sat, least energy under a deadline: joules, proven gap, beside HEFT with slack")
    for operators in (30, 60):
        problem = network(operators, seed=1)
        shortest = min(one.timing.makespan for one in incumbents(problem))
        for factor in (1.1, 1.5, 2.5):
            hurried = under_deadline(problem, shortest, factor)
            known = [energy_j(hurried, one.modes, one.timing) for one in incumbents(hurried)]
            row = anytime_row(hurried, options.seconds, min(known, default=None))
            print(f"  {operators} operators x{factor:<4} {row}", flush=True)


if __name__ == "__main__":
    main()
