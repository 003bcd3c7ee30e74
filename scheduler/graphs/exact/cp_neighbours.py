"""Large neighbourhood search with CP-SAT: set part of the best schedule free, search, repeat."""

from math import floor
from random import Random

from scheduler.graphs.exact.cp_model import CpSatModel, build_model, set_objective
from scheduler.graphs.exact.cp_search import Placed, Search, energy_units, new_solver, read
from scheduler.graphs.exact.effort import LEAST_WORK
from scheduler.graphs.exact.horizon import horizon_of
from scheduler.graphs.exact.neighbourhoods import PICKS, Neighbourhood, freeze
from scheduler.graphs.exact.reduction import reduce
from scheduler.graphs.timing import play
from scheduler.infeasible import Infeasible

SMALLEST = 8
"""Tasks that are set free at least; problems of no more are left to the whole search."""

FIRST_SHARE = 0.15
"""Of the tasks, set free at first."""

GROWTH, DECLINE = 1.08, 0.93
"""Of the size of neighbourhoods that were searched to the end, and of those that were not."""

WORK, CONFLICTS = 0.04, 2000
"""Limits of one search: deterministic time, conflicts."""

LEAST_GAIN = 1e-5
"""Relative: a schedule that saves less energy is not looked for."""


def improve(
    search: Search, until: float, *, enough: float = 0.0, patience: int | None = None
) -> None:
    """Better schedules, until this share of the effort is spent or the value is ``enough``.

    It also gives up after so many neighbourhoods in a row as its ``patience`` that held nothing
    better.

    Kinds of neighbourhoods take turns, each with a size of its own that adapts.
    """
    count = len(search.problem.tasks)
    if search.best is None or count <= SMALLEST:
        return
    random = Random(search.effort.limits.seed)
    sizes = [max(float(SMALLEST), FIRST_SHARE * count)] * len(PICKS)
    turn, last = 0, 0
    while search.effort.spent() < until and not search.is_closed() and search.value() > enough:
        if patience is not None and turn - last > patience:
            return
        kind = turn % len(PICKS)
        turn += 1
        modes, timing = search.best
        free = PICKS[kind](search.problem, modes, timing, random, min(count, int(sizes[kind])))
        place = freeze(search.problem, modes, timing, free)
        before = search.value()
        finished = _search(search, place, turn)
        last = turn if search.value() < before else last
        factor = GROWTH if finished else DECLINE
        sizes[kind] = min(count + 1.0, max(float(SMALLEST), sizes[kind] * factor))


def _search(search: Search, place: Neighbourhood, turn: int) -> bool:
    """Look for something better in one neighbourhood; whether all of it was looked at."""
    assert search.best is not None
    model = _model(search, place)
    if model is None:
        search.effort.charge(LEAST_WORK)
        return True
    _hint(model, place, search.best)
    solver = new_solver(turn, presolve=True)
    solver.parameters.linearization_level = 0
    solver.parameters.max_deterministic_time = WORK
    solver.parameters.max_number_of_conflicts = CONFLICTS
    seconds, _ = search.effort.until(1.0)
    if seconds is not None:
        solver.parameters.max_time_in_seconds = seconds
    solver.solve(model.variables.model)
    search.effort.charge(solver.response_proto.deterministic_time)
    status = solver.status_name()
    if status in ("OPTIMAL", "FEASIBLE"):
        search.offer(*_expanded(search, place, read(model, solver)))
    return status != "UNKNOWN"


def _model(search: Search, place: Neighbourhood) -> CpSatModel | None:
    """A model of the better schedules of a neighbourhood; None if there clearly are none."""
    problem, value = place.problem, search.value()
    horizon = horizon_of(problem)
    if problem.objective == "makespan":
        horizon = min(horizon, floor(value) - 1)
    try:
        reduction = reduce(problem, horizon)
    except Infeasible:
        return None
    model = build_model(problem, reduction, horizon, queue_fair=True)
    set_objective(model, problem.objective)
    if problem.objective == "energy":
        most = energy_units(model, value - LEAST_GAIN * abs(value))
        model.variables.model.add(model.energy.expression <= most)
    return model


def _hint(model: CpSatModel, place: Neighbourhood, best: Placed) -> None:
    """What is in hand: not good enough, but near what may be."""
    variables = model.variables
    modes, timing = place.known(*best)
    for task, kept in enumerate(variables.reduction.modes):
        variables.model.add_hint(variables.starts[task], timing.starts[task])
        if len(kept) > 1:
            for k, literal in zip(kept, variables.chosen[task], strict=True):
                variables.model.add_hint(literal, k == modes[task])


def _expanded(search: Search, place: Neighbourhood, found: Placed) -> Placed:
    """A schedule of the neighbourhood as one of the whole problem."""
    modes, order = place.expand(found[0], found[1].order)
    edges = {(edge.source, edge.target): index for index, edge in enumerate(search.problem.edges)}
    transfers = []
    for index in found[1].transfer_order:
        edge = place.problem.edges[index]
        transfers.append(edges[place.tasks[edge.source], place.tasks[edge.target]])
    return tuple(modes), play(search.problem, modes, order, transfers)
