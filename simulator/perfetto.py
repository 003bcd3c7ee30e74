"""A trace as a file that opens in the Perfetto trace viewer (https://ui.perfetto.dev).

The Chrome JSON format, of which Perfetto documents that it shows complete (X), instant (i),
counter (C), metadata (M) and flow (s, t, f) events:
https://perfetto.dev/docs/getting-started/other-formats. Its own protobuf format can do more, but
would need a protobuf runtime for what the standard library writes here. Times are microseconds
that stand for exact nanoseconds.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, nextafter
from pathlib import Path
from typing import Any

import numpy as np

from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.documents.files import write_atomically
from simulator.idling.stays import stays_of
from simulator.perfetto_tracks import FIRST_TRACK, PROCESS, Event, Tracks
from simulator.power.timeline import PowerTimeline, power_timeline
from simulator.shared_trace import Run, activities_of, traces_of
from simulator.trace import NOT_STOPPED, Activities, Activity, Outcome, Trace

DEFAULT_WINDOW_NS = 60 * NANOSECONDS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a run that is shown, both ends included."""

    start_ns: int
    """Where it begins."""
    end_ns: int
    """Where it ends, not after the run."""
    activities: int
    """How many activities it shows: all that touch it, whole."""
    left_out: int
    """How many activities of the run it does not show."""


def write_perfetto(
    trace: Run, path: Path, start_ns: int = 0, length_ns: int = DEFAULT_WINDOW_NS
) -> Window:
    """Write a window of ``trace`` to ``path``, wholly or not at all; returns what is shown.

    Raises ``ValueError`` for a window without length or outside the run, ``OSError`` if the file
    cannot be written.
    """
    document, window = perfetto_document(trace, start_ns, length_ns)
    write_atomically(path, json.dumps(document, separators=(",", ":"), allow_nan=False))
    return window


def perfetto_document(
    trace: Run, start_ns: int = 0, length_ns: int = DEFAULT_WINDOW_NS
) -> tuple[dict[str, Any], Window]:
    """The JSON object of a window of ``trace``: tracks of cores, links, gates and sensors; power.

    A run of several pipelines has a sensor and a track of gates for each. Transfers that overlap
    on a fair link are shown on tracks of their own, for slices of one track may not overlap.
    """
    end_ns = min(start_ns + length_ns, trace.duration_ns)
    if start_ns < 0 or end_ns <= start_ns:
        raise ValueError(
            f"a window of {length_ns} ns from {start_ns} ns shows nothing of a run of "
            f"{trace.duration_ns} ns"
        )
    done, pipeline = activities_of(trace)
    rows = np.flatnonzero((done.start_ns <= end_ns) & (done.end_ns >= start_ns))
    window = Window(start_ns, end_ns, len(rows), len(done.start_ns) - len(rows))
    tracks = Tracks(trace, done, rows.tolist())
    pipelines = traces_of(trace)
    events = [
        *tracks.metadata(),
        *sorted(
            [
                *_slices(pipelines, done, pipeline.tolist(), rows.tolist(), tracks),
                *_rests(trace, window, tracks),
                *_off(trace, window, tracks),
                *(
                    event
                    for index, one in enumerate(pipelines)
                    for event in _sensor(one, window, tracks.sensor(index))
                ),
                *_counters(power_timeline(trace), window),
            ],
            key=lambda event: float(event["ts"]),
        ),
    ]
    about = {
        "plan": ", ".join(one.plan.name for one in pipelines),
        "platform": pipelines[0].plan.platform.name,
        "times": pipelines[0].origin,
        "power": "modelled",
        "not_in_power": "energy spent in no time, such as the entry of an idle state",
        "shown_from_s": _seconds(start_ns),
        "shown_to_s": _seconds(end_ns),
        "duration_s": _seconds(trace.duration_ns),
        "activities_shown": window.activities,
        "activities_left_out": window.left_out,
    }
    return {"displayTimeUnit": "ns", "metadata": about, "traceEvents": events}, window


def _slices(
    pipelines: Sequence[Trace],
    done: Activities,
    owner: list[int],
    rows: list[int],
    tracks: Tracks,
) -> Iterator[Event]:
    """Activities as slices, gate decisions as instants, and flows from core to core."""
    named = [_Named(trace, several=len(pipelines) > 1) for trace in pipelines]
    stations = _stations(done, owner, rows)
    for row in rows:
        whose, sample = owner[row], int(done.sample[row])
        trace, names = pipelines[whose], named[whose]
        activity, segment = Activity(done.activity[row]), int(done.segment[row])
        start_ns, end_ns, track = int(done.start_ns[row]), int(done.end_ns[row]), tracks.of(row)
        yield {
            "ph": "X",
            "name": names.slice(activity, segment),
            "cat": activity.name.lower(),
            "pid": PROCESS,
            "tid": track,
            "ts": _us(start_ns),
            "dur": _us(end_ns - start_ns),
            "args": {"sample": sample, "segment": names.segments[segment]},
        }
        if row in stations:
            yield _flow(stations[row], sample * len(pipelines) + whose, track, start_ns)
        if activity is Activity.GATE:
            gate = names.gate_after[segment]
            fate = "passed"
            if int(trace.samples.exit_gate[sample]) == gate:
                fate = "answered" if int(trace.samples.answer[sample]) == 1 else "stopped"
            setting = trace.plan.gates[gate]
            yield {
                "ph": "i",
                "s": "t",
                "name": f"{setting.gate}: {fate}",
                "cat": "decision",
                "pid": PROCESS,
                "tid": tracks.gates(whose),
                "ts": _us(end_ns),
                "args": {"sample": sample, "threshold": setting.threshold},
            }


class _Named:
    """Names of one pipeline's segments and gates."""

    def __init__(self, trace: Trace, *, several: bool) -> None:
        plan = trace.plan
        self.segments = [segment.name for segment in plan.task_graph.segments]
        follows = {gate.name: gate.segment for gate in plan.task_graph.gates}
        self.gate_after = {
            self.segments.index(follows[setting.gate]): index
            for index, setting in enumerate(plan.gates)
        }
        self._prefix = f"{plan.name}: " if several else ""

    def slice(self, activity: Activity, segment: int) -> str:
        """What a slice is called."""
        what = "" if activity is Activity.COMPUTE else f"{activity.name.lower()} "
        return f"{self._prefix}{what}{self.segments[segment]}"


def _stations(done: Activities, owner: list[int], rows: list[int]) -> dict[int, str]:
    """Phase of the flow event at each row where a sample that changes core computes or crosses.

    A flow has one start, one end and steps between; a sample seen at one place only has none.
    """
    passed: dict[tuple[int, int], list[int]] = {}
    for row in rows:
        if done.activity[row] in (Activity.COMPUTE, Activity.TRANSFER):
            passed.setdefault((owner[row], int(done.sample[row])), []).append(row)
    phases = {}
    for stops in passed.values():
        if len({int(done.resource[row]) for row in stops}) > 1:
            phases.update(dict.fromkeys(stops, "t"))
            phases[stops[0]], phases[stops[-1]] = "s", "f"
    return phases


def _flow(phase: str, flow_id: int, track: int, at_ns: int) -> Event:
    """Binds to the slice that was opened last on the track: the event before it in the file."""
    flow: Event = {
        "ph": phase,
        "name": "sample",
        "cat": "sample",
        "id": flow_id,
        "pid": PROCESS,
        "tid": track,
        "ts": _us(at_ns),
    }
    if phase == "f":
        flow["bp"] = "e"
    return flow


def _sensor(trace: Trace, window: Window, track: int) -> Iterator[Event]:
    """Each release as an instant."""
    samples = trace.samples
    inside = (samples.release_ns >= window.start_ns) & (samples.release_ns <= window.end_ns)
    for sample in np.flatnonzero(inside).tolist():
        exit_gate = int(samples.exit_gate[sample])
        yield {
            "ph": "i",
            "s": "t",
            "name": "release",
            "cat": "sensor",
            "pid": PROCESS,
            "tid": track,
            "ts": _us(int(samples.release_ns[sample])),
            "args": {
                "sample": sample,
                "label": int(samples.label[sample]),
                "answer": int(samples.answer[sample]),
                "outcome": Outcome(samples.outcome[sample]).name.lower(),
                "stopped_by": "none"
                if exit_gate == NOT_STOPPED
                else trace.plan.gates[exit_gate].gate,
            },
        }


def _rests(run: Run, window: Window, tracks: Tracks) -> Iterator[Event]:
    """Idle states as slices on the tracks of their cores, cut to the window: they may last days."""
    stays, cores = stays_of(run), traces_of(run)[0].plan.platform.cores
    start_ns = np.maximum(stays.start_ns, window.start_ns)
    lasts_ns = np.minimum(stays.end_ns, window.end_ns) - start_ns
    for row in np.flatnonzero(lasts_ns > 0).tolist():
        core = int(stays.core[row])
        state = cores[core].idle_states[int(stays.idle_state[row])]
        yield {
            "ph": "X",
            "name": f"idle {state.name}",
            "cat": "idle",
            "pid": PROCESS,
            "tid": tracks.of_resource(core),
            "ts": _us(int(start_ns[row])),
            "dur": _us(int(lasts_ns[row])),
            "args": {"power mW": state.power_w * 1e3},
        }


def _off(run: Run, window: Window, tracks: Tracks) -> Iterator[Event]:
    """The times that cores were off, as slices on their tracks, cut to the window."""
    record = traces_of(run)[0].faults
    for core, from_ns, until_ns in () if record is None else record.off:
        start_ns, end_ns = max(from_ns, window.start_ns), min(until_ns, window.end_ns)
        if end_ns > start_ns:
            yield {
                "ph": "X",
                "name": "off",
                "cat": "fault",
                "pid": PROCESS,
                "tid": tracks.of_resource(core),
                "ts": _us(start_ns),
                "dur": _us(end_ns - start_ns),
            }


def _counters(timeline: PowerTimeline, window: Window) -> Iterator[Event]:
    """Milliwatts of the whole platform and of each component, at every change."""
    series = [("total", *timeline.total())]
    series += [(one.component, one.time_ns, one.power_w) for one in timeline.components]
    for name, time_ns, power_w in series:
        first = int(np.searchsorted(time_ns, window.start_ns, side="right")) - 1
        last = int(np.searchsorted(time_ns, window.end_ns, side="right"))
        for step in range(first, last):
            yield {
                "ph": "C",
                "name": "power mW",
                "pid": PROCESS,
                "tid": FIRST_TRACK,
                "ts": _us(max(int(time_ns[step]), window.start_ns)),
                "args": {name: float(power_w[step]) * 1e3},
            }


def _us(time_ns: int) -> float:
    """Microseconds from which the importer gets the same nanoseconds back, up to 100 days.

    Versions of it up to 2025 cut off what a thousand times this number has behind the point, later
    ones round it; the next float up serves both where the nearest one would lose a nanosecond.
    """
    us = time_ns / 1000
    return us if int(us * 1000) == time_ns else nextafter(us, inf)


def _seconds(time_ns: int) -> float:
    return time_ns / NANOSECONDS_PER_SECOND
