"""Multi-mode project scheduling: PSPLIB's ``.mm`` and ``.sm`` and MMLIB's text files.

Kolisch and Sprecher, "PSPLIB: a project scheduling problem library" (European Journal of
Operational Research 96, 1997); Van Peteghem and Vanhoucke, "An experimental investigation of
metaheuristics for the multi-mode resource-constrained project scheduling problem on new dataset
instances" (ibid. 235, 2014). Three sections are read, each found by its title: who follows whom,
what each mode takes, and what there is. A mode holds units of the renewable resources (R) while it
runs and uses up units of the nonrenewable ones (N). Due dates and horizons bind nobody here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from devicemodels.documents.source import Place
from scheduler.graphs.problem import (
    Budget,
    GraphEdge,
    GraphProblem,
    GraphTask,
    Resource,
    TaskMode,
)
from scheduler.importers.assembly import MOST_CORES, forward
from scheduler.importers.text import Row, TextFile, Word

PRECEDENCE = "PRECEDENCE RELATIONS"
REQUESTS = "REQUESTS/DURATIONS"
AVAILABLE = "RESOURCE AVAILABILITIES"

_TITLES = {
    PRECEDENCE: re.compile(r"^\s*PRECEDENCE\s+RELATIONS", re.IGNORECASE),
    REQUESTS: re.compile(r"^\s*REQUESTS\s*/\s*DURATIONS", re.IGNORECASE),
    AVAILABLE: re.compile(r"^\s*RESOURCE\s*AVAILABILITIES", re.IGNORECASE),
}
_RULER = re.compile(r"^[\s*-]+$")
_LABEL = re.compile(r"([A-Za-z]+)\s*([0-9]*)")


@dataclass(frozen=True, slots=True)
class _Kind:
    """A column of requests."""

    name: str
    renewable: bool
    available: int


@dataclass(frozen=True, slots=True)
class _Job:
    number: int
    place: Place
    modes: int
    successors: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class _Mode:
    number: int
    ticks: int
    requests: tuple[int, ...]
    """By column."""


def read(path: Path) -> GraphProblem:
    """The project in a file; ticks are the file's periods, jobs and modes go by their numbers.

    No mode is on a core: a job is wherever its resources are, and hands nothing on. A mode that
    needs more of a renewable resource than there is can never run and is left out. Raises
    ``InputError``, also for resources that are doubly constrained, which no published set has.
    """
    text = TextFile.open(path)
    sections = _sections(text)
    kinds = _kinds(text, sections[AVAILABLE])
    jobs = _jobs(text, sections[PRECEDENCE])
    text.check()
    modes = _modes(text, sections[REQUESTS], jobs, kinds)
    edges = _edges(text, jobs)
    text.check()
    tasks = [
        GraphTask(str(job.number), _task_modes(text, job, modes[job.number], kinds)) for job in jobs
    ]
    text.check()
    problem = GraphProblem(
        name=path.stem,
        resources=tuple(Resource(kind.name, kind.available) for kind in kinds if _is_held(kind)),
        tasks=tuple(tasks),
        edges=tuple(edges),
        budgets=tuple(Budget(kind.name, kind.available) for kind in kinds if not kind.renewable),
    )
    return forward(problem, lambda job, message: text.fail(jobs[job].place, message))


def looks_like(text: str) -> bool:
    """Whether a text has the titles of all three sections."""
    lines = text.splitlines()
    return all(any(title.match(line) for line in lines) for title in _TITLES.values())


def _sections(text: TextFile) -> dict[str, list[Row]]:
    """The lines below each title, without rulers; ``InputError`` if a title is missing."""
    found: dict[str, list[Row]] = {}
    rows: list[Row] | None = None
    for row in text.rows():
        line = text.lines[row.line - 1]
        title = next((name for name, form in _TITLES.items() if form.match(line)), None)
        if title is not None and title in found:
            text.refuse(row.start, f"the section '{title}' is there twice")
        elif title is not None:
            rows = found[title] = []
        elif rows is not None and not _RULER.match(line):
            rows.append(row)
    for title in _TITLES:
        if title not in found:
            text.refuse(None, f"the section '{title}' is missing", "see PSPLIB's format of .mm")
        elif len(found[title]) < 2:
            text.refuse(None, f"the section '{title}' has no lines besides its heading")
    text.check()
    return found


def _kinds(text: TextFile, rows: Sequence[Row]) -> list[_Kind]:
    """The resources by the labels over their availabilities: ``R 1  R 2  N 1``."""
    labels, amounts = rows[0], rows[1]
    names = _LABEL.findall(" ".join(word.text for word in labels.words))
    if len(names) != len(amounts.words):
        message = f"{len(names)} resources are named, {len(amounts.words)} amounts are given"
        text.refuse(amounts.start, message)
        return []
    kinds: list[_Kind] = []
    for (letter, number), word in zip(names, amounts.words, strict=True):
        name = letter.upper() + number
        amount = text.whole(word, f"what there is of {name}")
        if letter.upper() not in ("R", "N"):
            message = f"resource {name} is neither renewable (R) nor nonrenewable (N)"
            hint = "write a doubly constrained resource as two: one R, one N"
            text.refuse(labels.start, message, hint)
        elif name in [kind.name for kind in kinds]:
            text.refuse(labels.start, f"resource {name} is there twice")
        elif amount is not None:
            kinds.append(_Kind(name, letter.upper() == "R", amount))
    if len(kinds) > MOST_CORES:
        text.refuse(labels.start, f"{len(kinds)} resources; the limit is {MOST_CORES}")
    for row in rows[2:]:
        text.refuse(row.start, "nothing is expected after the amounts")
    return kinds


def _below_headings(rows: Sequence[Row]) -> Sequence[Row]:
    """The lines of a section without its headings, if it has some."""
    return rows if rows[0].words[0].is_whole else rows[1:]


def _jobs(text: TextFile, rows: Sequence[Row]) -> list[_Job]:
    """Who follows whom."""
    jobs: list[_Job] = []
    lines: dict[int, int] = {}
    for row in _below_headings(rows):
        if len(row.words) < 3:
            message = "a job has a number, its number of modes and its number of successors"
            text.refuse(row.end, message)
            continue
        number = text.whole(row.words[0], "the number of a job")
        modes = text.whole(row.words[1], "the number of modes", least=1)
        count = text.whole(row.words[2], "the number of successors")
        successors = row.words[3:]
        if count is not None and count != len(successors):
            message = f"{count} successors are announced, {len(successors)} follow"
            text.refuse(row.words[2].place, message)
        if number is None or modes is None:
            continue
        if number in lines:
            message = f"job {number} is given twice; first in line {lines[number]}"
            text.refuse(row.start, message)
        lines.setdefault(number, row.line)
        jobs.append(_Job(number, row.start, modes, successors))
    return jobs


def _modes(
    text: TextFile, rows: Sequence[Row], jobs: Sequence[_Job], kinds: Sequence[_Kind]
) -> dict[int, list[_Mode]]:
    """The modes of each job: a line each, the first of a job begins with the job's number."""
    found: dict[int, list[_Mode]] = {job.number: [] for job in jobs}
    width = 2 + len(kinds)
    job: int | None = None
    for row in _below_headings(rows):
        words = row.words
        if len(words) not in (width, width + 1):
            names = " ".join(kind.name for kind in kinds)
            message = f"{len(words)} numbers; a line has [job] mode duration {names}"
            text.refuse(row.start, message)
            continue
        if len(words) == width + 1:
            job = text.whole(words[0], "the number of a job")
            if job is not None and job not in found:
                message = f"job {job} is not in section '{PRECEDENCE}'"
                text.refuse(row.start, message)
                job = None
            words = words[1:]
        numbers = [text.whole(word, "a mode, duration or request") for word in words]
        if job is None or any(number is None for number in numbers):
            continue
        mode, ticks, *requests = (number for number in numbers if number is not None)
        if any(other.number == mode for other in found[job]):
            text.refuse(row.start, f"job {job}: mode {mode} is given twice")
        found[job].append(_Mode(mode, ticks, tuple(requests)))
    text.check()
    for announced in jobs:
        given = len(found[announced.number])
        if given != announced.modes:
            message = f"job {announced.number} has {announced.modes} modes, {given} are given"
            text.refuse(announced.place, message, f"look at section '{REQUESTS}'")
    return found


def _edges(text: TextFile, jobs: Sequence[_Job]) -> list[GraphEdge]:
    index = {job.number: place for place, job in enumerate(jobs)}
    edges = []
    for source, job in enumerate(jobs):
        seen = set()
        for word in job.successors:
            number = text.whole(word, "a successor")
            if number is None:
                continue
            if number not in index:
                text.refuse(word.place, f"successor {number} of job {job.number} is not a job")
            elif number in seen:
                text.refuse(word.place, f"successor {number} of job {job.number} is given twice")
            else:
                edges.append(GraphEdge(source, index[number]))
            seen.add(number)
    return edges


def _task_modes(
    text: TextFile, job: _Job, modes: Sequence[_Mode], kinds: Sequence[_Kind]
) -> tuple[TaskMode, ...]:
    """The modes that can run at all; notes a problem if there is none."""
    found = []
    for mode in modes:
        columns = list(zip(kinds, mode.requests, strict=True))
        if all(request <= kind.available for kind, request in columns if kind.renewable):
            holds = tuple(request for kind, request in columns if _is_held(kind))
            uses = tuple(request for kind, request in columns if not kind.renewable)
            found.append(TaskMode(str(mode.number), mode.ticks, None, holds, uses))
    if not found:
        message = f"every mode of job {job.number} needs more of a renewable resource than there is"
        text.refuse(job.place, message, "look at the amounts at the end of the file")
    return tuple(found)


def _is_held(kind: _Kind) -> bool:
    """Whether a mode can hold any of it: what there is nothing of is left out."""
    return kind.renewable and kind.available > 0
