"""The best plan for a chain, as the rest of the scheduler asks for it."""

from dataclasses import replace

from scheduler.chains.goals import Goal, bounds_of, goal_of
from scheduler.chains.model import Chain
from scheduler.chains.moves import Prices
from scheduler.chains.search import minimise
from scheduler.infeasible import Infeasible
from scheduler.kernels.arcs import CHARGED
from scheduler.problem import Problem
from scheduler.solution import Solution


def optimise(problem: Problem, *, prices: Prices | None = None, gap: float = 0.0) -> Solution:
    """The best plan of a chain, proved.

    Parameters
    ----------
    problem
        What is planned; every objective and every limit is kept to.
    prices
        What the plan pays for what it shares with others; the objective must then be energy, and
        the bound is on energy with prices.
    gap
        Relative distance between plan and bound that is good enough; 0 asks for the optimum.

    Raises
    ------
    Infeasible
        No plan keeps all limits; ``scheduler.feasibility.explain`` says why.
    ValueError
        Prices with another objective than energy, or negative ones.
    """
    chain = Chain(problem, prices or Prices.none(problem))
    goal = _goal(problem, prices)
    answer = minimise(chain, goal, bounds_of(chain), gap=gap)
    if answer.best is None:
        raise Infeasible(
            f"no plan for '{problem.name}' on platform '{problem.platform.name}' keeps all limits",
            "this was proved; ask for a plan without prices to hear which limits are in the way",
        )
    value = answer.best.key[0]
    return Solution(
        answer.best.assignment(),
        "optimal" if not gap and answer.bound >= value else "feasible",
        answer.bound * goal.unit,
    )


def _goal(problem: Problem, prices: Prices | None) -> Goal:
    objective = problem.requirements.objective
    if prices is None:
        return goal_of(objective, problem.period_ns)
    if objective != "energy":
        raise ValueError(f"prices are in joules: plan for energy, not for {objective}")
    if min((0.0, *prices.core_w, *prices.link_w, *prices.memory_j_per_byte)) < 0.0:
        raise ValueError("a price is negative: it would pay for use, and bounds would not hold")
    return replace(goal_of("energy", problem.period_ns), figures=(CHARGED,))
