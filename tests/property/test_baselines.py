"""Baselines that search a stated space find the best of it, whatever is asked and limited."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product

from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from scheduler.algorithms import best_single_core, early_exit_mapper, neurosurgeon
from scheduler.bounds import idle_choices
from scheduler.enumeration import best_of, codec_choices, rank
from scheduler.expectation import Assignment, expect
from scheduler.infeasible import Infeasible
from scheduler.plan import Requirements
from scheduler.problem import Problem
from scheduler.registry import BASELINES, schedule
from scheduler.restriction import VARIANTS, Variant, restrict
from scheduler.solution import Solution
from scheduler.tabulation import make_problem
from scheduler.taskgraph import GateChoice, GateUse, TaskGraph
from scheduler.validity import check
from tests.strategies import floats, task_graphs, worlds

some = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)

OBJECTIVES = (
    "energy",
    "mean_power",
    "latency_mean",
    "latency_p99",
    "latency_max",
    "energy_delay_product",
)


def with_choices(graph: TaskGraph) -> TaskGraph:
    """Every subset of the gates, each a little less accurate than without."""
    choices = []
    for used in product((False, True), repeat=len(graph.gates)):
        uses = tuple(
            GateUse(gate.name, gate.threshold, gate.stop_rate)
            for gate, one in zip(graph.gates, used, strict=True)
            if one
        )
        choices.append(GateChoice(uses, graph.accuracy - 0.004 * len(uses), 1.0 - 0.1 * len(uses)))
    return replace(graph, gate_choices=tuple(choices))


@st.composite
def problems(draw: st.DrawFn, max_segments: int = 4) -> Problem:
    """Random chains with any objective and any of the limits."""
    world = draw(worlds(max_segments=max_segments))
    graph = with_choices(draw(task_graphs(max_segments, max_gates=2)))
    period_s = world.requirements.period_s
    limit = st.none() | floats(0.05, 1.5)

    def at_most(scale: float) -> float | None:
        share = draw(limit)
        return None if share is None else share * scale

    required = Requirements(
        objective=draw(st.sampled_from(OBJECTIVES)),
        period_s=period_s,
        deadline_s=world.requirements.deadline_s,
        accuracy_floor=graph.accuracy - draw(st.sampled_from((0.0, 0.005, 0.5))),
        class_prior=world.requirements.class_prior,
        recall_floor=draw(st.sampled_from((0.0, 0.85))),
        energy_limit_j=at_most(2e-3 * period_s),
        latency_mean_limit_s=at_most(0.2 * period_s),
        latency_p99_limit_s=at_most(0.5 * period_s),
    )
    try:
        return make_problem("random", graph, world.platform, required)
    except Infeasible:
        assume(False)
        raise


def ranked(problem: Problem, solution: Solution) -> tuple[float, float, float]:
    return rank(problem, expect(problem, solution.assignment))


def explicitly(problem: Problem, cuts: int) -> Iterator[Assignment]:
    """Every assignment with at most ``cuts`` changes of mode, in no clever way."""
    segments = len(problem.knobs)
    for path in product(range(len(problem.modes)), repeat=segments):
        if sum(a != b for a, b in pairwise(path)) > cuts:
            continue
        for codecs in codec_choices(problem, path):
            for idle, gates in product(idle_choices(problem), range(len(problem.gate_choices))):
                yield Assignment(path, codecs, idle, gates)


@some
@given(problems())
def test_whole_networks_and_single_cuts_are_searched_to_the_end(problem: Problem) -> None:
    for algorithm, cuts in ((best_single_core, 0), (neurosurgeon, 1)):
        try:
            expected = best_of(problem, explicitly(problem, cuts), "all", exhaustive=True)
        except Infeasible:
            expected = None
        try:
            found = algorithm.solve(problem)
        except Infeasible:
            found = None
        assert (found is None) == (expected is None)
        if found is not None and expected is not None:
            event(problem.requirements.objective)
            assert ranked(problem, found) == ranked(problem, expected)


@some
@given(problems())
def test_more_to_choose_from_is_never_worse(problem: Problem) -> None:
    for algorithm in (best_single_core, neurosurgeon, early_exit_mapper):
        found: dict[tuple[bool, bool], float] = {}
        for variant in VARIANTS:
            try:
                table = restrict(problem, gates=variant.gates, codecs=variant.codecs)
                found[variant.gates, variant.codecs] = ranked(table, algorithm.solve(table))[0]
            except Infeasible:
                continue
        for (gates, codecs), value in found.items():
            assert found[True, codecs] <= value
            assert found[gates, True] <= value


@some
@given(problems(max_segments=3), st.sampled_from(BASELINES), st.sampled_from(VARIANTS))
def test_plans_of_restricted_problems_are_sound(
    problem: Problem, name: str, variant: Variant
) -> None:
    try:
        table = restrict(problem, gates=variant.gates, codecs=variant.codecs)
        plan = schedule(table, name)
    except Infeasible:
        return
    event(name)
    assert check(plan) == ()
    assert variant.gates or not plan.gates
    assert variant.codecs or all(crossing.codec == "none" for crossing in plan.crossings)
