"""What calibration saw, and the platform that follows from it."""

import os
import platform as machine
from collections import defaultdict
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from devicemodels.cost import NANOSECONDS_PER_SECOND, MeasuredTimes
from devicemodels.platform import Core, IdleState, Link, Platform, Source
from scheduler.plan import Plan
from scheduler.taskgraph import TaskGraph
from simulator.trace import Activity, Trace

FASTEST_BYTES_PER_S = 100e9
"""Taken as a link's bandwidth where larger transfers took no longer than smaller ones."""

TIMES, WAKES, TRANSFERS = "calibrated-times", "calibrated-wakes", "calibrated-transfers"
"""Ids of the sources that calibration adds."""

Durations = list[NDArray[np.int64]]


ENOUGH = 24
"""Observations of a piece of work that make a median."""

UNUSUAL = 99.0
"""Percentile of wake-ups that slower ones are counted as."""


class Observations:
    """Durations by core and piece of work, gathered trace by trace.

    Traces come in campaigns, numbered in order of preference: a piece of work that was seen often
    enough in the first is judged by the first alone.
    """

    def __init__(self, platform: Platform, task_graph: TaskGraph) -> None:
        self._platform = platform
        self._graph = task_graph
        self._work: defaultdict[tuple[str, str], defaultdict[int, Durations]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._wakes: defaultdict[str, Durations] = defaultdict(list)
        self._transfers: defaultdict[str, defaultdict[int, Durations]] = defaultdict(
            lambda: defaultdict(list)
        )

    def add(self, trace: Trace, campaign: int) -> None:
        """Take in one run."""
        plan, done = trace.plan, trace.activities
        lasted = done.end_ns - done.start_ns
        for index, segment in enumerate(self._graph.segments):
            core = plan.placement(segment.name).core
            here = done.segment == index
            for activity in np.unique(done.activity[here]).tolist():
                seen = lasted[here & (done.activity == activity)]
                match Activity(activity):
                    case Activity.WAKE:
                        if index == 0:
                            self._wakes[core].append(seen)
                    case Activity.TRANSFER:
                        crossing = plan.crossing(segment.name, self._graph.edges[index].target)
                        assert crossing is not None
                        self._transfers[crossing.link][crossing.wire_bytes].append(seen)
                    case kind:
                        self._work[core, _key(plan, index, kind)][campaign].append(seen)

    def _judged_by(self, core: str, key: str) -> NDArray[np.int64]:
        """The durations that count: of as few campaigns as are enough."""
        counted: Durations = []
        for _, runs in sorted(self._work[core, key].items()):
            counted += runs
            if sum(map(len, counted)) >= ENOUGH:
                break
        return np.concatenate(counted)

    def calibrated(self, period_ns: int) -> Platform:
        """The platform with what was seen in place of what was assumed."""
        pace = f"every {period_ns / 1e6:g} ms on {_machine()}"
        sources = {
            TIMES: _source(
                [[self._judged_by(*work)] for work in self._work], "medians of pieces of work", pace
            ),
            WAKES: _source(
                list(self._wakes.values()),
                "mean wake-ups by a doorbell, the slowest 1 % taken as the 99th percentile",
                pace,
            ),
            TRANSFERS: _source(
                [runs for sizes in self._transfers.values() for runs in sizes.values()],
                "robust line through median copies into shared memory",
                pace,
            ),
        }
        measured = {name: source for name, source in sources.items() if source is not None}
        provenance = {f"cores.{core}.cost.time_s.{key}": TIMES for core, key in sorted(self._work)}
        for core in self._wakes:
            for state in self._platform.core(core).idle_states:
                provenance[f"cores.{core}.idle_states.{state.name}.exit_latency_s"] = WAKES
        for link in self._transfers:
            provenance[f"links.{link}.latency_s"] = TRANSFERS
            provenance[f"links.{link}.bandwidth_bytes_per_s"] = TRANSFERS
        return replace(
            self._platform,
            description=f"{_machine()}, calibrated",
            cores=tuple(self._core(core) for core in self._platform.cores),
            links=tuple(self._link(link) for link in self._platform.links),
            sources={**self._platform.sources, **measured},
            provenance={**self._platform.provenance, **provenance},
        )

    def _core(self, core: Core) -> Core:
        times = {
            key: float(np.median(self._judged_by(name, key))) / NANOSECONDS_PER_SECOND
            for name, key in sorted(self._work)
            if name == core.name
        }
        states = core.idle_states
        if core.name in self._wakes:
            wakes = np.concatenate(self._wakes[core.name])
            usual = np.minimum(wakes, np.percentile(wakes, UNUSUAL))
            wake_s = float(usual.mean()) / NANOSECONDS_PER_SECOND
            states = tuple(_woken_in(state, wake_s) for state in states)
        return replace(core, cost=MeasuredTimes(times), idle_states=states)

    def _link(self, link: Link) -> Link:
        sizes = self._transfers.get(link.name)
        if not sizes:
            return link
        medians = {
            size: float(np.median(np.concatenate(seen))) / NANOSECONDS_PER_SECOND
            for size, seen in sizes.items()
        }
        latency_s, bandwidth = transfer_law(medians)
        return replace(link, latency_s=latency_s, bandwidth_bytes_per_s=bandwidth)


def transfer_law(seconds_by_size: dict[int, float]) -> tuple[float, float]:
    """Latency (s) and bandwidth (bytes/s) of a robust line through times over sizes.

    The slope is the median of the slopes of all pairs (Theil, 1950; Sen, 1968), the intercept the
    median of what it leaves; neither is below 0.
    """
    pairs = combinations(sorted(seconds_by_size.items()), 2)
    slopes = [(t - s) / (size - other) for (other, s), (size, t) in pairs]
    slope = max(float(np.median(slopes)) if slopes else 0.0, 1.0 / FASTEST_BYTES_PER_S)
    rests = [seconds - slope * size for size, seconds in seconds_by_size.items()]
    return max(float(np.median(rests)), 0.0), 1.0 / slope


def _key(plan: Plan, index: int, activity: Activity) -> str:
    """Key of a piece of work; see ``MeasuredTimes``."""
    graph = plan.task_graph
    segment = graph.segments[index]
    if activity is Activity.COMPUTE:
        return segment.work
    if activity is Activity.GATE:
        gate = graph.gate_after(segment.name)
        assert gate is not None
        return f"gate:{gate.name}"
    decodes = activity is Activity.DECODE
    edge = graph.edges[index - 1 if decodes else index]
    crossing = plan.crossing(edge.source, edge.target)
    assert crossing is not None
    return f"{'decode' if decodes else 'encode'}:{edge.name}/{crossing.codec}"


def _woken_in(state: IdleState, wake_s: float) -> IdleState:
    """Leaving takes as long as measured, at the power that was assumed; no stay is shorter."""
    energy_j = state.exit_energy_j
    if state.exit_latency_s > 0.0:
        energy_j *= wake_s / state.exit_latency_s
    least_s = max(state.min_residency_s, state.entry_latency_s + wake_s)
    return replace(state, exit_latency_s=wake_s, exit_energy_j=energy_j, min_residency_s=least_s)


def _source(seen: list[Durations], what: str, pace: str) -> Source | None:
    """A source whose tolerance is the typical half interquartile range over the median."""
    if not seen:
        return None
    spreads = []
    for runs in seen:
        low, middle, high = np.percentile(np.concatenate(runs), [25, 50, 75])
        spreads.append((high - low) / 2 / max(middle, 1.0))
    counts = sorted(sum(len(run) for run in runs) for runs in seen)
    return Source(
        kind="measured",
        citation=f"`wakepath calibrate`: {what}, {counts[0]} to {counts[-1]} runs each, {pace}",
        tolerance=min(1.0, round(float(np.median(spreads)), 3)),
    )


def _machine() -> str:
    usable = len(os.sched_getaffinity(0))
    return f"{_cpu_name()}, {usable} CPUs, Linux {machine.release()}"


def _cpu_name() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:  # noqa: PTH123 - a kernel file
            names = [line.split(":")[1].strip() for line in info if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else machine.machine()
