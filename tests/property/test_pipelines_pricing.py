"""Pricing: energies with prices inside cost what the prices say, and both engines agree."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.bounds import idle_choices
from scheduler.expectation import expect
from scheduler.feasibility import is_feasible
from scheduler.infeasible import Infeasible
from scheduler.pipelines.chain_pricing import ChainPricer
from scheduler.pipelines.columns import make_column, resting_power_w
from scheduler.pipelines.decisions import Decision, parts
from scheduler.pipelines.pricing import EnumeratedPricer, Prices, assignments
from scheduler.pipelines.repricing import repriced, rests
from scheduler.problem import Problem
from scheduler.tabulation import make_problem
from tests.strategies import World, floats, worlds

many = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    world: World = draw(worlds(max_segments=3, max_cores=2))
    required = replace(world.requirements, objective="energy")
    try:
        return make_problem("random", world.graph, world.platform, required)
    except Infeasible:
        assume(False)
        raise


@st.composite
def prices(draw: st.DrawFn, problem: Problem) -> Prices:
    platform = problem.platform

    def each(things: tuple[object, ...], scale: float) -> tuple[float, ...]:
        return tuple(draw(st.just(0.0) | floats(0.0, scale)) for _ in things)

    return Prices(
        power=draw(st.sampled_from([0.0, 1.0])),
        core=each(platform.cores, 0.1),
        link=each(platform.links, 0.1),
        weights=each(platform.memories, 1e-6),
        activations=(0.0,) * len(platform.memories),
    )


@many
@given(st.data())
def test_energies_with_prices_inside_cost_what_the_prices_say(data: st.DataObject) -> None:
    problem = data.draw(problems())
    own = replace(data.draw(prices(problem)), weights=(0.0,) * len(problem.platform.memories))
    idle = data.draw(st.sampled_from(idle_choices(problem)))
    period_s = problem.period_ns / NANOSECONDS_PER_SECOND
    for assignment in [a for a in assignments(problem, idle) if is_feasible(problem, a)][:5]:
        reach = problem.reach(assignment.gates)
        for counted, share in (("expected", None), ("worst_case", reach)):
            if counted == "worst_case" and min(reach[:-1]) <= 0.0:
                continue
            other = rests(repriced(problem, own, share), idle)
            inside = expect(other, replace(assignment, idle=(0,) * len(idle)))
            resting_w = resting_power_w(other, (0,) * len(idle))
            cost_w = inside.energy_per_sample_j / period_s - resting_w
            column = make_column(problem, assignment, counted)
            assert cost_w == pytest.approx(
                own.cost(column), rel=1e-9, abs=1e-12 * (resting_w + 1.0)
            )


@many
@given(st.data())
def test_the_chain_planner_prices_as_a_list_of_everything_does(data: st.DataObject) -> None:
    problem = data.draw(problems())
    idle = data.draw(st.sampled_from(idle_choices(problem)))
    counted = data.draw(st.sampled_from(["worst_case", "expected"]))
    listed = EnumeratedPricer(problem, idle, counted)
    chain = ChainPricer(problem, idle, counted)
    for column in chain.starters():
        assert is_feasible(problem, column.assignment)
        assert column.assignment.idle == idle
    decisions: list[Decision] = []
    for _ in range(3):
        own = data.draw(prices(problem))
        ours, theirs = chain.price(own, decisions), listed.price(own, decisions)
        hasty = chain.price(own, decisions, exact=False)
        assert hasty.bound_w <= ours.bound_w + 1e-12 * abs(ours.bound_w)
        if not theirs.columns:
            assert ours.bound_w == float("inf")
            return
        scale = 1e-9 * (resting_power_w(problem, idle) + 1e-9)
        assert ours.bound_w <= theirs.bound_w + scale
        assert own.cost(ours.columns[0]) == pytest.approx(theirs.bound_w, rel=1e-9, abs=scale)
        reach = problem.reach(ours.columns[0].assignment.gates)
        if counted == "expected" or min(reach[:-1]) > 0.0:
            assert ours.bound_w == pytest.approx(theirs.bound_w, rel=1e-9, abs=10 * scale)
        best = theirs.columns[0].assignment
        assert all(decision.allows(ours.columns[0].assignment) for decision in decisions)
        choice = data.draw(st.sampled_from(list(parts(best))))
        value = {"gates": best.gates, "mode": best.modes, "knob": best.knobs, "codec": best.codecs}
        chosen = value[choice[0]]
        chosen = chosen if isinstance(chosen, int) else chosen[choice[1]]
        if chosen is not None:
            holds = data.draw(st.booleans())
            decisions.append(Decision(0, choice[0], choice[1], chosen, holds))
