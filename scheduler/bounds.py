"""Lower bounds on the objective, for the certificates of methods that prove nothing themselves.

Limits are relaxed at prices (Lagrange), the choices that hold for a whole plan are gone through one
by one, in order of their bounds.
"""

from itertools import product
from math import inf

from scheduler.problem import Problem


def idle_choices(problem: Problem) -> list[tuple[int, ...]]:
    """Every choice of one idle state a core."""
    return list(product(*(range(len(powers)) for powers in problem.idle_power_w)))


def lower_bound(problem: Problem) -> float:
    """Lower bound on the objective, in its SI unit; infinity where the bound shows that there is
    no plan at all."""
    from scheduler.chains.goals import bounds_of, goal_of  # noqa: PLC0415 - compiles
    from scheduler.chains.model import Chain  # noqa: PLC0415
    from scheduler.chains.moves import Prices  # noqa: PLC0415
    from scheduler.chains.search import lagrangian_bound  # noqa: PLC0415

    chain = Chain(problem, Prices.none(problem))
    goal = goal_of(problem.requirements.objective, problem.period_ns)
    return lagrangian_bound(chain, goal, bounds_of(chain)) * goal.unit


def fastest_ns(problem: Problem) -> float:
    """Least worst-case latency of any plan, whatever it costs; infinity if there is none."""
    from scheduler.chains.goals import Bounds, Goal  # noqa: PLC0415 - compiles
    from scheduler.chains.model import Chain  # noqa: PLC0415
    from scheduler.chains.moves import Prices  # noqa: PLC0415
    from scheduler.chains.search import minimise  # noqa: PLC0415
    from scheduler.kernels.arcs import MAX  # noqa: PLC0415

    answer = minimise(Chain(problem, Prices.none(problem)), Goal((MAX,)), Bounds())
    return inf if answer.best is None else answer.best.key[0]
