"""Baseline: layers on accelerators, exact under an energy budget, in the manner of AxoNN.

Dagli, Cieslewicz, McClurg, Belviranli, "AxoNN: energy-aware execution of neural network inference
on multi-accelerator heterogeneous SoCs", DAC 2022: each layer runs on one accelerator, a change of
accelerator costs time and energy, and a solver finds the fastest mapping whose energy keeps within
a budget. Gates, codecs, sleep and what a device draws between two samples are not in its model.

Theirs is solved with Z3, ours with the exact chain planner on the same model: every sample runs to
the end, transfers are raw, idle power is zero, and a wake-up is part of a change of accelerator.
A mode (core at an operating point) is an accelerator, which theirs, at fixed clocks, lacks. Their
budget is swept upwards: the lowest one whose fastest mapping meets the deadline is the same as the
least energy within the deadline, and higher budgets are least energies within shorter deadlines.
Gates, codecs and idle states are then chosen for each mapping, and the best plan of the sweep wins,
which is more than the paper does.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from math import inf

from scheduler.algorithms import chain_dp
from scheduler.expectation import Assignment, events
from scheduler.infeasible import Infeasible
from scheduler.placing.completion import best_completed
from scheduler.placing.idle_levels import idle_levels
from scheduler.placing.ungated import ungated
from scheduler.problem import Limits, Problem
from scheduler.solution import Solution

BUDGETS = 5
"""Budgets of the sweep: from the deadline's down to that of the fastest mapping."""


def solve(problem: Problem) -> Solution:
    """The best completed mapping. Raises ``Infeasible``."""
    models = (_model(problem, idle) for idle in idle_levels(problem))
    return best_completed(problem, (path for m in models for path in _sweep(m)), "axonn")


def _model(problem: Problem, idle: tuple[int, ...]) -> Problem:
    """What AxoNN sees: active energy and changes of accelerator, nothing between samples."""
    plain = ungated(problem)
    return replace(
        plain,
        requirements=replace(problem.requirements, objective="energy"),
        wake=tuple((states[state],) for states, state in zip(plain.wake, idle, strict=True)),
        idle_power_w=((0.0,),) * len(plain.wake),
        limits=Limits(inf, inf, inf, problem.limits.latency_max_ns, inf, inf),
    )


def _sweep(model: Problem) -> Iterator[tuple[int, ...]]:
    """Mappings of the budgets in ascending order of energy, each different from the one before."""
    path = _cheapest(model, model.limits.latency_max_ns)
    if path is None:
        return
    yield path
    fastest = replace(model, requirements=replace(model.requirements, objective="latency_max"))
    least_ns = _latency_ns(model, chain_dp.solve(fastest).assignment.modes)
    room_ns = model.limits.latency_max_ns - least_ns
    for step in range(BUDGETS - 2, -1, -1):
        before, path = path, _cheapest(model, least_ns + room_ns * step // (BUDGETS - 1))
        if path is not None and path != before:
            yield path


def _cheapest(model: Problem, deadline_ns: int) -> tuple[int, ...] | None:
    """The mapping of least energy within a deadline."""
    within = replace(model, limits=replace(model.limits, latency_max_ns=deadline_ns))
    try:
        return chain_dp.solve(within).assignment.modes
    except Infeasible:
        return None


def _latency_ns(model: Problem, path: tuple[int, ...]) -> int:
    """Time of a mapping in the model."""
    codecs = tuple(
        None if model.modes[m].core == model.modes[n].core else 0 for m, n in pairwise(path)
    )
    idle = (0,) * len(model.wake)
    return sum(event.cost.time_ns for event in events(model, Assignment(path, codecs, idle)))
