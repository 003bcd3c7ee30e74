"""Measure what a platform's real cores take, by running plans on them.

There is no separate benchmark: calibration runs plans on the very workers, at the very pace and by
the very code that `execute` uses, and reads the traces. What is measured is therefore what will be
predicted, the loop around a call and the cold caches after a wake-up included.

The speed of a shared machine drifts from second to second. A calibration is therefore made of
turns, so that it can take turns with the run that it is to predict: both then see the same drift.
"""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
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

if TYPE_CHECKING:
    from networks.programs import Program

SECONDS = 10.0
"""How long the measurement itself takes by default."""

WARM_UP = 8
"""Samples of each plan that do not count."""

TURNS = 16
"""Into how many turns a calibration is divided."""

Progress = Callable[[int, int], None]
"""Called with how many turns have been taken and how many there are."""


class Calibration:
    """The times of this machine's cores for one network, measured in turns.

    Segments, gates and codecs get the median of what they took; leaving the idle state gets the
    mean, because a scheduler's rare long delays are part of every mean that will be predicted; the
    link gets a robust line through transfer times over sizes.

    A piece of work takes longer behind a wake-up than behind its neighbour, and longer on a core
    that has little to do: caches are cold. So it is timed where plans will put it: in each turn in
    plans that cross as plans of interest do, with the gates as trained, and every part of the
    network between two crossings on every core in turn. What is not seen often enough then is
    taken from plans that run once, at the beginning, which cross at every edge with a codec and
    whose gates never stop.

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
    pool
        Warm workers of that platform and network.
    crossings
        How the plans of interest cross: codec by the name of the edge (``source->target``). By
        default every edge with a codec, over each of its codecs.
    seconds
        About how long all turns together measure.

    Raises
    ------
    ValueError
        ``crossings`` names an edge or codec that does not exist.
    WorkerDied, WorkerFailed, RunInterrupted
        As ``execute``, here and in ``take_turn``.
    """

    def __init__(
        self,
        platform: Platform,
        task_graph: TaskGraph,
        programs: "Mapping[str, Program]",
        windows: NDArray[np.float32],
        period_ns: int,
        *,
        pool: WorkerPool,
        crossings: Mapping[str, str] | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._programs = programs
        self._windows = windows
        self._period_ns = period_ns
        self._pool = pool
        self._observed = Observations(platform, task_graph)
        self._next = 0
        if crossings is None:
            self._plans = covering_plans(platform, task_graph, gates_stop=True)
        else:
            self._plans = expected_plans(platform, task_graph, crossings)
        covering = covering_plans(platform, task_graph, gates_stop=False)
        slots = int(seconds * NANOSECONDS_PER_SECOND / period_ns)
        left = slots - len(covering) * (WARM_UP + ENOUGH)
        self._samples = max(ENOUGH // TURNS, left // (TURNS * len(self._plans)) - WARM_UP)
        pool.load({core.name: programs for core in platform.cores})
        for plan in covering:
            self._run(plan, ENOUGH, campaign=1)

    def take_turn(self) -> None:
        """Measure once in every plan of interest."""
        for plan in self._plans:
            self._run(plan, self._samples, campaign=0)

    def platform(self) -> Platform:
        """The platform with the times seen so far."""
        return self._observed.calibrated(self._period_ns)

    def _run(self, plan: Plan, samples: int, campaign: int) -> None:
        chosen = np.arange(self._next, self._next + samples) % len(self._windows)
        self._next += samples
        trace = execute(
            plan,
            self._programs,
            self._windows[chosen],
            np.zeros(samples, dtype=np.int8),
            self._period_ns,
            pool=self._pool,
            warm_up=WARM_UP,
        )
        self._observed.add(trace, campaign)


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
    """``platform`` with the times of a whole ``Calibration``; arguments and errors are the same.

    A pool is made if there is none, which raises ``InputError`` if a core has no adapter or its
    runtime is not installed.
    """
    made = pool or WorkerPool(platform, task_graph, programs)
    with nullcontext() if pool else made:
        calibration = Calibration(
            platform,
            task_graph,
            programs,
            windows,
            period_ns,
            pool=made,
            crossings=crossings,
            seconds=seconds,
        )
        for turn in range(TURNS):
            if progress is not None:
                progress(turn, TURNS)
            calibration.take_turn()
        if progress is not None:
            progress(TURNS, TURNS)
        return calibration.platform()
