"""A schedule as tables that a person reads."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.schedule import Schedule
from wakepath.instance_options import has_energies
from wakepath.units import quantity

MOST_PAIRS = 6
"""Pairs of cores in a remark."""


def print_schedule(schedule: Schedule, console: Console) -> None:
    """Which task runs when and how, what crosses a link, and how good the schedule is."""
    console.print(_tasks(schedule))
    if schedule.transfers:
        console.print(_transfers(schedule))
    console.print(summary(schedule), highlight=False)


def summary(schedule: Schedule) -> str:
    """Makespan, bound and gap in one line, and energy if there is any."""
    problem, certificate = schedule.problem, schedule.certificate
    by_energy = problem.objective == "energy"
    bound = (
        quantity(certificate.lower_bound, "J")
        if by_energy
        else span(certificate.lower_bound, problem)
    )
    proof = "proved optimal" if certificate.status == "optimal" else f"gap {certificate.gap:.2%}"
    figures = [f"makespan {span(schedule.makespan, problem)}"]
    if has_energies(problem):
        figures.append(f"energy {quantity(schedule.energy_j, 'J')} (modelled)")
    if by_energy:
        figures.reverse()
    return f"{certificate.method}: {', '.join(figures)}, {proof}, lower bound {bound}"


def span(ticks: float, problem: GraphProblem) -> str:
    """A time as people write it: with a unit, or in the bare units of the instance."""
    if problem.tick_s is not None:
        return quantity(ticks * problem.tick_s, "s")
    return f"{ticks:,.0f}" if float(ticks).is_integer() else f"{ticks:,.2f}"


def unlinked(problem: GraphProblem) -> str:
    """A remark on the cores between which outputs cannot pass; empty if there are none."""
    if not problem.link:
        return ""
    used = {mode.core for task in problem.tasks for mode in task.modes}
    names = [resource.name for resource in problem.resources]
    pairs = [
        f"{names[a]} to {names[b]}"
        for a, row in enumerate(problem.link)
        for b, link in enumerate(row)
        if link is None and a != b and {a, b} <= used
    ]
    if not pairs:
        return ""
    more = f" and {len(pairs) - MOST_PAIRS} more" if len(pairs) > MOST_PAIRS else ""
    return f"no link, so that no output passes: {', '.join(pairs[:MOST_PAIRS])}{more}"


def _tasks(schedule: Schedule) -> Table:
    table = Table(
        title=Text(f"schedule of '{schedule.problem.name}'", "bold"), title_justify="left"
    )
    for title in ("task", "mode"):
        table.add_column(title)
    for title in ("start", "finish"):
        table.add_column(title, justify="right")
    for row in schedule.tasks:
        start, finish = (span(ticks, schedule.problem) for ticks in (row.start, row.finish))
        table.add_row(Text(row.task), Text(row.mode), start, finish)
    return table


def _transfers(schedule: Schedule) -> Table:
    table = Table(title=Text("transfers", "bold"), title_justify="left")
    for title in ("from", "to", "link"):
        table.add_column(title)
    for title in ("start", "finish"):
        table.add_column(title, justify="right")
    for row in schedule.transfers:
        start, finish = (span(ticks, schedule.problem) for ticks in (row.start, row.finish))
        table.add_row(Text(row.source), Text(row.target), Text(row.link), start, finish)
    return table
