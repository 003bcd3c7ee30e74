"""Eager play: when everything happens if each thing starts as soon as its order allows.

Given a mode for each task and one order of all tasks, the schedule of least starts is unique
wherever links are unlimited or serve transfers in a given order: the semi-active schedule of that
order (Sprecher, Kolisch, Drexl, "Semi-active, active, and non-delay schedules for the
resource-constrained project scheduling problem", EJOR 80, 1995). No schedule that keeps the order
starts any task earlier.
"""

from collections.abc import Sequence

from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.shared_links import play_shared
from scheduler.graphs.tables import tables_of
from scheduler.graphs.timed import Timing, TransferTiming
from scheduler.graphs.unshared_links import play_unshared

__all__ = ["Timing", "TransferTiming", "play"]


def play(
    problem: GraphProblem,
    modes: Sequence[int],
    order: Sequence[int],
    transfer_order: Sequence[int] | None = None,
) -> Timing:
    """Start everything as soon as the order allows.

    ``modes`` is an index of a mode by task. ``order`` has every task once, no task before one that
    it waits for. On each resource tasks start in that order: on one of capacity 1 each waits for
    the one before it to finish, and one of 0 ticks takes its turn as well; on a larger one they
    wait for free units and do not overtake, but one of 0 ticks needs no units. ``transfer_order``
    lists edges, among them all that cross a fifo link; without it a fifo link serves first what was
    finished first, ties by edge.

    Raises ``ValueError`` if ``order`` is none, if no link joins two cores between which an output
    must cross, or if the two orders wait for each other.
    """
    _check_order(problem, order)
    tables = tables_of(problem)
    if any(link.sharing != "unlimited" for link in problem.links):
        return play_shared(tables, modes, order, transfer_order)
    return play_unshared(tables, modes, order)


def _check_order(problem: GraphProblem, order: Sequence[int]) -> None:
    count = len(problem.tasks)
    if sorted(order) != list(range(count)):
        raise ValueError(f"the order {tuple(order)} does not have each of {count} tasks once")
    place = [0] * count
    for position, task in enumerate(order):
        place[task] = position
    for edge in problem.edges:
        if place[edge.source] > place[edge.target]:
            source, target = problem.tasks[edge.source].name, problem.tasks[edge.target].name
            raise ValueError(f"the order has task '{target}' before '{source}', its predecessor")
