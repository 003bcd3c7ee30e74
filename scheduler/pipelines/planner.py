"""Plans several pipelines for one device: column generation, confirmed by simulation.

One idle state a core holds for all pipelines, so the choices of idle states are the first branches
of the search. A combination that misses a deadline when it is simulated becomes a cut, and the
next best one is tried.
"""

from collections.abc import Sequence

from devicemodels.platform import Core, Link, Memory
from scheduler.bounds import idle_choices
from scheduler.feasibility import explain
from scheduler.pipelines.budget import WORST_CASE, Budget, Capacity, capacity
from scheduler.pipelines.columns import resting_power_w
from scheduler.pipelines.combinations import Combination, Cut, cuts_of, tightened, used
from scheduler.pipelines.engines import pricer_for
from scheduler.pipelines.infeasibility import explain_shared
from scheduler.pipelines.relaxing import Relaxing
from scheduler.pipelines.search import Search
from scheduler.pipelines.shared_plan import Confirm, SharedPlan
from scheduler.pipelines.trial import METHOD, Trial
from scheduler.plan import Certificate
from scheduler.problem import Problem
from scheduler.tolerance import FIGURE_RELATIVE

ROUNDS = 8
"""Combinations that the simulation may refuse, in order of their power, before others are tried."""

TIGHTENINGS = 12
"""How often contended cores and links are then tightened before planning gives up."""

NODES = 100
"""Nodes that a search looks at before it is content with the gap it has."""


def plan_together(
    problems: Sequence[Problem],
    *,
    budget: Budget = WORST_CASE,
    priorities: Sequence[int] | None = None,
    confirm: Confirm | None = None,
    rounds: int = ROUNDS,
    tightenings: int = TIGHTENINGS,
    nodes: int = NODES,
) -> SharedPlan:
    """The plans of least mean power of the device, one a problem, with a certificate.

    Each plan keeps its own problem's limits; the objectives of the problems do not matter, for it
    is the mean power of the device that they share. ``priorities`` are ``rate_monotonic`` if not
    given.

    With ``confirm``, combinations are simulated: first in order of their power, until one meets
    all deadlines or ``rounds`` have been refused, each by a cut on the pipelines that met; then
    the cores and links at which they met are tightened, up to ``tightenings`` times. A deadline
    that was kept in a simulation is confirmed, not proved. The certificate's bound holds for all
    combinations that were not refused one by one.

    Raises ``Infeasible``, and ``ValueError`` if there are no problems or they are for different
    platforms.
    """
    _require_one_platform(problems)
    limits = capacity(problems[0].platform, budget)
    branches = [_relaxing(problems, idle, budget, limits) for idle in idle_choices(problems[0])]
    for p, problem in enumerate(problems):
        if all(p in one.impossible for one in branches):
            raise explain(problem, METHOD)
    trial = Trial(problems, priorities, confirm)
    search = Search(branches, limits, nodes)
    cuts: list[Cut] = []
    while (found := search.best(cuts)).columns is not None:
        if trial.passes(found.columns):
            return _shared_plan(trial, budget, found.columns, found.value_w, found.bound_w, 0)
        cuts += cuts_of(found.columns, trial.late)
        if len(trial.refused) > rounds:
            break
    for count in range(1, tightenings + 1):
        if found.columns is None:
            break
        limits = tightened(limits, trial.refused[-1].columns, trial.late)
        other = Search([one.within(limits) for one in branches], limits, nodes).best([])
        if other.columns is None:
            break
        if trial.passes(other.columns):
            bound_w = min(found.bound_w, other.value_w)
            return _shared_plan(trial, budget, other.columns, other.value_w, bound_w, count)
    raise explain_shared(problems, budget, trial.refused, search.shortage)


def _relaxing(
    problems: Sequence[Problem], idle: tuple[int, ...], budget: Budget, limits: Capacity
) -> Relaxing:
    pricers = [pricer_for(problem, idle, budget.counted) for problem in problems]
    return Relaxing(pricers, limits, resting_power_w(problems[0], idle))


def _require_one_platform(problems: Sequence[Problem]) -> None:
    if not problems:
        raise ValueError("there is no pipeline to plan")
    first = problems[0].platform
    for problem in problems[1:]:
        if problem.platform != first:
            raise ValueError(
                f"'{problem.name}' is for platform '{problem.platform.name}' and "
                f"'{problems[0].name}' for another, '{first.name}': pipelines that share cores "
                "need one platform"
            )


def _shared_plan(
    trial: Trial,
    budget: Budget,
    columns: Combination,
    value_w: float,
    bound_w: float,
    tightenings: int,
) -> SharedPlan:
    plans, shared = trial.plans, used(columns)
    platform = plans[0].platform
    return SharedPlan(
        name="+".join(plan.name for plan in plans),
        budget=budget,
        plans=plans,
        priorities=trial.priorities,
        idle=plans[0].idle,
        mean_power_w=value_w,
        core_utilisation=dict(zip(_names(platform.cores), shared.core, strict=True)),
        link_utilisation=dict(zip(_names(platform.links), shared.link, strict=True)),
        memory=dict(zip(_names(platform.memories), shared.memory, strict=True)),
        certificate=_certificate(value_w, bound_w),
        deadline_cuts=len(trial.refused) - max(0, tightenings - 1),
        tightenings=tightenings,
        confirmation=trial.confirmation,
    )


def _names(things: tuple[Core, ...] | tuple[Link, ...] | tuple[Memory, ...]) -> list[str]:
    return [thing.name for thing in things]


def _certificate(value_w: float, bound_w: float) -> Certificate:
    optimal = value_w - bound_w <= FIGURE_RELATIVE * value_w
    bound_w = value_w if optimal else bound_w
    return Certificate(
        method=METHOD,
        status="optimal" if optimal else "feasible",
        lower_bound=bound_w,
        gap=(value_w - bound_w) / value_w if value_w > 0.0 else 0.0,
    )
