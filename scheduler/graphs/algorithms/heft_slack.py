"""HEFT, then energy for slack: slower operating points first, then cheaper modes.

Zhu, Melhem, Childers, "Scheduling with dynamic voltage/speed adjustment using slack reclamation in
multiprocessor real-time systems", IEEE Trans. Parallel and Distributed Systems 14(7), 2003; for
graphs with transfers Kimura, Sato, Hotta, Boku, Takahashi, "Empirical study on reducing energy of
parallel programs using slack reclamation by DVFS in a power-scalable high performance cluster",
CLUSTER 2006. The order of HEFT stays. In the first round a task may only change its operating
point, in the second any mode will do. What saves most is tried first, ties by task and mode, and
kept if the schedule costs less and still ends in time: before the deadline and the period where
energy is the objective and there are any, else no later than HEFT's own schedule.
"""

from time import monotonic

from scheduler.graphs.algorithms import heft
from scheduler.graphs.figures import energy_j
from scheduler.graphs.mode_choice import ModeChoice
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.slack import Room
from scheduler.graphs.solution import GraphSolution, heuristic_solution, require_in_time
from scheduler.graphs.tables import Tables, tables_of
from scheduler.graphs.timing import play

TASKS_PLAYED = 100_000
"""Tasks times schedules that a round may play before it stops looking."""


def solve(problem: GraphProblem, *, time_limit_s: float | None = None) -> GraphSolution:
    """HEFT's schedule with its slack spent. Raises ``Infeasible`` if HEFT breaks a limit.

    ``time_limit_s`` ends the search early; without it the result depends on the problem alone.
    """
    until = None if time_limit_s is None else monotonic() + time_limit_s
    reclaim = _Reclaim(tables_of(problem), until)
    require_in_time(problem, reclaim.timing, "heft-slack")
    for same_core in (True, False):
        reclaim.round(same_core=same_core)
    return heuristic_solution(problem, tuple(reclaim.modes), reclaim.timing, "heft-slack")


class _Reclaim:
    """The schedule so far, and the search for a cheaper one in the same order."""

    def __init__(self, tables: Tables, until: float | None) -> None:
        problem, placement = tables.problem, heft.place(tables)
        self._tables, self._order, self._until = tables, placement.order, until
        self.modes = list(placement.modes)
        self.timing = placement.played(problem)
        self._joules = energy_j(problem, self.modes, self.timing)
        limits = [t for t in (problem.deadline_ticks, problem.period_ticks) if t is not None]
        spend = problem.objective == "energy" and limits
        self._limit = min(limits) if spend else self.timing.makespan
        limited = ModeChoice.matters(tables)
        self._choice = ModeChoice(tables, self.modes) if limited else None

    def round(self, *, same_core: bool) -> None:
        """Change modes until nothing helps any more."""
        plays = TASKS_PLAYED // max(1, len(self.modes))
        improved = True
        while improved:
            improved = False
            room = Room(self._tables, self.modes, self._order, self.timing, self._limit)
            for _, task, mode in self._candidates(same_core=same_core):
                late = self._until is not None and monotonic() > self._until
                if plays == 0 or late:
                    return
                if self._possible(task, mode) and room.fits(task, mode):
                    plays -= 1
                    if self._change(task, mode):
                        improved = True
                        room = Room(self._tables, self.modes, self._order, self.timing, self._limit)

    def _candidates(self, *, same_core: bool) -> list[tuple[float, int, int]]:
        """(minus the joules saved, task, mode), the largest saving first."""
        rows = []
        for task, cores in enumerate(self._tables.cores):
            for mode, core in enumerate(cores):
                if mode != self.modes[task] and (core == cores[self.modes[task]] or not same_core):
                    saving = self._saving(task, mode)
                    if saving > 0.0:
                        rows.append((-saving, task, mode))
        return sorted(rows)

    def _saving(self, task: int, mode: int) -> float:
        """Joules that the mode itself saves; what it does to others shows when it is played."""
        problem = self._tables.problem
        counted = problem.period_ticks is not None and problem.tick_s is not None
        costs = []
        for index in (self.modes[task], mode):
            row = problem.tasks[task].modes[index]
            idle_w = sum(
                problem.resources[resource].idle_power_w
                for resource, _ in self._tables.held[task][index]
            )
            replaced = idle_w * row.ticks * (problem.tick_s or 0.0) if counted else 0.0
            costs.append(row.energy_j - replaced)
        return costs[0] - costs[1]

    def _possible(self, task: int, mode: int) -> bool:
        return mode != self.modes[task] and (
            self._choice is None or self._choice.allows(task, mode)
        )

    def _change(self, task: int, mode: int) -> bool:
        """Put ``task`` into ``mode`` if the schedule is then in time and costs less."""
        before, self.modes[task] = self.modes[task], mode
        timing = play(self._tables.problem, self.modes, self._order)
        joules = energy_j(self._tables.problem, self.modes, timing)
        if timing.makespan > self._limit or joules >= self._joules:
            self.modes[task] = before
            return False
        self.timing, self._joules = timing, joules
        if self._choice is not None:
            self._choice.take(task, mode)
        return True
