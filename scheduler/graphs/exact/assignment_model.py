"""Which mode each task takes, as a mixed-integer program: what serial execution and bounds share.

A binary x[i, m] says that task i runs in mode m. For an edge, y[a, b] says that its ends are on the
cores a and b; its sums over either end are the x of the other (the local marginal polytope), so y
is whole where x is. Joules are a plain sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from scheduler.graphs.exact.costs import Costs, costs_of
from scheduler.graphs.exact.linear_rows import LinearRows
from scheduler.graphs.exact.reduction import Reduction
from scheduler.graphs.problem import GraphEdge, GraphProblem
from scheduler.tolerance import ACCURACY_SLACK

LARGEST_TIME = 1e2
"""What times may add up to: small enough for HiGHS to keep its absolute tolerance of 1e-6."""

LARGEST_COST = 1e6
"""What costs may add up to: large beside HiGHS's absolute gap of 1e-6."""


@dataclass(slots=True)
class AssignmentModel:
    """The program and what its variables mean."""

    problem: GraphProblem
    """What is modelled."""
    reduction: Reduction
    """The modes that are left."""
    costs: Costs
    """Joules by cause."""
    limit: int
    """Ticks that there are."""
    tick: float
    """The model's unit of time, in ticks."""
    joule: float
    """The model's unit of energy, in joules."""
    rows: LinearRows = field(default_factory=LinearRows)
    """The program."""
    chosen: list[list[int]] = field(default_factory=list)
    """By task and kept mode: its variable."""
    crossings: list[list[tuple[int, int]]] = field(default_factory=list)
    """By edge: each link that it may cross, and the variable that says so; a link may come often,
    for several pairs of cores."""

    def price(self, joules: float) -> float:
        """The cost of a variable that stands for so many joules."""
        return joules / self.joule if self.problem.objective == "energy" else 0.0

    def makespan_price(self) -> float:
        """The cost of the makespan in the model's unit of time."""
        return LARGEST_COST / LARGEST_TIME if self.problem.objective == "makespan" else 0.0

    def value(self, cost: float) -> float:
        """What a cost is worth: ticks, or joules."""
        if self.problem.objective == "makespan":
            return cost * self.tick * LARGEST_TIME / LARGEST_COST
        return cost * self.joule + self.costs.constant_j

    def durations(self, task: int) -> list[tuple[float, int]]:
        """How long a task runs, as a sum of its variables."""
        modes = self.problem.tasks[task].modes
        rows = zip(self.reduction.modes[task], self.chosen[task], strict=True)
        return [(modes[k].ticks / self.tick, x) for k, x in rows]

    def by_point(self, task: int, resource: int) -> dict[int, list[int]]:
        """The variables of the modes that hold a resource, by operating point."""
        found: dict[int, list[int]] = {}
        modes = self.problem.tasks[task].modes
        for k, x in zip(self.reduction.modes[task], self.chosen[task], strict=True):
            if modes[k].holds[resource]:
                found.setdefault(modes[k].point, []).append(x)
        return found

    def holders(self, resource: int) -> dict[int, dict[int, list[int]]]:
        """The tasks that may hold a resource, and their variables by operating point."""
        rows = {task: self.by_point(task, resource) for task in range(len(self.chosen))}
        return {task: by_point for task, by_point in rows.items() if by_point}

    def modes_in(self, values: Sequence[float]) -> tuple[int, ...]:
        """The mode of each task in a solution."""
        return tuple(
            kept[max(range(len(kept)), key=lambda at: values[row[at]])]
            for kept, row in zip(self.reduction.modes, self.chosen, strict=True)
        )

    def forbid(self, modes: Sequence[int]) -> None:
        """Cut off one choice of modes."""
        rows = zip(self.reduction.modes, self.chosen, modes, strict=True)
        self.rows.row(
            [(1.0, row[kept.index(mode)]) for kept, row, mode in rows], high=len(modes) - 1.0
        )


def build_assignment(problem: GraphProblem, reduction: Reduction, limit: int) -> AssignmentModel:
    """Tasks, edges, budgets, and which resources are used; times and changes of point are not in.

    A change of operating point costs at most `Costs.switch_j`, which the unit of energy allows for.
    """
    costs = costs_of(problem)
    energies = [max(map(abs, joules)) for joules in costs.mode_j]
    energies += [max(edge.energy_j, default=0.0) for edge in problem.edges]
    energies += [abs(joules) for joules in costs.used_j]
    energies += [abs(joules) * len(problem.tasks) for joules in costs.switch_j]
    model = AssignmentModel(
        problem,
        reduction,
        costs,
        limit,
        tick=max(1.0, limit / LARGEST_TIME),
        joule=sum(energies) / LARGEST_COST or 1.0,
    )
    for task, kept in enumerate(reduction.modes):
        row = [model.rows.variable(model.price(costs.mode_j[task][k]), whole=True) for k in kept]
        model.rows.row([(1.0, x) for x in row], 1.0, 1.0)
        model.chosen.append(row)
    for edge in problem.edges:
        model.crossings.append(_add_edge(model, edge))
    for resource in range(len(problem.resources)):
        _add_used(model, resource)
    _add_budgets(model)
    return model


def _places(model: AssignmentModel, task: int) -> dict[int | None, list[int]]:
    """By core, where the task's data may be: the variables of the modes there."""
    found: dict[int | None, list[int]] = {}
    modes = model.problem.tasks[task].modes
    for k, x in zip(model.reduction.modes[task], model.chosen[task], strict=True):
        found.setdefault(modes[k].core, []).append(x)
    return found


def _add_edge(model: AssignmentModel, edge: GraphEdge) -> list[tuple[int, int]]:
    """The pairs of cores that its ends may be on; pairs without a link cannot be."""
    if not edge.ticks:
        return []
    sources, targets = _places(model, edge.source), _places(model, edge.target)
    pairs: dict[tuple[int | None, int | None], int] = {}
    crossed = []
    for a in sources:
        for b in targets:
            if a is None or b is None or a == b:
                pairs[a, b] = model.rows.variable()
                continue
            link = model.problem.link[a][b]
            if link is not None:
                joules = edge.energy_j[link] if edge.energy_j else 0.0
                pairs[a, b] = model.rows.variable(model.price(joules))
                crossed.append((link, pairs[a, b]))
    for a, xs in sources.items():
        ys = [(1.0, pairs[a, b]) for b in targets if (a, b) in pairs]
        model.rows.row([*ys, *((-1.0, x) for x in xs)], 0.0, 0.0)
    for b, xs in targets.items():
        ys = [(1.0, pairs[a, b]) for a in sources if (a, b) in pairs]
        model.rows.row([*ys, *((-1.0, x) for x in xs)], 0.0, 0.0)
    return crossed


def _add_used(model: AssignmentModel, resource: int) -> None:
    """Whether a resource is used at all, where that costs something."""
    joules, holders = model.costs.used_j[resource], model.holders(resource)
    if not joules or model.problem.objective != "energy" or not holders:
        return
    used = model.rows.variable(model.price(joules))
    everything = []
    for by_point in holders.values():
        xs = [x for row in by_point.values() for x in row]
        everything += xs
        model.rows.row([(1.0, used), *((-1.0, x) for x in xs)], low=0.0)
    model.rows.row([(1.0, used), *((-1.0, x) for x in everything)], high=0.0)


def _add_budgets(model: AssignmentModel) -> None:
    """What is used up, in shares of what there is."""
    rows = [
        (model.problem.tasks[task].modes[k], x)
        for task, kept in enumerate(model.reduction.modes)
        for k, x in zip(kept, model.chosen[task], strict=True)
    ]
    for b, budget in enumerate(model.problem.budgets):
        size = max(1, budget.size)
        model.rows.row(
            [(mode.uses[b] / size, x) for mode, x in rows if mode.uses and mode.uses[b]],
            high=budget.size / size,
        )
    floor = model.problem.loss_budget
    if floor is not None:
        unit = floor or 1.0
        model.rows.row(
            [(mode.accuracy_loss / unit, x) for mode, x in rows if mode.accuracy_loss],
            -inf,
            (floor + ACCURACY_SLACK) / unit,
        )
