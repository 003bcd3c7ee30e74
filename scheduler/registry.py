"""Every planning algorithm by name: the one place to add the next."""

from importlib import import_module

from scheduler.expectation import make_plan
from scheduler.plan import Plan
from scheduler.problem import Problem

ALGORITHMS: dict[str, str] = {
    "chain-dp": "scheduler.algorithms.chain_dp",
    "chain-bucketed": "scheduler.algorithms.chain_bucketed",
    "brute-force": "scheduler.algorithms.brute_force",
    "best-single-core": "scheduler.algorithms.best_single_core",
    "race-to-idle": "scheduler.algorithms.race_to_idle",
    "neurosurgeon": "scheduler.algorithms.neurosurgeon",
    "dads": "scheduler.algorithms.dads",
    "axonn": "scheduler.algorithms.axonn",
    "heft": "scheduler.algorithms.heft",
    "cpop": "scheduler.algorithms.cpop",
    "peft": "scheduler.algorithms.peft",
    "heft-slack": "scheduler.algorithms.heft_slack",
    "early-exit-mapper": "scheduler.algorithms.early_exit_mapper",
}
"""Name to module; each module has ``solve(problem) -> Solution``."""

DEFAULT_ALGORITHM = "chain-dp"

BASELINES = (
    "best-single-core",
    "race-to-idle",
    "neurosurgeon",
    "dads",
    "axonn",
    "heft",
    "cpop",
    "peft",
    "heft-slack",
    "early-exit-mapper",
)
"""What every plan is compared with, with gates and codecs and without (`scheduler.restriction`)."""


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
