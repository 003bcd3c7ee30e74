"""Every planning algorithm by name: the one place to add the next."""

from importlib import import_module

from scheduler.expectation import make_plan
from scheduler.plan import Plan
from scheduler.problem import Problem

ALGORITHMS: dict[str, str] = {
    "chain-dp": "scheduler.algorithms.chain_dp",
    "brute-force": "scheduler.algorithms.brute_force",
    "best-single-core": "scheduler.algorithms.best_single_core",
    "one-cut": "scheduler.algorithms.one_cut",
}
"""Name to module; each module has ``solve(problem) -> Solution``."""

DEFAULT_ALGORITHM = "chain-dp"

BASELINES = ("best-single-core", "one-cut")
"""What every plan is compared with."""


def schedule(problem: Problem, algorithm: str = DEFAULT_ALGORITHM) -> Plan:
    """Plan a problem. Raises ``Infeasible``, and ``KeyError`` for an unknown algorithm."""
    solution = import_module(ALGORITHMS[algorithm]).solve(problem)
    return make_plan(
        problem,
        solution.assignment,
        method=algorithm,
        status=solution.status,
        lower_bound=solution.lower_bound,
    )
