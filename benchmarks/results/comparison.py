"""Our plan beside every baseline's, on one network, platform and deadline after the other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.results.cases import Case
from devicemodels.cost import MeasuredTimes
from devicemodels.platform import Platform
from scheduler.infeasible import Infeasible
from scheduler.placing.shortfall import NoPlacement
from scheduler.plan import Plan, Requirements
from scheduler.problem import Problem
from scheduler.registry import BASELINES, DEFAULT_ALGORITHM, schedule
from scheduler.restriction import VARIANTS, Variant, restrict
from scheduler.tabulation import make_problem
from scheduler.validity import check

MULTIPLES = (1.02, 1.25, 1.6, 2.5, 5.0)
"""Deadlines, as multiples of the worst-case latency of the fastest plan."""

SAME = 1e-12
"""Relative difference that the order of a sum may make."""

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What one algorithm made of one problem."""

    algorithm: str
    """Its name in the registry."""
    variant: Variant
    """What it had to choose from."""
    plan: Plan | None
    """Passed by the independent checker; None if there is none."""
    binding: str
    """What stops its placements if there is none; empty otherwise."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything about one deadline."""

    multiple: float
    """Of the fastest plan's latency."""
    deadline_s: float
    """The deadline."""
    floor_j: float
    """Energy over one period of the rail and of all cores in their most frugal idle states."""
    ours: Plan
    """Proved optimal with gates and codecs."""
    baselines: tuple[Result, ...]
    """By baseline, and for each of them by variant."""

    def beyond_j(self, plan: Plan) -> float:
        """Energy per sample beyond a device to which nothing ever happens."""
        return plan.expected.energy_per_sample_j - self.floor_j

    def ratio(self, result: Result) -> float | None:
        """How many times our energy beyond the floor a baseline needs; None without a plan."""
        if result.plan is None:
            return None
        return self.beyond_j(result.plan) / self.beyond_j(self.ours)

    def of_variant(self, variant: Variant) -> list[Result]:
        """What all baselines made of one variant."""
        return [result for result in self.baselines if result.variant == variant]

    def best(self, variant: Variant) -> Result | None:
        """The best baseline of a variant; of equal ones the first."""
        found = [r for r in self.of_variant(variant) if r.plan is not None]
        return min(found, key=lambda r: self.ratio(r) or 0.0, default=None)

    def worse_than(self) -> list[Result]:
        """The baselines that our plan is worse than: there should be none."""
        most = self.ours.objective_value * (1.0 - SAME)
        return [r for r in self.baselines if r.plan is not None and r.plan.objective_value < most]


@dataclass(frozen=True, slots=True)
class Block:
    """One network on one platform."""

    case: Case
    """The network."""
    platform: Platform
    """The platform."""
    fastest_s: float
    """Worst-case latency of the fastest plan; 0 if there is none."""
    comparisons: tuple[Comparison, ...]
    """By deadline; empty if the platform cannot run the network."""
    reason: str
    """Why it cannot; empty otherwise."""


def has_times(platform: Platform) -> bool:
    """Whether the platform's cores have laws, or times that were measured."""
    return any(
        not isinstance(core.cost, MeasuredTimes) or core.cost.time_s for core in platform.cores
    )


def compare(
    case: Case,
    platform: Platform,
    progress: Progress,
    multiples: Sequence[float] = MULTIPLES,
) -> Block:
    """All deadlines of one network on one platform."""
    try:
        problem = _problem(case, platform, case.period_s, objective="latency_max")
        fastest_s = schedule(problem).expected.latency_max_s
    except Infeasible as infeasible:
        return Block(case, platform, 0.0, (), f"{infeasible.reason}: {infeasible.detail}")
    comparisons = []
    for multiple in multiples:
        deadline_s = min(case.period_s, multiple * fastest_s)
        progress(f"{case.name} on {platform.name}, deadline {multiple} x {fastest_s:.4g} s")
        problem = _problem(case, platform, deadline_s, objective="energy")
        comparisons.append(_compared(problem, multiple, deadline_s))
    return Block(case, platform, fastest_s, tuple(comparisons), "")


def _problem(case: Case, platform: Platform, deadline_s: float, *, objective: str) -> Problem:
    share = case.graph.positive_share
    required = Requirements(
        objective=objective,  # type: ignore[arg-type]
        period_s=case.period_s,
        deadline_s=deadline_s,
        accuracy_floor=case.accuracy_floor,
        class_prior={"negative": 1.0 - share, "positive": share},
        recall_floor=case.recall_floor,
    )
    return make_problem(case.name, case.graph, platform, required)


def _compared(problem: Problem, multiple: float, deadline_s: float) -> Comparison:
    return Comparison(
        multiple=multiple,
        deadline_s=deadline_s,
        floor_j=problem.floor_j,
        ours=_checked(problem, DEFAULT_ALGORITHM),
        baselines=tuple(_results(problem)),
    )


def _results(problem: Problem) -> Iterator[Result]:
    for variant in VARIANTS:
        try:
            table = restrict(problem, gates=variant.gates, codecs=variant.codecs)
        except Infeasible:
            for name in BASELINES:
                yield Result(name, variant, None, "gates are needed")
            continue
        for name in BASELINES:
            try:
                yield Result(name, variant, _checked(table, name), "")
            except NoPlacement as none:
                yield Result(name, variant, None, none.binding)


def _checked(problem: Problem, algorithm: str) -> Plan:
    plan = schedule(problem, algorithm)
    violations = check(plan)
    if violations:
        raise RuntimeError(f"{algorithm}: {violations[0].kind}: {violations[0].message}")
    return plan
