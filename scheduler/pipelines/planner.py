"""Plans several pipelines for one device: column generation, confirmed by simulation.

One idle state a core holds for all pipelines, so the choices of idle states are an outer loop, in
order of what the best combination under each costs at least. A combination that misses a deadline
when it is simulated becomes a cut, and the next best one is tried.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush
from math import inf

from devicemodels.platform import Core, Link, Memory
from scheduler.bounds import idle_choices, lower_bound
from scheduler.expectation import make_plan
from scheduler.feasibility import explain
from scheduler.pipelines.budget import Budget, Capacity, capacity
from scheduler.pipelines.columns import resting_power_w
from scheduler.pipelines.combinations import Combination, Cut, cuts_of, used
from scheduler.pipelines.engines import pricer_for
from scheduler.pipelines.infeasibility import Tried, explain_shared
from scheduler.pipelines.priorities import rate_monotonic
from scheduler.pipelines.search import Found, Search
from scheduler.pipelines.shared_plan import Confirm, Confirmation, SharedPlan
from scheduler.plan import Certificate, Plan
from scheduler.problem import Problem
from scheduler.tolerance import FIGURE_RELATIVE

METHOD = "column-generation"

ROUNDS = 20
"""Combinations that the simulation may refuse before planning gives up."""

NODES = 200
"""Nodes that the search may look at under one choice of idle states."""


@dataclass(order=True, frozen=True, slots=True)
class _Open:
    """A choice of idle states, and what is known of the best combination under it."""

    key_w: float
    """Mean power of the best combination if it was searched for, ``bound_w`` before."""
    number: int
    bound_w: float = field(compare=False)
    """No combination under it that keeps all cuts has less."""
    idle: tuple[int, ...] = field(compare=False)
    search: Search = field(compare=False)
    found: Found | None = field(compare=False)
    """None before the search."""


def plan_together(
    problems: Sequence[Problem],
    *,
    budget: Budget = Budget(),  # noqa: B008 - frozen
    priorities: Sequence[int] | None = None,
    confirm: Confirm | None = None,
    rounds: int = ROUNDS,
    nodes: int = NODES,
) -> SharedPlan:
    """The plans of least mean power of the device, one a problem, with a certificate.

    Each plan keeps its own problem's limits; the objectives of the problems do not matter, for it
    is the mean power of the device that they share. ``priorities`` are ``rate_monotonic`` if not
    given. With ``confirm``, combinations are simulated in order of their power until one meets
    all deadlines: that is confirmation, not proof. Raises ``Infeasible``, and ``ValueError`` if
    there are no problems or they are for different platforms.
    """
    _require_one_platform(problems)
    limits = capacity(problems[0].platform, budget)
    heap = [
        _opened(problems, idle, budget, limits, number)
        for number, idle in enumerate(idle_choices(problems[0]))
    ]
    for p, problem in enumerate(problems):
        if all(p in one.search.impossible for one in heap):
            raise explain(problem, METHOD)
    heapify(heap)
    cuts: dict[tuple[int, ...], list[Cut]] = {one.idle: [] for one in heap}
    tried = Tried(problems, budget)
    while heap:
        best = heappop(heap)
        if best.key_w == inf:
            break
        if best.found is None:
            found = best.search.best(cuts[best.idle], nodes)
            tried.record(found)
            heappush(heap, replace(best, key_w=found.value_w, bound_w=found.bound_w, found=found))
            continue
        columns = best.found.columns
        assert columns is not None
        plans = _plans(problems, columns)
        order = tuple(rate_monotonic(plans) if priorities is None else priorities)
        confirmation = None if confirm is None else confirm(plans, order)
        late = [] if confirmation is None else _late(confirmation)
        if not late:
            bound_w = min(one.bound_w for one in (best, *heap))
            platform, shared = problems[0].platform, used(columns)
            return SharedPlan(
                name="+".join(plan.name for plan in plans),
                budget=budget,
                plans=plans,
                priorities=order,
                idle=plans[0].idle,
                core_utilisation=dict(zip(_names(platform.cores), shared.core, strict=True)),
                link_utilisation=dict(zip(_names(platform.links), shared.link, strict=True)),
                memory=dict(zip(_names(platform.memories), shared.memory, strict=True)),
                certificate=_certificate(best.found.value_w, bound_w),
                mean_power_w=best.found.value_w,
                deadline_cuts=len(tried.late),
                confirmation=confirmation,
            )
        assert confirmation is not None
        tried.late.append((plans, confirmation))
        if len(tried.late) > rounds:
            break
        cuts[best.idle] += cuts_of(columns, late)
        heappush(heap, replace(best, key_w=best.bound_w, found=None))
    raise explain_shared(tried)


def _opened(
    problems: Sequence[Problem],
    idle: tuple[int, ...],
    budget: Budget,
    limits: Capacity,
    number: int,
) -> _Open:
    pricers = [pricer_for(problem, idle, budget.counted) for problem in problems]
    search = Search(pricers, limits, resting_power_w(problems[0], idle))
    least_w = search.least_w()
    return _Open(least_w, number, least_w, idle, search, None)


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


def _plans(problems: Sequence[Problem], columns: Combination) -> tuple[Plan, ...]:
    return tuple(
        make_plan(
            problem,
            column.assignment,
            method=METHOD,
            status="feasible",
            lower_bound=lower_bound(problem),
        )
        for problem, column in zip(problems, columns, strict=True)
    )


def _names(things: tuple[Core, ...] | tuple[Link, ...] | tuple[Memory, ...]) -> list[str]:
    return [thing.name for thing in things]


def _late(confirmation: Confirmation) -> list[int]:
    return [p for p, seen in enumerate(confirmation.pipelines) if seen.late]


def _certificate(value_w: float, bound_w: float) -> Certificate:
    optimal = value_w - bound_w <= FIGURE_RELATIVE * value_w
    bound_w = value_w if optimal else bound_w
    return Certificate(
        method=METHOD,
        status="optimal" if optimal else "feasible",
        lower_bound=bound_w,
        gap=(value_w - bound_w) / value_w if value_w > 0.0 else 0.0,
    )
