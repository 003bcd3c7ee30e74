"""The variables of the CP-SAT model: which mode, when, what crosses which link, what is used."""

from collections.abc import Iterable, Sequence

from ortools.sat.python import cp_model

from scheduler.graphs.exact.reduction import Reduction
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.tables import Tables, tables_of

Literal = cp_model.IntVar
"""A Boolean variable; a constant where nothing is left to choose."""


class Variables:
    """Starts, finishes and chosen modes of a problem; helper literals are made when asked for.

    Every variable can be given the value that it has in a known schedule: `hints` collects them.
    """

    def __init__(self, problem: GraphProblem, reduction: Reduction, horizon: int) -> None:
        self.problem = problem
        self.reduction = reduction
        self.horizon = horizon
        self.tables: Tables = tables_of(problem)
        self.model = cp_model.CpModel()
        self.always = self.model.new_constant(1)
        self.makespan = self.model.new_int_var(0, horizon, "makespan")
        self.chosen: list[tuple[Literal, ...]] = []
        self.starts: list[cp_model.IntVar] = []
        self.finishes: list[cp_model.IntVar] = []
        self.any_literals: dict[tuple[int, tuple[int, ...]], Literal] = {}
        self.both_literals: dict[tuple[int, int], Literal] = {}
        for task in range(len(problem.tasks)):
            self._add_task(task)

    def _add_task(self, task: int) -> None:
        model, name = self.model, self.problem.tasks[task].name
        kept, earliest = self.reduction.modes[task], self.reduction.earliest[task]
        tails = self.reduction.tail[task]
        ticks = [self.tables.ticks[task][k] for k in kept]
        rows = list(zip(earliest, ticks, tails, strict=True))
        last = self.horizon
        start = model.new_int_var(
            min(earliest), max(last - d - tail for _, d, tail in rows), f"start {name}"
        )
        finish = model.new_int_var(
            min(at + d for at, d, _ in rows), max(last - tail for *_, tail in rows), f"end {name}"
        )
        chosen: tuple[Literal, ...] = (self.always,)
        if len(kept) > 1:
            names = (self.problem.tasks[task].modes[k].name for k in kept)
            chosen = tuple(model.new_bool_var(f"{name} as {mode}") for mode in names)
            model.add_exactly_one(chosen)
        model.add(finish == start + _dot(ticks, chosen))
        if len(set(earliest)) > 1:
            model.add(start >= _dot(earliest, chosen))
        model.add(finish + _dot(tails, chosen) <= self.makespan)
        self.starts.append(start)
        self.finishes.append(finish)
        self.chosen.append(chosen)

    def any_of(self, task: int, places: Iterable[int]) -> Literal | None:
        """A literal that is true exactly if one of these kept modes is chosen; None for none."""
        row = tuple(places)
        if not row:
            return None
        if len(row) == len(self.chosen[task]):
            return self.always
        if len(row) == 1:
            return self.chosen[task][row[0]]
        if (task, row) not in self.any_literals:
            literal = self.model.new_bool_var("")
            self.model.add(sum(self.chosen[task][k] for k in row) == literal)
            self.any_literals[task, row] = literal
        return self.any_literals[task, row]

    def on_core(self, task: int, core: int | None) -> Literal | None:
        """Whether the task's data are on ``core``; None if they cannot be."""
        cores = self.tables.cores[task]
        kept = self.reduction.modes[task]
        return self.any_of(task, (at for at, k in enumerate(kept) if cores[k] == core))

    def holding(self, task: int, resource: int) -> Literal | None:
        """Whether the task holds any of ``resource``; None if it never does."""
        modes, kept = self.problem.tasks[task].modes, self.reduction.modes[task]
        return self.any_of(task, (at for at, k in enumerate(kept) if modes[k].holds[resource]))

    def cores_of(self, task: int) -> tuple[int | None, ...]:
        """Where the task's data may be, each once, in the order of modes."""
        cores = self.tables.cores[task]
        return tuple(dict.fromkeys(cores[k] for k in self.reduction.modes[task]))

    def both(self, one: Literal, other: Literal) -> Literal:
        """A literal that is true exactly if both are."""
        if one.index in (self.always.index, other.index):
            return other
        if other.index == self.always.index:
            return one
        key = min(one.index, other.index), max(one.index, other.index)
        if key not in self.both_literals:
            literal = self.model.new_bool_var("")
            self.model.add_bool_or(~one, ~other, literal)
            self.model.add_implication(literal, one)
            self.model.add_implication(literal, other)
            self.both_literals[key] = literal
        return self.both_literals[key]

    def modes_in(self, value: "cp_model.CpSolver") -> tuple[int, ...]:
        """The chosen mode of each task in a solution."""
        return tuple(
            next(
                mode
                for mode, literal in zip(kept, row, strict=True)
                if value.boolean_value(literal)
            )
            for kept, row in zip(self.reduction.modes, self.chosen, strict=True)
        )


def _dot(numbers: Sequence[int], literals: Sequence[Literal]) -> cp_model.LinearExpr | int:
    """The number that belongs to the one literal that is true."""
    if len(set(numbers)) == 1:
        return numbers[0]
    return total(numbers, literals)


def total(numbers: Sequence[int], literals: Sequence[Literal]) -> cp_model.LinearExpr:
    """The sum of the numbers whose literals are true."""
    terms: list[cp_model.LinearExprT] = list(literals)
    found: cp_model.LinearExpr = cp_model.LinearExpr.weighted_sum(terms, list(numbers))
    return found
