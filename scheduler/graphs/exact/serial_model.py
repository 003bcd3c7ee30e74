"""Serial execution as a mixed-integer program without big-M.

A binary x[i, m] says that task i runs in mode m. For an edge, y[a, b] says that its ends are on the
cores a and b; its sums over either end are the x of the other (the local marginal polytope), so y
is whole where x is. The changes of operating point of a core are a flow of one unit through its
points, task by task. Times and joules are then plain sums.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from scheduler.graphs.exact.costs import Costs, costs_of
from scheduler.graphs.exact.linear_rows import LinearRows
from scheduler.graphs.exact.reduction import Reduction
from scheduler.graphs.exact.serial_timing import serial_ticks
from scheduler.graphs.problem import GraphEdge, GraphProblem
from scheduler.tolerance import ACCURACY_SLACK

LARGEST_TIME = 1e2
"""What times may add up to: small enough for HiGHS to keep its absolute tolerance of 1e-6."""

LARGEST_COST = 1e6
"""What costs may add up to: large beside HiGHS's absolute gap of 1e-6."""


@dataclass(slots=True)
class SerialModel:
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
    steps: list[list[tuple[float, int]]] = field(default_factory=list)
    """By task: the time that goes by before it starts and while it runs, as terms."""

    def modes_in(self, values: Sequence[float]) -> tuple[int, ...]:
        """The mode of each task in a solution."""
        return tuple(
            kept[max(range(len(kept)), key=lambda at: values[row[at]])]
            for kept, row in zip(self.reduction.modes, self.chosen, strict=True)
        )

    def forbid(self, modes: Sequence[int]) -> None:
        """Cut off one choice of modes."""
        self.rows.row(
            [
                (1.0, row[kept.index(mode)])
                for kept, row, mode in zip(self.reduction.modes, self.chosen, modes, strict=True)
            ],
            high=len(modes) - 1.0,
        )


def build_serial(problem: GraphProblem, reduction: Reduction, limit: int) -> SerialModel:
    """The program of all serial schedules of at most ``limit`` ticks, with its objective."""
    costs = costs_of(problem)
    energies = [max(map(abs, joules)) for joules in costs.mode_j]
    energies += [max(edge.energy_j, default=0.0) for edge in problem.edges]
    energies += [abs(joules) for joules in costs.used_j]
    energies += [abs(joules) * len(problem.tasks) for joules in costs.switch_j]
    model = SerialModel(
        problem,
        reduction,
        costs,
        limit,
        tick=max(1.0, limit / LARGEST_TIME),
        joule=sum(energies) / LARGEST_COST or 1.0,
    )
    _add_tasks(model)
    for edge in problem.edges:
        _add_edge(model, edge)
    for resource in range(len(problem.resources)):
        _add_resource(model, resource)
    _add_time(model)
    _add_budgets(model)
    return model


def _price(model: SerialModel, joules: float) -> float:
    return joules / model.joule if model.problem.objective == "energy" else 0.0


def _add_tasks(model: SerialModel) -> None:
    for task, kept in zip(model.problem.tasks, model.reduction.modes, strict=True):
        index = len(model.chosen)
        row = [
            model.rows.variable(_price(model, model.costs.mode_j[index][k]), whole=True)
            for k in kept
        ]
        model.rows.row([(1.0, x) for x in row], 1.0, 1.0)
        model.chosen.append(row)
        model.steps.append(
            [(task.modes[k].ticks / model.tick, x) for k, x in zip(kept, row, strict=True)]
        )


def _places(model: SerialModel, task: int) -> dict[int | None, list[int]]:
    """By core, where the task's data may be: the variables of the modes there."""
    found: dict[int | None, list[int]] = {}
    modes = model.problem.tasks[task].modes
    for k, x in zip(model.reduction.modes[task], model.chosen[task], strict=True):
        found.setdefault(modes[k].core, []).append(x)
    return found


def _add_edge(model: SerialModel, edge: GraphEdge) -> None:
    """What the output costs on each pair of cores; pairs without a link cannot be."""
    if not edge.ticks:
        return
    sources, targets = _places(model, edge.source), _places(model, edge.target)
    pairs: dict[tuple[int | None, int | None], int] = {}
    for a in sources:
        for b in targets:
            link = None
            if a is not None and b is not None and a != b:
                link = model.problem.link[a][b]
                if link is None:
                    continue
            ticks = 0 if link is None else serial_ticks(model.problem, edge, link)
            joules = edge.energy_j[link] if edge.energy_j and link is not None else 0.0
            pairs[a, b] = y = model.rows.variable(_price(model, joules))
            if ticks:
                model.steps[edge.target].append((ticks / model.tick, y))
    for a, xs in sources.items():
        ys = [(1.0, pairs[a, b]) for b in targets if (a, b) in pairs]
        model.rows.row([*ys, *((-1.0, x) for x in xs)], 0.0, 0.0)
    for b, xs in targets.items():
        ys = [(1.0, pairs[a, b]) for a in sources if (a, b) in pairs]
        model.rows.row([*ys, *((-1.0, x) for x in xs)], 0.0, 0.0)


def _add_resource(model: SerialModel, resource: int) -> None:
    """Whether it is used at all, and its changes of operating point."""
    row, used_j = model.problem.resources[resource], model.costs.used_j[resource]
    holders = {
        task: by_point
        for task in range(len(model.chosen))
        if (by_point := _by_point(model, task, resource))
    }
    if used_j and model.problem.objective == "energy" and holders:
        used = model.rows.variable(_price(model, used_j))
        everything = []
        for by_point in holders.values():
            xs = [x for row_of_point in by_point.values() for x in row_of_point]
            everything += xs
            model.rows.row([(1.0, used), *((-1.0, x) for x in xs)], low=0.0)
        model.rows.row([(1.0, used), *((-1.0, x) for x in everything)], high=0.0)
    points = {point for by_point in holders.values() for point in by_point}
    if row.capacity == 1 and len(points) > 1 and (row.switch_ticks or row.switch_energy_j):
        _add_points(model, resource, holders)


def _by_point(model: SerialModel, task: int, resource: int) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    modes = model.problem.tasks[task].modes
    for k, x in zip(model.reduction.modes[task], model.chosen[task], strict=True):
        if modes[k].holds[resource]:
            found.setdefault(modes[k].point, []).append(x)
    return found


def _add_points(
    model: SerialModel, resource: int, holders: dict[int, dict[int, list[int]]]
) -> None:
    """One unit that flows through the core's points; None is before its first task.

    At each task it either stays where it is or goes to the point at which the task runs.
    """
    ticks = model.problem.resources[resource].switch_ticks
    price = _price(model, model.costs.switch_j[resource])
    arriving: dict[int | None, list[tuple[float, int]]] = {None: []}
    first = True
    for task, by_point in holders.items():
        leaving: dict[int | None, list[tuple[float, int]]] = {}
        going: dict[int, list[int]] = {point: [] for point in by_point}
        for point, inflow in arriving.items():
            stay = model.rows.variable()
            leaving.setdefault(point, []).append((-1.0, stay))
            out = [(1.0, stay)]
            for target in by_point:
                switches = point is not None and point != target
                run = model.rows.variable(price if switches else 0.0)
                if switches and ticks:
                    model.steps[task].append((ticks / model.tick, run))
                going[target].append(run)
                leaving.setdefault(target, []).append((-1.0, run))
                out.append((1.0, run))
            one = 1.0 if first else 0.0
            model.rows.row([*out, *inflow], one, one)
        for point, runs in going.items():
            xs = by_point[point]
            model.rows.row([*((1.0, run) for run in runs), *((-1.0, x) for x in xs)], 0.0, 0.0)
        arriving, first = leaving, False


def _add_time(model: SerialModel) -> None:
    """The makespan: a plain sum, or a chain of starts where tasks wait for a core to wake."""
    wakes = [row.wake_ticks for row in model.problem.resources]
    price = LARGEST_COST / LARGEST_TIME if model.problem.objective == "makespan" else 0.0
    limit = model.limit / model.tick
    makespan = model.rows.variable(price, upper=limit)
    if not any(wakes):
        everything = [term for step in model.steps for term in step]
        model.rows.row([(1.0, makespan), *((-t, v) for t, v in everything)], low=0.0)
        return
    before: list[tuple[float, int]] = []
    for task, (kept, row) in enumerate(zip(model.reduction.modes, model.chosen, strict=True)):
        finish = model.rows.variable(upper=limit)
        step = [(-t, v) for t, v in model.steps[task]]
        model.rows.row([(1.0, finish), *before, *step], low=0.0)
        modes = [model.problem.tasks[task].modes[k] for k in kept]
        awake = [
            max([w for w, held in zip(wakes, mode.holds, strict=True) if held], default=0)
            for mode in modes
        ]
        run = [
            (-(wake + mode.ticks) / model.tick, x)
            for wake, mode, x in zip(awake, modes, row, strict=True)
        ]
        model.rows.row([(1.0, finish), *run], low=0.0)
        before = [(-1.0, finish)]
    model.rows.row([(1.0, makespan), *before], low=0.0)


def _add_budgets(model: SerialModel) -> None:
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
