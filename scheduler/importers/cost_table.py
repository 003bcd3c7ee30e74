"""Cost tables, ``.csv``: a time for each task on each processor, and what communication costs.

The form of Topcuoglu, Hariri and Wu, "Performance-effective and low-complexity task scheduling for
heterogeneous computing" (IEEE Transactions on Parallel and Distributed Systems 13, 2002), figure 1
and table 1, as two tables, in one file or in two::

    task,P1,P2,P3
    load,14,16,9
    mix,13,19,-

    source,target,cost
    load,mix,18

A dash or nothing says that a processor cannot run a task; ``cost`` is the time of the transfer
between any two processors, and without that column outputs are there at once. Measured tables with
``op_id`` and ``suc`` columns are read as well, see ``measured_table``.
"""

from pathlib import Path
from typing import Literal

from scheduler.graphs.problem import (
    GraphEdge,
    GraphLink,
    GraphProblem,
    GraphTask,
    Sharing,
)
from scheduler.importers.assembly import (
    core_modes,
    core_resources,
    forward,
    fully_linked,
    one_core_each,
)
from scheduler.importers.csv_rows import csv_rows, timing
from scheduler.importers.measured_table import is_measured, read_measured
from scheduler.importers.plain_tables import is_edge_heading, read_edges, read_tasks
from scheduler.importers.text import TextFile

Unlisted = Literal["impossible", "free"]
"""What it means that a measured table has no column for a pair of processors."""


def read(
    path: Path,
    *,
    edges: Path | None = None,
    ticks_per_unit: int | None = None,
    sharing: Sharing = "unlimited",
    unlisted: Unlisted = "impossible",
) -> GraphProblem:
    """The tasks of a cost table; ``edges`` is a second file if the second table is apart.

    Ticks are the file's units, or thousandths of them if any number has decimals, or what
    ``ticks_per_unit`` says; longer decimals are rounded. Raises ``InputError``.
    """
    text = TextFile.open(path)
    rows = list(csv_rows(text))
    text.check()
    if not rows:
        text.fail(None, "there is nothing but remarks")
    if is_measured(rows[0]):
        if edges is not None:
            text.fail(None, "a measured table has its edges itself, in column 'suc'")
        return read_measured(
            text,
            rows,
            path.stem,
            ticks_per_unit=ticks_per_unit,
            sharing=sharing,
            is_unlisted_free=unlisted == "free",
        )
    second = next((at for at, row in enumerate(rows) if is_edge_heading(row)), len(rows))
    edge_text, edge_rows = text, rows[second:]
    if edges is not None:
        if edge_rows:
            message = "the edges are in this file already; a second file of them is too much"
            text.fail(edge_rows[0].start, message)
        edge_text = TextFile.open(edges)
        edge_rows = list(csv_rows(edge_text))
    processors, tasks = read_tasks(text, rows[:second])
    found = read_edges(edge_text, edge_rows, {task.name: at for at, task in enumerate(tasks)})
    text.check()
    edge_text.check()
    units = [value for task in tasks for value in task.units if value is not None]
    times = timing(text, [*units, *(edge.cost or 0.0 for edge in found)], ticks_per_unit)
    holds = one_core_each(len(processors))
    is_linked = any(edge.cost is not None for edge in found)
    problem = GraphProblem(
        name=path.stem,
        resources=core_resources(processors),
        tasks=tuple(
            GraphTask(task.name, core_modes(processors, holds, times.each(task.units)))
            for task in tasks
        ),
        edges=tuple(
            GraphEdge(edge.source, edge.target)
            if edge.cost is None
            else GraphEdge(edge.source, edge.target, (times.ticks(edge.cost),), (0.0,))
            for edge in found
        ),
        links=(GraphLink("network", sharing),) if is_linked else (),
        link=fully_linked(len(processors)) if is_linked else (),
    )
    return forward(problem, lambda task, message: text.fail(tasks[task].place, message))


def looks_like(text: str) -> bool:
    """Whether a text starts like one of the tables."""
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    heading = [cell.strip().lower() for cell in next(lines, "").split(",")]
    return heading[0] == "task" or {"op_id", "suc"} <= set(heading)
