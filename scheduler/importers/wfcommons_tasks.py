"""The tasks of a WfCommons workflow, from either form of the file."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from devicemodels.documents.source import TreePath
from scheduler.importers.json_file import JsonFile

LONGEST_S = 1e8
"""Of a recorded run time: three years."""

LARGEST_BYTES = 1e18
"""Of a recorded file."""


@dataclass(frozen=True, slots=True)
class WorkflowTask:
    """A task as recorded."""

    name: str
    """Unique within the workflow."""
    path: TreePath
    """Where it stands in the file."""
    runtime_s: float
    """Recorded."""
    reads: Mapping[str, float]
    """Size in bytes by file."""
    writes: Mapping[str, float]
    """Size in bytes by file."""
    parents: tuple[int, ...] = ()
    """Indices of the tasks that must have finished, in order."""


def workflow_tasks(document: JsonFile) -> tuple[WorkflowTask, ...]:
    """All tasks in the order of the file; ``InputError`` names all problems.

    Parents are those that a task names and the tasks that name it as their child. A task with
    none of both waits for whoever writes what it reads.
    """
    if not isinstance(document.get(("workflow",)), dict):
        document.fail((), "there is no mapping 'workflow' in it", "see WfCommons' WfFormat")
    if document.get(("workflow", "specification")) is not None:
        found, names = _since_1_5(document)
    else:
        found, names = _before_1_5(document)
    document.check()
    if not found:
        document.fail(("workflow",), "it has no tasks")
    parents = _parents(document, found, names)
    document.check()
    return tuple(
        replace(task, parents=tuple(sorted(before)))
        for task, before in zip(found, parents, strict=True)
    )


def _since_1_5(document: JsonFile) -> tuple[list[WorkflowTask], dict[str, int]]:
    sizes = {}
    for path in document.items(("workflow", "specification", "files")):
        file = document.word((*path, "id"))
        size = document.number((*path, "sizeInBytes"), LARGEST_BYTES)
        if file is not None and size is not None:
            sizes[file] = size
    runtimes = {}
    for path in document.items(("workflow", "execution", "tasks"), required=True):
        name = document.word((*path, "id"))
        runtime_s = document.number((*path, "runtimeInSeconds"), LONGEST_S)
        if name is not None and runtime_s is not None:
            runtimes[name] = runtime_s
    document.check()
    found: list[WorkflowTask] = []
    names: dict[str, int] = {}
    for path in document.items(("workflow", "specification", "tasks"), required=True):
        name = document.word((*path, "id"))
        if name is None:
            continue
        if name in names:
            document.refuse((*path, "id"), f"task '{name}' is given twice")
        elif name not in runtimes:
            hint = "it is recorded in workflow.execution.tasks"
            document.refuse((*path, "id"), f"task '{name}' has no run time", hint)
        else:
            names[name] = len(found)
            reads, writes = (
                _sizes(document, (*path, key), sizes) for key in ("inputFiles", "outputFiles")
            )
            found.append(WorkflowTask(name, path, runtimes[name], reads, writes))
    return found, names


def _sizes(document: JsonFile, path: TreePath, sizes: Mapping[str, float]) -> dict[str, float]:
    """The files of a list of names; one that nobody knows the size of has none."""
    words = [document.word(item) for item in document.items(path)]
    return {word: sizes.get(word, 0.0) for word in words if word is not None}


def _before_1_5(document: JsonFile) -> tuple[list[WorkflowTask], dict[str, int]]:
    key = "tasks" if document.get(("workflow", "tasks")) is not None else "jobs"
    paths = list(document.items(("workflow", key), required=True))
    times_given = Counter(str(document.get((*path, "name"))) for path in paths)
    found: list[WorkflowTask] = []
    names: dict[str, int] = {}
    for path in paths:
        name = document.word((*path, "name"))
        has_id = document.get((*path, "id")) is not None
        other = document.word((*path, "id")) if has_id else None
        if name is None:
            continue
        unique = name if times_given[name] == 1 or other is None else f"{name}_{other}"
        if unique in names:
            document.refuse((*path, "name"), f"task '{unique}' is given twice")
            continue
        for alias in (unique, name, other):
            if alias is not None:
                names.setdefault(alias, len(found))
        named = "runtimeInSeconds" if _has(document, path, "runtimeInSeconds") else "runtime"
        runtime_s = document.number((*path, named), LONGEST_S)
        reads, writes = _files(document, (*path, "files"))
        found.append(WorkflowTask(unique, path, runtime_s or 0.0, reads, writes))
    return found, names


def _files(document: JsonFile, path: TreePath) -> tuple[dict[str, float], dict[str, float]]:
    """What a task reads and writes, with sizes, in the older form."""
    reads: dict[str, float] = {}
    writes: dict[str, float] = {}
    for item in document.items(path):
        file = document.word((*item, "id" if _has(document, item, "id") else "name"))
        named = "sizeInBytes" if _has(document, item, "sizeInBytes") else "size"
        size = document.number((*item, named), LARGEST_BYTES)
        link = document.get((*item, "link"))
        if link not in ("input", "output"):
            document.refuse((*item, "link"), "it must be 'input' or 'output'")
        elif file is not None and size is not None:
            (reads if link == "input" else writes)[file] = size
    return reads, writes


def _has(document: JsonFile, path: TreePath, key: str) -> bool:
    return document.get((*path, key)) is not None


def _parents(
    document: JsonFile, found: Sequence[WorkflowTask], names: Mapping[str, int]
) -> list[set[int]]:
    before: list[set[int]] = [set() for _ in found]
    for index, task in enumerate(found):
        for parent in _named(document, (*task.path, "parents"), names, index):
            before[index].add(parent)
        for heir in _named(document, (*task.path, "children"), names, index):
            before[heir].add(index)
    writers: dict[str, int] = {}
    for index, task in enumerate(found):
        for file in task.writes:
            writers.setdefault(file, index)
    for index, task in enumerate(found):
        if not before[index]:
            sources = {writers[file] for file in task.reads if file in writers}
            before[index] = sources - {index}
    return before


def _named(document: JsonFile, path: TreePath, names: Mapping[str, int], own: int) -> Iterator[int]:
    """The tasks that a list names."""
    for item in document.items(path):
        word = document.word(item)
        if word is None:
            continue
        if word not in names:
            document.refuse(item, f"there is no task '{word}'")
        elif names[word] == own:
            document.refuse(item, f"task '{word}' waits for itself")
        else:
            yield names[word]
