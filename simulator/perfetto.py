"""A trace as a file that opens in the Perfetto trace viewer (https://ui.perfetto.dev).

The Chrome JSON format, of which Perfetto documents that it shows complete (X), instant (i),
counter (C), metadata (M) and flow (s, t, f) events:
https://perfetto.dev/docs/getting-started/other-formats. Its own protobuf format can do more, but
would need a protobuf runtime for what the standard library writes here. Times are microseconds,
with three decimals: exact nanoseconds.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from devicemodels.cost import NANOSECONDS_PER_SECOND
from devicemodels.documents.files import write_atomically
from simulator.power_timeline import PowerTimeline, power_timeline
from simulator.trace import NOT_STOPPED, Activity, Outcome, Trace

PROCESS = 1
FIRST_TRACK = 10
"""Thread ids of the tracks start here, so that none equals the process id."""
DEFAULT_WINDOW_NS = 60 * NANOSECONDS_PER_SECOND

Event = dict[str, Any]


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
    trace: Trace, path: Path, start_ns: int = 0, length_ns: int = DEFAULT_WINDOW_NS
) -> Window:
    """Write a window of ``trace`` to ``path``, wholly or not at all; returns what is shown.

    Raises ``ValueError`` for a window without length or outside the run, ``OSError`` if the file
    cannot be written.
    """
    document, window = perfetto_document(trace, start_ns, length_ns)
    write_atomically(path, json.dumps(document, separators=(",", ":"), allow_nan=False))
    return window


def perfetto_document(
    trace: Trace, start_ns: int = 0, length_ns: int = DEFAULT_WINDOW_NS
) -> tuple[dict[str, Any], Window]:
    """The JSON object of a window of ``trace``: a track a core, link, gate and sensor; power."""
    end_ns = min(start_ns + length_ns, trace.duration_ns)
    if start_ns < 0 or end_ns <= start_ns:
        raise ValueError(
            f"a window of {length_ns} ns from {start_ns} ns shows nothing of a run of "
            f"{trace.duration_ns} ns"
        )
    done = trace.activities
    rows = np.flatnonzero((done.start_ns <= end_ns) & (done.end_ns >= start_ns))
    window = Window(start_ns, end_ns, len(rows), len(done.start_ns) - len(rows))
    tracks = _Tracks(trace)
    events = [
        *tracks.metadata(),
        *sorted(
            [
                *_slices(trace, rows.tolist(), tracks),
                *_sensor(trace, window, tracks),
                *_counters(power_timeline(trace), window),
            ],
            key=lambda event: float(event["ts"]),
        ),
    ]
    about = {
        "plan": trace.plan.name,
        "platform": trace.plan.platform.name,
        "times": trace.origin,
        "power": "modelled",
        "not_in_power": "energy spent in no time, such as the entry of an idle state",
        "shown_from_s": _seconds(start_ns),
        "shown_to_s": _seconds(end_ns),
        "duration_s": _seconds(trace.duration_ns),
        "activities_shown": window.activities,
        "activities_left_out": window.left_out,
    }
    return {"displayTimeUnit": "ns", "metadata": about, "traceEvents": events}, window


class _Tracks:
    """Thread ids: the sensor, the cores, the links, the gates."""

    def __init__(self, trace: Trace) -> None:
        platform = trace.plan.platform
        self._process = f"{trace.plan.name} on {platform.name} ({trace.origin})"
        self._names = ["sensor"]
        self._names += [f"core {core.name}" for core in platform.cores]
        self._names += [f"link {link.name}" for link in platform.links]
        self._names.append("gates")

    @property
    def sensor(self) -> int:
        return FIRST_TRACK

    @property
    def gates(self) -> int:
        return FIRST_TRACK + len(self._names) - 1

    def resource(self, index: int) -> int:
        """Of a core or link, by its index in a trace."""
        return FIRST_TRACK + 1 + index

    def metadata(self) -> Iterator[Event]:
        yield _metadata("process_name", PROCESS, {"name": self._process})
        for index, name in enumerate(self._names):
            yield _metadata("thread_name", FIRST_TRACK + index, {"name": name})
            yield _metadata("thread_sort_index", FIRST_TRACK + index, {"sort_index": index})


def _slices(trace: Trace, rows: list[int], tracks: _Tracks) -> Iterator[Event]:
    """Activities as slices, gate decisions as instants, and flows from core to core."""
    done, plan = trace.activities, trace.plan
    segments = [segment.name for segment in plan.task_graph.segments]
    gate_after = {
        segments.index(gate.segment): index
        for index, setting in enumerate(plan.gates)
        for gate in plan.task_graph.gates
        if gate.name == setting.gate
    }
    stations = _stations(trace, rows)
    for row in rows:
        activity, segment = Activity(done.activity[row]), int(done.segment[row])
        sample, start_ns = int(done.sample[row]), int(done.start_ns[row])
        end_ns, track = int(done.end_ns[row]), tracks.resource(int(done.resource[row]))
        yield {
            "ph": "X",
            "name": _slice_name(activity, segments[segment]),
            "cat": activity.name.lower(),
            "pid": PROCESS,
            "tid": track,
            "ts": _us(start_ns),
            "dur": _us(end_ns - start_ns),
            "args": {"sample": sample, "segment": segments[segment]},
        }
        if row in stations:
            yield _flow(stations[row], sample, track, start_ns)
        if activity is Activity.GATE:
            gate = gate_after[segment]
            stopped = int(trace.samples.exit_gate[sample]) == gate
            yield {
                "ph": "i",
                "s": "t",
                "name": f"{plan.gates[gate].gate}: {'stopped' if stopped else 'passed'}",
                "cat": "decision",
                "pid": PROCESS,
                "tid": tracks.gates,
                "ts": _us(end_ns),
                "args": {"sample": sample, "threshold": plan.gates[gate].threshold},
            }


def _stations(trace: Trace, rows: list[int]) -> dict[int, str]:
    """Phase of the flow event at each row where a sample that changes core computes or crosses.

    A flow has one start, one end and steps between; a sample seen at one place only has none.
    """
    done = trace.activities
    passed: dict[int, list[int]] = {}
    for row in rows:
        if done.activity[row] in (Activity.COMPUTE, Activity.TRANSFER):
            passed.setdefault(int(done.sample[row]), []).append(row)
    phases = {}
    for stops in passed.values():
        if len({int(done.resource[row]) for row in stops}) > 1:
            phases.update(dict.fromkeys(stops, "t"))
            phases[stops[0]], phases[stops[-1]] = "s", "f"
    return phases


def _flow(phase: str, sample: int, track: int, at_ns: int) -> Event:
    """Binds to the slice that was opened last on the track: the event before it in the file."""
    flow: Event = {
        "ph": phase,
        "name": "sample",
        "cat": "sample",
        "id": sample,
        "pid": PROCESS,
        "tid": track,
        "ts": _us(at_ns),
    }
    if phase == "f":
        flow["bp"] = "e"
    return flow


def _sensor(trace: Trace, window: Window, tracks: _Tracks) -> Iterator[Event]:
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
            "tid": tracks.sensor,
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


def _metadata(name: str, track: int, args: dict[str, object]) -> Event:
    return {"ph": "M", "name": name, "pid": PROCESS, "tid": track, "args": args}


def _slice_name(activity: Activity, segment: str) -> str:
    return segment if activity is Activity.COMPUTE else f"{activity.name.lower()} {segment}"


def _us(time_ns: int) -> float:
    """Microseconds; three decimals are exact for 100 days."""
    return time_ns / 1000


def _seconds(time_ns: int) -> float:
    return time_ns / NANOSECONDS_PER_SECOND
