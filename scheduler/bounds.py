"""Lower bounds on the objective, for certificates and for pruning.

The Lagrangian bound moves the deadline into the objective at a price in watts: for any price
p >= 0, min over paths of (energy + p * (latency - deadline)) bounds the optimum from below
(Geoffrion 1974, "Lagrangean relaxation for integer programming"). Memory and accuracy are
relaxed altogether.
"""

from itertools import product
from math import inf

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.problem import Problem
from scheduler.steps import Step, Steps

BISECTIONS = 40


def idle_choices(problem: Problem) -> list[tuple[int, ...]]:
    """Every choice of one idle state a core."""
    return list(product(*(range(len(powers)) for powers in problem.idle_power_w)))


def standing_energy_j(problem: Problem, idle: tuple[int, ...]) -> float:
    """Energy over one period of a device to which nothing ever happens."""
    power_w = problem.platform.rail.power_w + problem.idle_power(idle)
    return power_w * problem.period_ns / NANOSECONDS_PER_SECOND


def priced(step: Step, price_w: float) -> float:
    """Energy of a step with its time paid at ``price_w``."""
    return step.energy_j + price_w * step.latency_ns / NANOSECONDS_PER_SECOND


def to_go(problem: Problem, steps: Steps, price_w: float) -> list[list[float]]:
    """Least priced energy still to come, by segment just done and its mode; inf if stuck."""
    modes = range(len(problem.modes))
    table = [[0.0 for _ in modes]]
    for onward in reversed(steps.onward):
        after = table[0]
        table.insert(
            0,
            [
                min((priced(s, price_w) + after[s.mode] for s in onward[m]), default=inf)
                for m in modes
            ],
        )
    return table


def latency_to_go(problem: Problem, steps: Steps) -> list[list[float]]:
    """Least latency in nanoseconds still to come, by segment just done and its mode."""
    modes = range(len(problem.modes))
    table = [[0.0 for _ in modes]]
    for onward in reversed(steps.onward):
        after = table[0]
        table.insert(
            0,
            [
                min((step.latency_ns + after[step.mode] for step in onward[m]), default=inf)
                for m in modes
            ],
        )
    return table


def fastest_ns(problem: Problem) -> float:
    """Least worst-case latency of any path, whatever it costs; inf if there is no path."""
    best = inf
    for idle, gates in product(idle_choices(problem), range(len(problem.gate_choices))):
        steps = Steps(problem, idle, gates)
        table = latency_to_go(problem, steps)[0]
        best = min(best, *(s.latency_ns + table[s.mode] for s in steps.first), inf)
    return best


def _path_at(problem: Problem, steps: Steps, price_w: float) -> tuple[float, int]:
    """Least priced energy over all paths, and the latency of one path that attains it."""
    table = to_go(problem, steps, price_w)
    here = min(steps.first, key=lambda s: priced(s, price_w) + table[0][s.mode])
    value = priced(here, price_w) + table[0][here.mode]
    latency_ns = here.latency_ns
    for segment, onward in enumerate(steps.onward, start=1):
        if not onward[here.mode]:
            return inf, latency_ns
        after = table[segment]
        here = min(onward[here.mode], key=lambda s: priced(s, price_w) + after[s.mode])
        latency_ns += here.latency_ns
    return value, latency_ns


def lagrangian_bound_j(problem: Problem, idle: tuple[int, ...], gates: int) -> float:
    """Lower bound on the expected energy per sample under one choice of idle states and gates."""
    steps = Steps(problem, idle, gates)
    if not steps.first:
        return inf
    deadline_ns = problem.limits.latency_max_ns
    standing = standing_energy_j(problem, idle)

    def bound(price_w: float) -> tuple[float, int]:
        value, latency_ns = _path_at(problem, steps, price_w)
        return standing + value - price_w * deadline_ns / NANOSECONDS_PER_SECOND, latency_ns

    best, latency_ns = bound(0.0)
    if latency_ns <= deadline_ns or best == inf:
        return best
    low, high = 0.0, 1e-3
    while bound(high)[1] > deadline_ns and high < 1e6:
        best = max(best, bound(high)[0])
        low, high = high, high * 10.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2.0
        value, latency_ns = bound(middle)
        best = max(best, value)
        low, high = (middle, high) if latency_ns > deadline_ns else (low, middle)
    return best


def lower_bound(problem: Problem) -> float:
    """Lower bound on the objective, in its SI unit."""
    if problem.requirements.objective == "latency_max":
        return fastest_ns(problem) / NANOSECONDS_PER_SECOND
    if problem.requirements.objective != "energy":
        return 0.0
    return min(
        lagrangian_bound_j(problem, idle, gates)
        for idle in idle_choices(problem)
        for gates in range(len(problem.gate_choices))
    )
