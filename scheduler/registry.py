"""Every planning algorithm by name: the one place to add the next."""

from importlib import import_module

from scheduler.expectation import make_plan
from scheduler.plan import Plan
from scheduler.problem import Problem
from scheduler.validity import check

ALGORITHMS: dict[str, str] = {
    "chain-dp": "scheduler.algorithms.chain_dp",
    "chain-bucketed": "scheduler.algorithms.chain_bucketed",
    "chain-milp": "scheduler.algorithms.chain_milp",
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


class WrongPlan(Exception):
    """An algorithm of ours made a plan that the checker refuses: a bug, never an answer."""


def schedule(problem: Problem, algorithm: str = DEFAULT_ALGORITHM) -> Plan:
    """Plan a problem; what comes back has passed the independent checker.

    Raises ``Infeasible``, and ``KeyError`` for an unknown algorithm.
    """
    solution = import_module(ALGORITHMS[algorithm]).solve(problem)
    plan = make_plan(
        problem,
        solution.assignment,
        method=algorithm,
        status=solution.status,
        lower_bound=solution.lower_bound,
    )
    violations = check(plan)
    if violations:
        rows = "\n".join(f"  {one.kind}: {one.message}" for one in violations)
        raise WrongPlan(f"{algorithm} made a wrong plan of '{problem.name}':\n{rows}")
    return plan
