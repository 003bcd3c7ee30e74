"""What holds for every schedule of a graph, as functions that raise ``AssertionError``.

They read the schedule alone and share no code with the checker, which says more.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from math import fsum, isclose

from scheduler.graphs.bounds import lower_bound
from scheduler.graphs.grid import draw_grid
from scheduler.graphs.problem import GraphProblem, TaskMode
from scheduler.graphs.schedule import Schedule, ScheduledTransfer
from scheduler.graphs.validity import check_schedule
from scheduler.tolerance import FIGURE_RELATIVE


def assert_schedule_sound(schedule: Schedule) -> None:
    """The independent checker finds nothing."""
    violations = check_schedule(schedule)
    assert not violations, f"the schedule is not sound\n{draw_grid(schedule, violations)}"


def assert_precedence(schedule: Schedule) -> None:
    """No task starts before those it waits for have finished and their outputs have arrived."""
    rows = {row.task: row for row in schedule.tasks}
    arrivals = {(row.source, row.target): row for row in schedule.transfers}
    for edge in schedule.problem.edges:
        names = schedule.problem.tasks[edge.source].name, schedule.problem.tasks[edge.target].name
        source, target = rows[names[0]], rows[names[1]]
        transfer = arrivals.get(names)
        ready, why = source.finish, f"'{source.task}' finishes"
        if transfer is not None:
            _require(
                schedule,
                transfer.start >= source.finish,
                f"the output of '{source.task}' leaves at {transfer.start}, it is there from "
                f"{source.finish} on",
            )
            ready, why = transfer.finish, f"the output of '{source.task}' arrives"
        _require(
            schedule,
            target.start >= ready,
            f"'{target.task}' starts at {target.start}, {why} at {ready}",
        )
        crosses = _crosses(schedule.problem, _mode(schedule, names[0]), _mode(schedule, names[1]))
        _require(
            schedule,
            transfer is not None or not (edge.ticks and crosses),
            f"'{names[0]}' and '{names[1]}' run on two cores, and no transfer is listed",
        )


def assert_exclusive(schedule: Schedule) -> None:
    """A core runs one task at a time, a fifo link carries one transfer at a time."""
    problem = schedule.problem
    for index, resource in enumerate(problem.resources):
        if resource.capacity == 1:
            busy = [
                (row.start, row.finish, row.task)
                for row in schedule.tasks
                if _mode(schedule, row.task).holds[index]
            ]
            _require_apart(schedule, resource.name, busy)
    for link in problem.links:
        if link.sharing == "fifo":
            rows = [row for row in schedule.transfers if row.link == link.name]
            busy = [(row.start, row.finish, _name(row)) for row in rows]
            _require_apart(schedule, link.name, busy)


def assert_capacity(schedule: Schedule) -> None:
    """At no tick do running tasks hold more of a resource than there is; budgets suffice."""
    problem = schedule.problem
    for index, resource in enumerate(problem.resources):
        for tick in sorted({row.start for row in schedule.tasks}):
            held = sum(
                _mode(schedule, row.task).holds[index]
                for row in schedule.tasks
                if row.start <= tick < row.finish
            )
            _require(
                schedule,
                held <= resource.capacity,
                f"{held} units of '{resource.name}' are held at {tick}, of {resource.capacity}",
            )
    for index, budget in enumerate(problem.budgets):
        modes = [_mode(schedule, row.task) for row in schedule.tasks]
        used = sum(mode.uses[index] for mode in modes if mode.uses)
        _require(
            schedule, used <= budget.size, f"{used} of '{budget.name}' are used of {budget.size}"
        )


def assert_schedule_meets_deadline(schedule: Schedule) -> None:
    """The last task finishes by the deadline and within the period."""
    last = max((row.finish for row in schedule.tasks), default=0)
    for name in ("deadline_ticks", "period_ticks"):
        limit = getattr(schedule.problem, name)
        _require(
            schedule,
            limit is None or last <= limit,
            f"the last task finishes at {last}, {name} is {limit}",
        )


def assert_schedule_energy_is_integral_of_power(schedule: Schedule) -> None:
    """The joules stated are the power of all parts, added up tick by tick over the period.

    A problem without period or tick length has no power: its joules are those of what happens.
    """
    problem = schedule.problem
    parts = [_mode(schedule, row.task).energy_j for row in schedule.tasks]
    for row in schedule.transfers:
        edge = next(e for e in problem.edges if _ends(problem, e.source, e.target) == _pair(row))
        link = [one.name for one in problem.links].index(row.link)
        parts.append(edge.energy_j[link] if edge.energy_j else 0.0)
    for index, resource in enumerate(problem.resources):
        switches, used = _switches(schedule, index)
        parts += [resource.switch_energy_j] * switches + [resource.wake_energy_j] * used
        if problem.period_ticks is not None and problem.tick_s is not None:
            awake = switches * resource.switch_ticks + used * resource.wake_ticks
            resting = sum(not _busy(schedule, index, t) for t in range(problem.period_ticks))
            parts.append(resource.idle_power_w * problem.tick_s * (resting - awake))
    if problem.period_ticks is not None and problem.tick_s is not None:
        parts.append(problem.rail_power_w * problem.tick_s * problem.period_ticks)
    joules, scale = fsum(parts), fsum(map(abs, parts))
    close = isclose(
        schedule.energy_j, joules, rel_tol=FIGURE_RELATIVE, abs_tol=FIGURE_RELATIVE * scale
    )
    _require(schedule, close, f"{schedule.energy_j} J are stated, power adds up to {joules} J")


def assert_schedule_not_below_bound(schedule: Schedule) -> None:
    """No schedule is better than the bounds, on paths and on load, or on energy."""
    bound, value = lower_bound(schedule.problem), schedule.objective_value
    _require(
        schedule,
        bound <= value or isclose(bound, value, rel_tol=FIGURE_RELATIVE),
        f"the {schedule.problem.objective} of {value} is below the bound {bound}",
    )


SCHEDULE_INVARIANTS: tuple[Callable[[Schedule], None], ...] = (
    assert_precedence,
    assert_exclusive,
    assert_capacity,
    assert_schedule_energy_is_integral_of_power,
)
"""What holds for every schedule whose tasks, modes and transfers are all listed, late or not."""


def _require(schedule: Schedule, holds: bool, message: str) -> None:
    assert holds, f"{message}\n{draw_grid(schedule)}"


def _mode(schedule: Schedule, name: str) -> TaskMode:
    task = next(task for task in schedule.problem.tasks if task.name == name)
    row = next(row for row in schedule.tasks if row.task == name)
    return next(mode for mode in task.modes if mode.name == row.mode)


def _crosses(problem: GraphProblem, source: TaskMode, target: TaskMode) -> bool:
    return None not in (source.core, target.core) and source.core != target.core


def _require_apart(schedule: Schedule, where: str, busy: list[tuple[int, int, str]]) -> None:
    for index, (start, finish, name) in enumerate(busy):
        for other_start, other_finish, other in busy[index + 1 :]:
            together = min(finish, other_finish) - max(start, other_start)
            _require(
                schedule,
                together <= 0,
                f"'{where}' does '{name}' ({start} to {finish}) and '{other}' ({other_start} to "
                f"{other_finish}) at once",
            )


def _name(row: ScheduledTransfer) -> str:
    return f"{row.source}->{row.target}"


def _pair(row: ScheduledTransfer) -> tuple[str, str]:
    return row.source, row.target


def _ends(problem: GraphProblem, source: int, target: int) -> tuple[str, str]:
    return problem.tasks[source].name, problem.tasks[target].name


def _busy(schedule: Schedule, resource: int, tick: int) -> bool:
    return any(
        row.start <= tick < row.finish and _mode(schedule, row.task).holds[resource]
        for row in schedule.tasks
    )


def _switches(schedule: Schedule, resource: int) -> tuple[int, bool]:
    """Changes of operating point on a core, and whether anything runs there."""
    points = [point for *_, point in sorted(_runs(schedule, resource))]
    if schedule.problem.resources[resource].capacity > 1:
        return 0, bool(points)
    return sum(one != other for one, other in pairwise(points)), bool(points)


def _runs(schedule: Schedule, resource: int) -> Iterator[tuple[int, int, int, int]]:
    for index, row in enumerate(schedule.tasks):
        mode = _mode(schedule, row.task)
        if mode.holds[resource]:
            yield row.start, row.finish, index, mode.point
