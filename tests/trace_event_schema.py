"""The rules of Chrome's Trace Event Format, as far as Perfetto publishes that it reads them.

Sources: "Trace Event Format", the specification that Perfetto says it follows
(https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU); which events its
viewer shows (https://perfetto.dev/docs/getting-started/other-formats); and what its importer counts
as a failure or passes over in silence (src/trace_processor/importers/json in Perfetto's
repository). Its official schema, trace_processor.descriptor, is that of the protobuf format only.
What no field can say (nesting, order, what a flow binds to) is in ``problems_of_order``.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Id = Annotated[int, Field(ge=0, lt=2**32)]
"""Of a process or thread: the importer makes 0 of what is larger or negative."""
Microseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]
Argument = str | bool | int | Number


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class Event(Strict):
    name: Text
    pid: Id
    tid: Id
    ts: Microseconds


class Complete(Event):
    ph: Literal["X"]
    dur: Microseconds
    cat: str = ""
    args: Mapping[str, Argument] = {}


class Instant(Event):
    ph: Literal["i"]
    s: Literal["g", "p", "t"]
    cat: str = ""
    args: Mapping[str, Argument] = {}


class Counter(Event):
    ph: Literal["C"]
    args: Annotated[Mapping[Text, Number], Field(min_length=1)]


class Flow(Event):
    """Versions 1 flows: bound by category, name and id."""

    ph: Literal["s", "t", "f"]
    id: Annotated[int, Field(ge=0, lt=2**64)]
    cat: Text
    bp: Literal["e"] | None = None


class Name(Strict):
    name: Text


class SortIndex(Strict):
    sort_index: int


class Naming(Strict):
    ph: Literal["M"]
    name: Literal["process_name", "thread_name"]
    pid: Id
    tid: Id
    args: Name


class Sorting(Strict):
    ph: Literal["M"]
    name: Literal["process_sort_index", "thread_sort_index"]
    pid: Id
    tid: Id
    args: SortIndex


class File(Strict):
    """The object form; keys that the format does not name are metadata."""

    model_config = ConfigDict(strict=True, extra="allow")
    traceEvents: list[Complete | Instant | Counter | Flow | Naming | Sorting]  # noqa: N815
    displayTimeUnit: Literal["ms", "ns"] = "ms"  # noqa: N815


FILE: TypeAdapter[File] = TypeAdapter(File)


def problems(text: str) -> list[str]:
    """Everything in a file, given as JSON text, that the format or its importer refuses."""
    try:
        file = FILE.validate_json(text)
    except ValidationError as error:
        return [f"{one['loc']}: {one['msg']}" for one in error.errors()]
    return problems_of_order(file)


def imported_ns(us: float) -> set[int]:
    """Nanoseconds that importers make of microseconds: older ones cut off, newer ones round."""
    return {int(us * 1000.0), round(us * 1000.0)}


def problems_of_order(file: File) -> list[str]:
    """Times that importers read differently, slices that overlap, flows that lead nowhere."""
    found = []
    slices: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    opened: dict[tuple[int, int], Complete] = {}
    flows: dict[tuple[str, str, int], str] = defaultdict(str)
    named = {(e.pid, e.tid) for e in file.traceEvents if isinstance(e, Naming)}
    for index, event in enumerate(file.traceEvents):
        if isinstance(event, (Naming, Sorting)):
            continue
        track = (event.pid, event.tid)
        times = [event.ts, event.dur] if isinstance(event, Complete) else [event.ts]
        if any(len(imported_ns(us)) > 1 or abs(us * 1e3 - round(us * 1e3)) > 1e-3 for us in times):
            found.append(f"event {index}: a time is not a whole nanosecond to all importers")
        if track not in named:
            found.append(f"event {index}: its track has no name")
        if isinstance(event, Complete):
            start_ns = min(imported_ns(event.ts))
            slices[track].append((start_ns, start_ns + min(imported_ns(event.dur))))
            opened[track] = event
        elif isinstance(event, Flow):
            flows[event.cat, event.name, event.id] += event.ph
            slice_ = opened.get(track)
            if slice_ is None or not slice_.ts <= event.ts <= slice_.ts + slice_.dur:
                found.append(f"event {index}: no slice is open for this flow")
            if event.ph == "f" and event.bp is None:
                found.append(f"event {index}: a flow's end binds to the slice after it")
    for (_, _, flow), phases in flows.items():
        if len(phases) < 2 or phases != "s" + "t" * (len(phases) - 2) + "f":
            found.append(f"flow {flow}: '{phases}' is not a start, steps and an end")
    for (_, track), intervals in slices.items():
        found += _not_nested(track, intervals)
    return found


def _not_nested(track: int, intervals: list[tuple[int, int]]) -> list[str]:
    found, open_until = [], []
    for start_ns, end_ns in sorted(intervals, key=lambda one: (one[0], -one[1])):
        while open_until and open_until[-1] <= start_ns:
            open_until.pop()
        if open_until and end_ns > open_until[-1]:
            found.append(f"track {track}: a slice at {start_ns} ns overlaps another, not nested")
        open_until.append(end_ns)
    return found


def seeded(document: dict[str, Any], phase: str, **changes: Any) -> dict[str, Any]:
    """``document`` with the first event of a phase changed; ``None`` takes a key away."""
    events = list(document["traceEvents"])
    index = next(i for i, event in enumerate(events) if event["ph"] == phase)
    merged = {**events[index], **changes}
    events[index] = {key: value for key, value in merged.items() if value is not None}
    return {**document, "traceEvents": events}
