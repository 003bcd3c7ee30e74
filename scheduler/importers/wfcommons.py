"""Workflows as WfCommons records them, ``.json``: tasks with run times, files between them.

Coleman et al., "WfCommons: a framework for enabling scientific workflow research and development"
(Future Generation Computer Systems 128, 2022). Read are the form since schema 1.5, where
``workflow.specification`` has tasks and files and ``workflow.execution`` has run times, and the
older one, where ``workflow.tasks`` (before 1.3 ``workflow.jobs``) has all of it.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path

from devicemodels.documents.errors import InputError
from scheduler.graphs.problem import GraphEdge, GraphLink, GraphProblem, GraphTask, Sharing
from scheduler.importers.assembly import (
    core_modes,
    core_resources,
    forward,
    fully_linked,
    one_core_each,
    require_cores,
)
from scheduler.importers.json_file import JsonFile
from scheduler.importers.text import LARGEST_TICKS
from scheduler.importers.wfcommons_tasks import WorkflowTask, workflow_tasks

TICK_S = 1e-6
"""Run times are recorded to a millisecond at best; a transfer may take less."""


def read(
    path: Path,
    *,
    cores: int | Sequence[float] | None = None,
    bandwidth_bytes_per_s: float | None = None,
    sharing: Sharing = "unlimited",
) -> GraphProblem:
    """The workflow in a file; ticks are microseconds.

    ``cores`` is how many there are, each as fast as the recorded one, or the speed of each
    relative to it. A core runs one task at a time, however many processors the task asked for.
    With ``bandwidth_bytes_per_s`` the files that one task writes and another reads cross a link
    between two cores in one transfer; without it they are there at once. Input files of the whole
    workflow are everywhere. Raises ``InputError``.
    """
    document = JsonFile.open(path)
    found = workflow_tasks(document)
    speeds = _speeds(cores, document.file)
    if bandwidth_bytes_per_s is not None and not 0.0 < bandwidth_bytes_per_s < float("inf"):
        message = f"the bandwidth is {bandwidth_bytes_per_s} bytes per second; it must be positive"
        raise InputError.single(message, file=document.file)
    names = [f"core{core}" for core in range(len(speeds))]
    holds = one_core_each(len(speeds))
    tasks = []
    for task in found:
        ticks = [round(task.runtime_s / speed / TICK_S) for speed in speeds]
        if max(ticks) > LARGEST_TICKS:
            document.refuse(task.path, f"takes {max(ticks)} us; the limit is {LARGEST_TICKS}")
        tasks.append(GraphTask(task.name, core_modes(names, holds, ticks)))
    edges = _edges(document, found, bandwidth_bytes_per_s)
    document.check()
    is_linked = bandwidth_bytes_per_s is not None
    problem = GraphProblem(
        name=path.stem,
        resources=core_resources(names),
        tasks=tuple(tasks),
        edges=tuple(edges),
        links=(GraphLink("network", sharing),) if is_linked else (),
        link=fully_linked(len(speeds)) if is_linked else (),
        tick_s=TICK_S,
    )
    return forward(problem, lambda task, message: document.fail(found[task].path, message))


def looks_like(text: str) -> bool:
    """Whether a text may be a workflow of WfCommons."""
    start = text[:100_000]
    return start.lstrip().startswith("{") and '"workflow"' in text and '"wakepath/' not in start


def _speeds(cores: int | Sequence[float] | None, file: str) -> tuple[float, ...]:
    if cores is None or isinstance(cores, int):
        return (1.0,) * require_cores(cores, file)
    require_cores(len(cores), file)
    for speed in cores:
        if not (isfinite(speed) and speed > 0.0):
            raise InputError.single(f"a core has speed {speed}; it must be positive", file=file)
    return tuple(cores)


def _edges(
    document: JsonFile, found: Sequence[WorkflowTask], bandwidth_bytes_per_s: float | None
) -> list[GraphEdge]:
    """One for each parent of each task, with the bytes of the files that pass between them."""
    edges = []
    for target, task in enumerate(found):
        for source in task.parents:
            size = _bytes_between(found[source].writes, task.reads)
            if bandwidth_bytes_per_s is None:
                edges.append(GraphEdge(source, target))
                continue
            seconds = size / bandwidth_bytes_per_s
            if seconds > LARGEST_TICKS * TICK_S:
                message = f"{size:.0f} bytes from '{found[source].name}' take {seconds:.3g} s"
                document.refuse(task.path, message, "look at the bandwidth")
                continue
            edges.append(GraphEdge(source, target, (round(seconds / TICK_S),), (0.0,)))
    return edges


def _bytes_between(writes: Mapping[str, float], reads: Mapping[str, float]) -> float:
    return sum(size for name, size in writes.items() if name in reads)
