"""The tracks of a Perfetto file: sensors, cores, links, gates, in this order."""

from collections.abc import Iterator
from typing import Any

from simulator.shared_trace import Run, traces_of
from simulator.trace import Activities

PROCESS = 1
FIRST_TRACK = 10
"""Thread ids of the tracks start here, so that none equals the process id."""

Event = dict[str, Any]


class Tracks:
    """Thread ids for the activities in ``rows``.

    Transfers that overlap on a fair link are dealt out to as many tracks as it takes.
    """

    def __init__(self, run: Run, done: Activities, rows: list[int]) -> None:
        plans = [trace.plan for trace in traces_of(run)]
        platform = plans[0].platform
        names = ", ".join(plan.name for plan in plans)
        origin = traces_of(run)[0].origin
        self._process = f"{names} on {platform.name} ({origin})"
        several = [f" {plan.name}" if len(plans) > 1 else "" for plan in plans]
        self._lane, lanes = _lanes(done, rows)
        self._names = [f"sensor{which}" for which in several]
        self._first: list[int] = []
        resources = [f"core {core.name}" for core in platform.cores]
        resources += [f"link {link.name}" for link in platform.links]
        for index, name in enumerate(resources):
            self._first.append(len(self._names))
            self._names.append(name)
            self._names += [f"{name} ({n + 1})" for n in range(1, lanes.get(index, 1))]
        self._gates = len(self._names)
        self._names += [f"gates{which}" for which in several]
        self._resource = {row: int(done.resource[row]) for row in rows}

    def sensor(self, pipeline: int) -> int:
        """Of a pipeline's releases."""
        return FIRST_TRACK + pipeline

    def gates(self, pipeline: int) -> int:
        """Of a pipeline's decisions."""
        return FIRST_TRACK + self._gates + pipeline

    def of(self, row: int) -> int:
        """Of an activity."""
        return FIRST_TRACK + self._first[self._resource[row]] + self._lane[row]

    def of_resource(self, resource: int) -> int:
        """Of a core or link; the first of a fair link."""
        return FIRST_TRACK + self._first[resource]

    def metadata(self) -> Iterator[Event]:
        """Names and order of all tracks."""
        yield _metadata("process_name", PROCESS, {"name": self._process})
        for index, name in enumerate(self._names):
            yield _metadata("thread_name", FIRST_TRACK + index, {"name": name})
            yield _metadata("thread_sort_index", FIRST_TRACK + index, {"sort_index": index})


def _lanes(done: Activities, rows: list[int]) -> tuple[dict[int, int], dict[int, int]]:
    """By row: the first lane that is free when it starts; by resource: how many there are."""
    free_at: dict[int, list[int]] = {}
    lane = {}
    for row in rows:
        ends = free_at.setdefault(int(done.resource[row]), [])
        start_ns = int(done.start_ns[row])
        place = next((n for n, end in enumerate(ends) if end <= start_ns), len(ends))
        if place == len(ends):
            ends.append(0)
        ends[place] = int(done.end_ns[row])
        lane[row] = place
    return lane, {resource: len(ends) for resource, ends in free_at.items()}


def _metadata(name: str, track: int, args: dict[str, object]) -> Event:
    return {"ph": "M", "name": name, "pid": PROCESS, "tid": track, "args": args}
