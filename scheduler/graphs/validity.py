"""The independent checker of graph schedules: are the rules kept, and are the figures true?

It takes the document alone and shares no code with the algorithms, their tables, eager play or the
figures of a schedule.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import fsum, isclose, isfinite

from scheduler.graphs.placed import Placed
from scheduler.graphs.problem_check import check_problem
from scheduler.graphs.schedule import Schedule
from scheduler.graphs.validity_lanes import check_lanes, idle_joules
from scheduler.graphs.validity_links import check_links
from scheduler.graphs.validity_structure import check_tasks, check_transfers
from scheduler.tolerance import ACCURACY_SLACK, FIGURE_RELATIVE
from scheduler.validity import Violation


def check_schedule(schedule: Schedule) -> tuple[Violation, ...]:
    """Everything that is wrong with ``schedule``; empty if it is sound.

    Kinds: ``problem``; ``task``, ``mode``, ``link``, ``transfer`` (what is listed); ``release``,
    ``duration``, ``precedence``, ``arrival``; ``wake``, ``exclusivity``, ``switch``, ``capacity``
    (resources); ``transfer-start``, ``transfer-time``, ``link-exclusivity`` (links); ``budget``,
    ``accuracy``, ``deadline``, ``period``; ``makespan``, ``energy``, ``certificate``.
    What rests on something broken is not looked at: times once all tasks are there.
    """
    found = check_problem(schedule.problem) or tuple(check_tasks(schedule))
    if found:
        return found
    placed = _looked_up(schedule)
    wrong, transfers = check_transfers(schedule, placed)
    placed = replace(placed, transfers=transfers)
    try:
        return (
            *wrong,
            *_times(placed),
            *check_lanes(placed),
            *check_links(placed),
            *_limits(placed),
            *_figures(schedule, placed),
        )
    except (OverflowError, ValueError) as beyond:  # of floats: infinity less infinity
        return (Violation("problem", f"its numbers cannot be computed with: {beyond}"),)


def _looked_up(schedule: Schedule) -> Placed:
    rows = zip(schedule.tasks, schedule.problem.tasks, strict=True)
    return Placed(
        schedule.problem,
        tuple(next(mode for mode in task.modes if mode.name == row.mode) for row, task in rows),
        tuple(row.start for row in schedule.tasks),
        tuple(row.finish for row in schedule.tasks),
        (),
    )


def _times(placed: Placed) -> Iterator[Violation]:
    problem = placed.problem
    for task, mode, start, finish in placed.rows():
        if start < 0:
            yield Violation("release", f"task '{task.name}' starts at {start}, before 0")
        if finish - start != mode.ticks:
            yield Violation(
                "duration",
                f"task '{task.name}' takes {finish - start} ticks, mode '{mode.name}' {mode.ticks}",
            )
    arrivals = {row.edge: row.finish for row in placed.transfers}
    for index, edge in enumerate(problem.edges):
        start, names = placed.starts[edge.target], placed.names(index)
        if start < placed.finishes[edge.source]:
            yield Violation(
                "precedence",
                f"task '{names[1]}' starts at {start}, '{names[0]}' finishes at "
                f"{placed.finishes[edge.source]}",
            )
        elif start < arrivals.get(index, start):
            yield Violation(
                "arrival",
                f"task '{names[1]}' starts at {start}, the output of '{names[0]}' arrives at "
                f"{arrivals[index]}",
            )


def _limits(placed: Placed) -> Iterator[Violation]:
    problem = placed.problem
    for index, budget in enumerate(problem.budgets):
        used = sum(mode.uses[index] for mode in placed.modes if mode.uses)
        if used > budget.size:
            yield Violation("budget", f"'{budget.name}': {used} used of {budget.size}")
    if problem.loss_budget is not None:
        lost = fsum(mode.accuracy_loss for mode in placed.modes)
        if lost > problem.loss_budget + ACCURACY_SLACK:
            yield Violation("accuracy", f"{lost} lost, {problem.loss_budget} allowed")
    last = max(placed.finishes, default=0)
    for kind, limit in (("deadline", problem.deadline_ticks), ("period", problem.period_ticks)):
        if limit is not None and last > limit:
            yield Violation(kind, f"the last task finishes at {last}, the {kind} is {limit}")


def _figures(schedule: Schedule, placed: Placed) -> Iterator[Violation]:
    last = max(placed.finishes, default=0)
    if schedule.makespan != last:
        yield Violation("makespan", f"stated as {schedule.makespan}, it is {last}")
    parts = [mode.energy_j for mode in placed.modes]
    for row in placed.transfers:
        prices = placed.problem.edges[row.edge].energy_j
        parts.append(prices[row.link] if prices else 0.0)
    parts += idle_joules(placed)
    joules, scale = fsum(parts), fsum(map(abs, parts))
    if not _near(schedule.energy_j, joules, scale):
        yield Violation("energy", f"stated as {schedule.energy_j} J, it is {joules} J")
    value = float(last) if placed.problem.objective == "makespan" else joules
    certificate = schedule.certificate
    bound = certificate.lower_bound
    if not (isfinite(bound) and bound >= 0.0 and (bound <= value or _near(bound, value, scale))):
        yield Violation(
            "certificate", f"the lower bound {bound} is not within 0 and the objective {value}"
        )
    gap = (value - bound) / value if value > 0.0 else 0.0
    if not _near(certificate.gap, gap, 1.0):
        yield Violation("certificate", f"the gap is stated as {certificate.gap}, it is {gap}")
    if certificate.status == "optimal" and gap > FIGURE_RELATIVE:
        yield Violation("certificate", f"the schedule is called optimal with a gap of {gap}")


def _near(claim: float, truth: float, scale: float) -> bool:
    """Whether ``claim`` is ``truth`` but for rounding, for a sum of size ``scale``."""
    slack = FIGURE_RELATIVE * scale
    return isfinite(claim) and isclose(claim, truth, rel_tol=FIGURE_RELATIVE, abs_tol=slack)
