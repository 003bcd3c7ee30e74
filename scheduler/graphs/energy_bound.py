"""A lower bound on the energy of any schedule of a graph, deadline and budgets included.

Each task costs at least its cheapest mode, less the idle power that it replaces. Limits that the
cheapest modes break get a price each (Lagrangian relaxation; Fisher, "The Lagrangian relaxation
method for solving integer programming problems", Management Science 27, 1981): the load of each
resource and every path must fit before the deadline, budgets and the loss must hold. Any prices
give a valid bound; a subgradient search with Polyak's steps looks for good ones.
"""

from math import isfinite

import numpy as np

from scheduler.graphs.awake_sets import AwakeSets, Floats
from scheduler.graphs.path_prices import PathPrices
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.reach import Reach, reach_of
from scheduler.graphs.tables import Tables, tables_of
from scheduler.tolerance import ACCURACY_SLACK

ROUNDS = 150
"""Steps of the search for prices."""


def energy_bound(problem: GraphProblem) -> float:
    """No schedule costs fewer joules; 0 at least.

    Raises ``Infeasible`` if a task is left without a mode for want of links.
    """
    tables = tables_of(problem)
    if not problem.tasks:
        return _fixed(problem)
    cost = _costs(tables, reach_of(tables))
    awake = AwakeSets(tables, _idle_watt_seconds(problem), cost)
    amounts, limits = _limits(tables, cost)
    paths = PathPrices(tables, _horizon(problem))
    prices = np.zeros(len(limits))
    best, _ = awake.cheapest(cost)
    ambition = float(np.where(np.isfinite(cost), cost, -np.inf).max(1).sum() - cost.min(1).sum())
    for _ in range(ROUNDS):
        priced = cost + np.tensordot(prices, amounts, 1) + paths.priced
        value, chosen = awake.cheapest(priced)
        value -= float(prices @ limits) + paths.total
        ambition *= 1.0 if value > best else 0.93
        best = max(best, value)
        taken = np.take_along_axis(amounts, chosen[None, :, None], axis=2).sum((1, 2)) - limits
        path, over = paths.longest(chosen)
        steepness = float(taken @ taken) + over * over
        if not steepness:
            break
        step = (best + ambition - value) / steepness
        prices = np.maximum(0.0, prices + step * taken)
        paths.move(path, step * over)
    return max(0.0, best + _fixed(problem))


def _idle_watt_seconds(problem: GraphProblem) -> list[float]:
    """By resource: joules of a tick of rest; 0 where they are not counted."""
    if problem.period_ticks is None or problem.tick_s is None:
        return [0.0] * len(problem.resources)
    return [resource.idle_power_w * problem.tick_s for resource in problem.resources]


def _fixed(problem: GraphProblem) -> float:
    """Rail and idle power as if nothing ran, and switches where they save more than they cost."""
    idle = _idle_watt_seconds(problem)
    joules = sum(idle) * (problem.period_ticks or 0)
    if problem.period_ticks is not None and problem.tick_s is not None:
        joules += problem.rail_power_w * problem.period_ticks * problem.tick_s
    for resource, tick_j in zip(problem.resources, idle, strict=True):
        saved = tick_j * resource.switch_ticks - resource.switch_energy_j
        joules -= max(0.0, saved) * max(0, len(problem.tasks) - 1)
    return joules


def _costs(tables: Tables, reach: Reach) -> Floats:
    """By task and mode: joules beyond idling; infinite for what no schedule can choose."""
    problem = tables.problem
    idle = _idle_watt_seconds(problem)
    cost = np.full((len(problem.tasks), max(map(len, tables.ticks))), np.inf)
    for task, row in enumerate(problem.tasks):
        for index, mode in enumerate(row.modes):
            if reach.tails[task][index] is not None:
                replaced = sum(idle[resource] for resource, _ in tables.held[task][index])
                cost[task, index] = mode.energy_j - replaced * mode.ticks
    return cost


def _horizon(problem: GraphProblem) -> int | None:
    """The tick by which everything has finished; None without a deadline and a period."""
    limits = (problem.deadline_ticks, problem.period_ticks)
    return min((limit for limit in limits if limit is not None), default=None)


def _limits(tables: Tables, cost: Floats) -> tuple[Floats, Floats]:
    """Amounts by limit, task and mode, and what they may add up to; scaled to about 1."""
    problem, horizon = tables.problem, _horizon(tables.problem)
    rows: list[tuple[Floats, float]] = []

    def add(amount: list[list[float]], limit: float) -> None:
        row = np.zeros_like(cost)
        for task, values in enumerate(amount):
            row[task, : len(values)] = values
        scale = max(abs(limit), float(np.abs(row).max()))
        if scale and isfinite(scale):
            rows.append((row / scale, limit / scale))

    modes = [task.modes for task in problem.tasks]
    for index, resource in enumerate(problem.resources):
        if horizon is not None:
            work = [[float(m.holds[index] * m.ticks) for m in row] for row in modes]
            add(work, resource.capacity * max(0.0, horizon - resource.wake_ticks))
    for index, budget in enumerate(problem.budgets):
        add([[float(m.uses[index]) if m.uses else 0.0 for m in row] for row in modes], budget.size)
    if problem.loss_budget is not None:
        lost = [[m.accuracy_loss for m in row] for row in modes]
        add(lost, problem.loss_budget + ACCURACY_SLACK * 2)
    amounts = np.array([row for row, _ in rows]).reshape(len(rows), *cost.shape)
    return amounts, np.array([limit for _, limit in rows])
