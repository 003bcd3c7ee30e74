"""Choosing modes one by one without running into a dead end: budgets, losses, missing links.

A complete choice that keeps all limits is held in reserve. A mode may be chosen if the reserve with
that mode in it still keeps them; so there is always a way to go on. The first reserve is found by a
tabu search over single changes (Glover, "Tabu search, part I", ORSA Journal on Computing 1, 1989).
"""

from collections.abc import Iterator, Sequence
from operator import truediv

from scheduler.graphs.tables import Tables
from scheduler.infeasible import Infeasible
from scheduler.tolerance import ACCURACY_SLACK

EVALUATIONS = 2_000_000
"""Single changes that the search may look at, all in all."""

TENURE = 5
"""Changes after which the search may touch the same task again."""


class ModeChoice:
    """The reserve: a mode for each task, within all limits."""

    def __init__(self, tables: Tables, modes: Sequence[int] | None = None) -> None:
        """Start from ``modes``, which keep all limits, or search for some.

        Raises ``Infeasible`` if the search finds none.
        """
        self._tables = tables
        problem = tables.problem
        self._sizes: list[float] = [budget.size for budget in problem.budgets]
        self._amounts: list[list[list[float]]] = [
            [list(mode.uses) or [0] * len(self._sizes) for mode in task.modes]
            for task in problem.tasks
        ]
        if problem.loss_budget is not None:
            self._sizes.append(problem.loss_budget + ACCURACY_SLACK / 2)
            for rows, task in zip(self._amounts, problem.tasks, strict=True):
                for amounts, mode in zip(rows, task.modes, strict=True):
                    amounts.append(mode.accuracy_loss)
        columns = range(len(self._sizes))
        self._scales = [
            max((abs(row[c]) for rows in self._amounts for row in rows), default=0) or 1
            for c in columns
        ]
        self._modes: list[int] = []
        self._used: list[float] = []
        for beginning in self._beginnings() if modes is None else [list(modes)]:
            self._modes = beginning
            rows = [row[mode] for row, mode in zip(self._amounts, beginning, strict=True)]
            self._used = [sum(row[c] for row in rows) for c in columns]
            if self._repair():
                return
        raise Infeasible(
            "no choice of modes within the budgets, the accuracy loss and the links was found",
            "a search for one gave up, which proves nothing: try cp-sat, or raise a budget",
        )

    @staticmethod
    def matters(tables: Tables) -> bool:
        """Whether the problem has any limit that a choice of modes can break."""
        problem = tables.problem
        missing = any(
            link is None and source != target
            for source, row in enumerate(problem.link)
            for target, link in enumerate(row)
        )
        return bool(problem.budgets) or problem.loss_budget is not None or missing

    def allows(self, task: int, mode: int) -> bool:
        """Whether the reserve with this mode keeps all limits."""
        return not self._excess(self._with(task, mode)) and not self._broken(task, mode)

    def take(self, task: int, mode: int) -> None:
        """Put this mode into the reserve."""
        self._used = self._with(task, mode)
        self._modes[task] = mode

    def _with(self, task: int, mode: int) -> list[float]:
        """What is used up once ``task`` is in this mode."""
        before, after = self._amounts[task][self._modes[task]], self._amounts[task][mode]
        return [u - b + a for u, b, a in zip(self._used, before, after, strict=True)]

    def _excess(self, used: Sequence[float]) -> float:
        rows = zip(used, self._sizes, self._scales, strict=True)
        return sum(max(0.0, (amount - size) / scale) for amount, size, scale in rows)

    def _broken(self, task: int, mode: int) -> int:
        """How many edges of ``task`` in this mode would have to cross where no link is."""
        problem, cores, broken = self._tables.problem, self._tables.cores, 0
        here = cores[task][mode]
        if here is None:
            return 0
        for index in (*self._tables.inward[task], *self._tables.outward[task]):
            edge = problem.edges[index]
            other = edge.target if edge.source == task else edge.source
            there = cores[other][self._modes[other]]
            if edge.ticks and there is not None and there != here:
                ends = (there, here) if edge.target == task else (here, there)
                broken += problem.link[ends[0]][ends[1]] is None
        return broken

    def _beginnings(self) -> Iterator[list[int]]:
        """Choices to start from: whatever uses up least, then each core for all that can."""
        least = []
        for rows in self._amounts:
            costs = [sum(map(truediv, row, self._scales)) for row in rows]
            least.append(costs.index(min(costs)))
        yield list(least)
        for core in range(len(self._tables.capacity)):
            chosen = list(least)
            for task, cores in enumerate(self._tables.cores):
                if core in cores:
                    chosen[task] = cores.index(core)
            if chosen != least:
                yield chosen

    def _repair(self) -> bool:
        """Change one mode after the other until all limits are kept; False if that fails."""
        count = len(self._modes)
        choices = sum(map(len, self._amounts))
        free_from = [0] * count
        for step in range(min(20 * count, EVALUATIONS // max(1, choices)) + 1):
            excess = self._excess(self._used)
            broken = [self._broken(task, mode) for task, mode in enumerate(self._modes)]
            if not excess and not any(broken):
                return True
            best = None
            for task, rows in enumerate(self._amounts):
                if free_from[task] > step or (not excess and not broken[task]):
                    continue
                for mode in range(len(rows)):
                    if mode != self._modes[task]:
                        cost = self._excess(self._with(task, mode)) + (
                            self._broken(task, mode) - broken[task]
                        )
                        best = min(best or (cost, task, mode), (cost, task, mode))
            if best is not None:
                self.take(best[1], best[2])
                free_from[best[1]] = step + 1 + TENURE
        return False
