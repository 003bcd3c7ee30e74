"""Which modes an optimal schedule may need, and how early and late each may run.

A mode goes if no schedule within the horizon can use it (no link to a neighbour, too late, no
budget left for it) or if another mode of its task is no worse in anything (Sprecher, Hartmann and
Drexl, "An exact algorithm for project scheduling with multiple modes", OR Spektrum 19, 1997). What
is left has the same optimum, ties included.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.graphs.exact.costs import Costs, costs_of
from scheduler.graphs.problem import GraphEdge, GraphProblem, TaskMode
from scheduler.graphs.tables import Tables, tables_of
from scheduler.infeasible import Infeasible
from scheduler.tolerance import ACCURACY_SLACK

NEVER = 1 << 62
"""Later than any tick."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """The modes that are left. Rows are by task, and within a task by kept mode."""

    modes: tuple[tuple[int, ...], ...]
    """Indices of the modes that are left."""
    earliest: tuple[tuple[int, ...], ...]
    """No schedule starts the task in this mode before this tick."""
    tail: tuple[tuple[int, ...], ...]
    """From the finish in this mode to the last finish of all, at least so many ticks pass."""


def reduce(problem: GraphProblem, horizon: int) -> Reduction:
    """The modes that schedules of at most ``horizon`` ticks may need.

    Raises ``Infeasible`` if a task has none left.
    """
    tables, costs = tables_of(problem), costs_of(problem)
    kept = [
        tuple(
            k
            for k, mode in enumerate(task.modes)
            if all(h <= r.capacity for h, r in zip(mode.holds, problem.resources, strict=True))
        )
        for task in problem.tasks
    ]
    _require(problem, kept, "holds more than there is of a resource")
    kept = [_undominated(problem, costs, task, row) for task, row in enumerate(kept)]
    while True:
        before = sum(map(len, kept))
        kept = _affordable(problem, kept)
        _require(problem, kept, "needs more of a budget than the others leave")
        earliest, tail = _earliest(problem, tables, kept), _tails(problem, tables, kept)
        kept = [
            tuple(
                k
                for at, k in enumerate(row)
                if earliest[task][at] + tables.ticks[task][k] + tail[task][at] <= horizon
            )
            for task, row in enumerate(kept)
        ]
        _require(problem, kept, f"has no link to its neighbours or ends after tick {horizon}")
        if sum(map(len, kept)) == before:
            return Reduction(tuple(kept), tuple(map(tuple, earliest)), tuple(map(tuple, tail)))


def _require(problem: GraphProblem, kept: Sequence[tuple[int, ...]], why: str) -> None:
    for task, row in zip(problem.tasks, kept, strict=True):
        if not row:
            raise Infeasible(f"task '{task.name}' has no mode", f"each that is left {why}")


def _undominated(
    problem: GraphProblem, costs: Costs, task: int, row: tuple[int, ...]
) -> tuple[int, ...]:
    """Without modes that another, or an equal one before them, is no worse than."""
    modes = problem.tasks[task].modes

    def loses(k: int, other: int) -> bool:
        return (
            other != k
            and modes[other].core == modes[k].core
            and _no_worse(problem, costs, (task, other), (task, k))
            and (other < k or not _no_worse(problem, costs, (task, k), (task, other)))
        )

    return tuple(k for k in row if not any(loses(k, other) for other in row))


def _no_worse(
    problem: GraphProblem, costs: Costs, one: tuple[int, int], other: tuple[int, int]
) -> bool:
    """Whether any schedule stays valid and costs no more with mode ``one`` for ``other``."""
    a, b = (problem.tasks[task].modes[k] for task, k in (one, other))
    same_holders = all(
        bool(x) == bool(y) and (r.capacity > 1 or a.point == b.point)
        for x, y, r in zip(a.holds, b.holds, problem.resources, strict=True)
        if x or y
    )
    return (
        (same_holders or costs.timeless)
        and (a.ticks == b.ticks if any(costs.busy_j) else a.ticks <= b.ticks)
        and all(x <= y for x, y in zip(a.holds, b.holds, strict=True))
        and all(x <= y for x, y in zip(_uses(problem, a), _uses(problem, b), strict=True))
        and costs.mode_j[one[0]][one[1]] <= costs.mode_j[other[0]][other[1]]
        and a.accuracy_loss <= b.accuracy_loss
    )


def stand_in(problem: GraphProblem, kept: Sequence[int], task: int, mode: int) -> int:
    """A kept mode that is no worse than ``mode``, which is not; ``mode`` itself if none is."""
    costs, core = costs_of(problem), problem.tasks[task].modes[mode].core
    return next(
        (
            k
            for k in kept
            if problem.tasks[task].modes[k].core == core
            and _no_worse(problem, costs, (task, k), (task, mode))
        ),
        mode,
    )


def _uses(problem: GraphProblem, mode: TaskMode) -> tuple[int, ...]:
    return mode.uses or (0,) * len(problem.budgets)


def _affordable(problem: GraphProblem, kept: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Without modes that need more of a budget than the others' least leaves."""
    rows = list(kept)
    for b, budget in enumerate(problem.budgets):
        used = [
            {k: _uses(problem, task.modes[k])[b] for k in row}
            for task, row in zip(problem.tasks, rows, strict=True)
        ]
        spare = budget.size - sum(min(row.values()) for row in used)
        rows = [
            tuple(k for k in row if each[k] - min(each.values()) <= spare)
            for row, each in zip(rows, used, strict=True)
            if each
        ]
        _require(problem, rows, f"needs more of '{budget.name}' than the others leave")
    if problem.loss_budget is not None:
        loss = [
            {k: task.modes[k].accuracy_loss for k in row}
            for task, row in zip(problem.tasks, rows, strict=True)
        ]
        left = problem.loss_budget - sum(min(row.values()) for row in loss)
        left += 2 * ACCURACY_SLACK + 1e-15 * len(loss)  # sums of shares round
        rows = [
            tuple(k for k in row if each[k] - min(each.values()) <= left)
            for row, each in zip(rows, loss, strict=True)
        ]
    return rows


def _earliest(
    problem: GraphProblem, tables: Tables, kept: Sequence[tuple[int, ...]]
) -> list[list[int]]:
    """By task and kept mode: the first tick at which it may start; ``NEVER`` without a link."""
    found: list[list[int]] = []
    for task, row in enumerate(kept):
        starts = []
        for k in row:
            at = max((tables.wake[r] for r, _ in tables.held[task][k]), default=0)
            for index in tables.inward[task]:
                edge = problem.edges[index]
                at = max(
                    at,
                    min(
                        start + tables.ticks[edge.source][other] + delay(problem, edge, other, k)
                        for start, other in zip(found[edge.source], kept[edge.source], strict=True)
                    ),
                )
            starts.append(min(at, NEVER))
        found.append(starts)
    return found


def _tails(
    problem: GraphProblem, tables: Tables, kept: Sequence[tuple[int, ...]]
) -> list[list[int]]:
    """By task and kept mode: what must still pass after its finish; ``NEVER`` without a link."""
    found: list[list[int]] = [[0] * len(row) for row in kept]
    for task in reversed(range(len(kept))):
        for at, k in enumerate(kept[task]):
            for index in tables.outward[task]:
                edge = problem.edges[index]
                after = min(
                    delay(problem, edge, k, other) + tables.ticks[edge.target][other] + tail
                    for tail, other in zip(found[edge.target], kept[edge.target], strict=True)
                )
                found[task][at] = min(NEVER, max(found[task][at], after))
    return found


def delay(problem: GraphProblem, edge: GraphEdge, source: int, target: int) -> int:
    """Ticks of the transfer between two modes by index; ``NEVER`` without a link."""
    a = problem.tasks[edge.source].modes[source].core
    b = problem.tasks[edge.target].modes[target].core
    if not edge.ticks or a is None or b is None or a == b:
        return 0
    link = problem.link[a][b]
    return NEVER if link is None else edge.ticks[link]
