"""Measure what a platform's real cores take, by running plans on them.

There is no separate benchmark: calibration runs plans on the very workers, at the very pace and by
the very code that `execute` uses, and reads the traces. What is measured is therefore what will be
predicted, the loop around a call and the cold caches after a wake-up included.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from backends.calibration_plans import covering_plans, expected_plans
from backends.execution import execute
from backends.observations import ENOUGH, Observations
from backends.pool import WorkerPool
from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.platform import Platform
from scheduler.plan import Plan
from scheduler.taskgraph import TaskGraph
from simulator.trace import Trace

if TYPE_CHECKING:
    from networks.programs import Program

SECONDS = 10.0
"""How long the measurement itself takes by default."""

WARM_UP = 8
"""Samples of each plan that do not count."""

ROUNDS = 3
"""How often the plans of interest take turns, so that a busy second spoils none of them."""

LEAST_SAMPLES = ENOUGH
"""Of each plan that do count, however short the time."""

Progress = Callable[[int, int], None]
"""Called with how many plans have run and how many there are."""


def calibrate(
    platform: Platform,
    task_graph: TaskGraph,
    programs: "Mapping[str, Program]",
    windows: NDArray[np.float32],
    period_ns: int,
    *,
    crossings: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    pool: WorkerPool | None = None,
    progress: Progress | None = None,
) -> Platform:
    """Measure the cores of ``platform`` at one network's work, and write their times into it.

    Segments, gates and codecs get the median of what they took; leaving the idle state gets a
    mean, because a scheduler's usual delays are part of every mean that will be predicted (the
    slowest 1 %, which no two runs share, count as the 99th percentile); the link gets a robust
    line through transfer times over sizes.

    A piece of work takes longer behind a wake-up than behind its neighbour, and longer on a core
    that has little to do: caches are cold. So it is timed where plans will put it: first in plans
    that cross as plans of interest do, with the gates as trained, and every part of the network
    between two crossings on every core in turn. What was not seen often enough then is timed in
    plans that cross at every edge with a codec and whose gates never stop.

    Parameters
    ----------
    platform
        Its cores have adapters.
    task_graph, programs
        The network, and its exported programs by key.
    windows
        Shape (n, ...): real samples; not those of the test, whose run is to be predicted.
    period_ns
        The pace of the run to be predicted: a core that slept longer is slower at first.
    crossings
        How the plans of interest cross: codec by the name of the edge (``source->target``). By
        default every edge with a codec, over each of its codecs.
    seconds
        About how long to measure, set-up not counted.
    pool
        Warm workers of that platform and network; one is made if there is none.

    Raises
    ------
    InputError
        A core has no adapter, or its runtime is not installed.
    ValueError
        ``crossings`` names an edge or codec that does not exist.
    WorkerDied, WorkerFailed, RunInterrupted
        As ``execute``.
    """
    if pool is None:
        with WorkerPool(platform, task_graph, programs) as made:
            return calibrate(
                platform,
                task_graph,
                programs,
                windows,
                period_ns,
                crossings=crossings,
                seconds=seconds,
                pool=made,
                progress=progress,
            )
    if crossings is None:
        first = covering_plans(platform, task_graph, gates_stop=True)
    else:
        first = expected_plans(platform, task_graph, crossings)
    second = covering_plans(platform, task_graph, gates_stop=False)
    slots = int(seconds * NANOSECONDS_PER_SECOND / period_ns)
    left = slots - len(second) * (WARM_UP + LEAST_SAMPLES)
    samples = max(LEAST_SAMPLES // ROUNDS, left // (ROUNDS * len(first)) - WARM_UP)
    runs = [(0, plan, samples) for plan in first * ROUNDS]
    runs += [(1, plan, LEAST_SAMPLES) for plan in second]
    pool.load({core.name: programs for core in platform.cores})
    observed = Observations(platform, task_graph)
    for number, (campaign, plan, count) in enumerate(runs):
        if progress is not None:
            progress(number, len(runs))
        chosen = (np.arange(count) * len(runs) + number) % len(windows)
        observed.add(_run(plan, programs, windows[chosen], period_ns, pool), campaign)
    if progress is not None:
        progress(len(runs), len(runs))
    return observed.calibrated(period_ns)


def _run(
    plan: Plan,
    programs: "Mapping[str, Program]",
    windows: NDArray[np.float32],
    period_ns: int,
    pool: WorkerPool,
) -> Trace:
    labels = np.zeros(len(windows), dtype=np.int8)
    return execute(plan, programs, windows, labels, period_ns, pool=pool, warm_up=WARM_UP)
