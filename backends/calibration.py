"""Measure what a platform's real cores take, by running plans on them.

There is no separate benchmark: calibration runs plans on the very workers, at the very pace and by
the very code that `execute` uses, and reads the traces. What is measured is therefore what will be
predicted, the loop around a call and the cold caches after a wake-up included.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from backends.calibration_plans import calibration_plans, default_cuts
from backends.execution import execute
from backends.observations import Observations
from backends.pool import WorkerPool
from devicemodels.platform import Platform
from scheduler.taskgraph import TaskGraph

if TYPE_CHECKING:
    from networks.programs import Program

SECONDS = 10.0
"""How long the measurement itself takes by default."""

WARM_UP = 12
"""Samples of each plan that do not count."""

LEAST_SAMPLES = 24
"""Of each plan that do count, however short the time: fewer make no median."""

Progress = Callable[[int, int], None]
"""Called with how many plans have run and how many there are."""


def calibrate(
    platform: Platform,
    task_graph: TaskGraph,
    programs: "Mapping[str, Program]",
    windows: NDArray[np.float32],
    period_ns: int,
    *,
    cuts: Sequence[str] | None = None,
    seconds: float = SECONDS,
    pool: WorkerPool | None = None,
    progress: Progress | None = None,
) -> Platform:
    """``platform`` with the times of this machine's cores for one network.

    Segments, gates and codecs get the median of what they took; leaving the idle state gets the
    mean, because a scheduler's rare long delays are part of every mean that will be predicted;
    the link gets a robust line through transfer times over sizes. Gates never stop meanwhile, so
    that every part is seen often.

    A piece of work takes longer behind a cut than behind its neighbour, because the core has just
    woken up with cold caches. So it is timed where plans will put it: in plans that cross at
    ``cuts``, every part of the network between two cuts on every core in turn.

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
    cuts
        Names of the edges (``source->target``) at which plans of interest cross; by default those
        with a codec. Other edges with a codec are measured too, at the cost of fewer samples.
    seconds
        About how long to measure, set-up not counted.
    pool
        Warm workers of that platform and network; one is made if there is none.

    Raises
    ------
    InputError
        A core has no adapter, or its runtime is not installed.
    ValueError
        ``cuts`` names no edge of the task graph.
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
                cuts=cuts,
                seconds=seconds,
                pool=made,
                progress=progress,
            )
    plans = calibration_plans(platform, task_graph, cuts or default_cuts(platform, task_graph))
    samples = max(LEAST_SAMPLES, int(seconds * 1e9 / period_ns / len(plans)) - WARM_UP)
    pool.load({core.name: programs for core in platform.cores})
    observed = Observations(platform, task_graph)
    for number, plan in enumerate(plans):
        if progress is not None:
            progress(number, len(plans))
        chosen = (np.arange(samples) * len(plans) + number) % len(windows)
        labels = np.zeros(samples, dtype=np.int8)
        observed.add(
            execute(plan, programs, windows[chosen], labels, period_ns, pool=pool, warm_up=WARM_UP)
        )
    if progress is not None:
        progress(len(plans), len(plans))
    return observed.calibrated(period_ns)
