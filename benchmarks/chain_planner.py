"""ResNet-152 as a chain of operators: how long a certified plan, the exact one and a front take.

Three cores, five operating points and three idle states each, four codecs an edge, four gates that
may be left out or take one of three thresholds, a deadline and an accuracy floor. Times are medians
of runs in a warm process, besides one whole cold process. Run from the root of the repository.
"""

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import torch
from pytorchcv.models.resnet import resnet152

from benchmarks.resnet152 import gated, problem
from networks.tracing import trace
from scheduler.algorithms import chain_bucketed, chain_dp
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
    front_row(table)
    unfused = gated(traced, unfused=True)
    wide = problem(unfused, deadline_s=0.400)
    plan_rows(f"{len(unfused.segments)} operators", wide, (5.0, 5.0))
    cold(chain)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MB, torch and tracing included; target 1000 MB")


def front_row(table: Problem) -> None:
    from scheduler.chains.front import front  # noqa: PLC0415

    found = front(table)
    row(f"front of {len(found.points)} plans", lambda: front(table), 3.0)


def cold(chain: TaskGraph) -> None:
    """A whole process from its start to the exact plan, with the compiled code from the cache."""
    import tempfile  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    from scheduler.documents import dump_taskgraph  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "taskgraph.json"
        file.write_text(dump_taskgraph(chain))
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", COLD, str(file)], check=True)
        print(f"cold process, exact: {time.perf_counter() - start:.2f} s  target 5 s")


if __name__ == "__main__":
    main()
