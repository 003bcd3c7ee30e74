"""ResNet-152 as a chain of operators: how long a certified plan, the exact one and a front take.

Three cores, five operating points and three idle states each, four codecs an edge, four gates that
may be left out or take one of three thresholds, a deadline and an accuracy floor. Times are medians
of runs in a warm process, besides one whole cold process. Run from the root of the repository.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from pytorchcv.models.resnet import resnet152

from benchmarks.resnet152 import gated, problem
from networks.tracing import trace
from scheduler.algorithms import chain_bucketed, chain_dp
from scheduler.documents import dump_taskgraph
from scheduler.problem import Problem
from scheduler.taskgraph import TaskGraph

RUNS = 5

COLD = """
import sys
from pathlib import Path
from benchmarks.resnet152 import problem
from scheduler.documents import read_taskgraph
from scheduler.registry import schedule
plan = schedule(problem(read_taskgraph(Path(sys.argv[1]))))
"""


FRONT = """
import statistics, sys, time
from pathlib import Path
from benchmarks.resnet152 import problem
from scheduler.chains.front import front
from scheduler.documents import read_taskgraph
table = problem(read_taskgraph(Path(sys.argv[1])))
front(table)  # compiles, if need be
times = []
for _ in range(3):
    start = time.perf_counter()
    found = front(table)
    times.append(time.perf_counter() - start)
shares = zip(found.figures, found.epsilons)
widths = ", ".join(f"{figure} {100 * share:.3g} %" for figure, share in shares)
print(
    f"{len(found.points)} plans, median {statistics.median(times):.3f} s "
    f"({min(times):.3f} to {max(times):.3f}), proved within {widths}"
)
"""

FRONT_LIMIT_S = 120
"""After which the front is given up."""


def median_s(work: Callable[[], object]) -> tuple[float, float, float]:
    """Median, least and greatest time."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times), min(times), max(times)


def row(name: str, work: Callable[[], object], target_s: float) -> None:
    median, least, greatest = median_s(work)
    print(
        f"{name:34} median {median:7.3f} s  ({least:.3f} to {greatest:.3f})  target {target_s} s"
        f"  {median / target_s:5.2f} of it"
    )


def plan_rows(name: str, table: Problem, targets_s: tuple[float, float]) -> None:
    rough, exact = chain_bucketed.solve(table), chain_dp.solve(table)  # compiles, if need be
    row(f"{name}: certified within 1e-4", lambda: chain_bucketed.solve(table), targets_s[0])
    row(f"{name}: exact", lambda: chain_dp.solve(table), targets_s[1])
    print(f"  bounds {rough.lower_bound:.9g} and {exact.lower_bound:.9g} J, {exact.status}")


def main() -> None:
    start = time.perf_counter()
    traced = trace(resnet152(), torch.zeros(1, 3, 224, 224), name="resnet152")
    print(f"tracing (not counted)              {time.perf_counter() - start:.1f} s")
    chain = gated(traced)
    start = time.perf_counter()
    table = problem(chain)
    states = len(table.gate_states.states)
    print(
        f"{len(chain.segments)} segments x {len(table.modes)} modes x "
        f"{len(table.codecs[0])} codecs, {len(table.gate_choices)} gate choices in {states} states;"
        f" table built in {time.perf_counter() - start:.2f} s"
    )
    plan_rows("ResNet-152", table, (1.0, 2.0))
    front_row(chain)
    unfused = gated(traced, unfused=True)
    wide = problem(unfused, deadline_s=0.400)
    plan_rows(f"{len(unfused.segments)} operators", wide, (5.0, 5.0))
    cold(chain)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB, torch and tracing included; target 1000 MB")


def front_row(chain: TaskGraph) -> None:
    """A front in a process of its own, which is given up after a while."""
    name = "front of energy, latency, accuracy"
    try:
        done = on_file(chain, FRONT, FRONT_LIMIT_S)
    except subprocess.TimeoutExpired:
        print(f"{name}: not done within {FRONT_LIMIT_S} s  target 3 s")
    else:
        print(f"{name}: {done.stdout.strip()}  target 1,000 plans in 3 s")


def on_file(
    chain: TaskGraph, program: str, limit_s: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program on the task graph in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "taskgraph.json"
        file.write_text(dump_taskgraph(chain))
        return subprocess.run(
            [sys.executable, "-c", program, str(file)],
            check=True,
            capture_output=True,
            text=True,
            timeout=limit_s,
        )


def cold(chain: TaskGraph) -> None:
    """A whole process from its start to the exact plan, with the compiled code from the cache."""
    start = time.perf_counter()
    on_file(chain, COLD)
    print(f"cold process, exact: {time.perf_counter() - start:.2f} s  target 5 s")


if __name__ == "__main__":
    main()
