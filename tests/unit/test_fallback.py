"""A plan for when a core is off, and that it fits into the place of the one that it stands for."""

from pathlib import Path

import pytest

from devicemodels.catalog import load_platform
from scheduler.documents import read_taskgraph
from scheduler.fallback import fallback_plan, without_core
from scheduler.infeasible import Infeasible
from scheduler.plan import Requirements
from scheduler.registry import schedule
from scheduler.tabulation import make_problem
from scheduler.validity import check
from simulator.engine import simulate
from simulator.faults.kinds import CoreFailure, Faults, Reaction
from simulator.trace import Outcome
from simulator.workload import drawn
from tests.simulator_worlds import SegmentSpec, bus, chain_plan, core

SMARTWATCH = Path("scenarios/smartwatch/taskgraph.json")


@pytest.fixture(scope="module")
def plan():
    graph = read_taskgraph(SMARTWATCH)
    prior = {"negative": 0.9, "positive": 0.1}
    required = Requirements("energy", 0.5, 0.1, 0.9, prior)
    return schedule(make_problem("watch", graph, load_platform("wearable"), required))


@pytest.mark.parametrize("dead", ["dsp", "cpu", "npu"])
def test_the_others_take_over_with_the_same_gates(plan, dead):
    spare = fallback_plan(plan, dead)
    assert dead not in {placement.core for placement in spare.placements}
    assert (spare.gates, spare.task_graph) == (plan.gates, plan.task_graph)
    assert (spare.platform, spare.idle) == (plan.platform, plan.idle)
    # all that the checker holds against it are figures, which are those of the cores that are left
    assert {violation.kind for violation in check(spare)} <= {"figure"}
    failures = Faults((CoreFailure(dead, 0),), (Reaction(fallbacks={dead: spare}),))
    trace = simulate(plan, drawn(plan, 500_000_000, 200, seed=1), faults=failures)
    assert (trace.samples.outcome == Outcome.COMPLETED).all()
    later = trace.activities.sample > 0  # the first is released before the core goes off
    assert trace.faults.planned[later].all()


def test_a_platform_without_a_core_has_what_the_others_need():
    platform = chain_plan(
        [SegmentSpec("a", 1), SegmentSpec("b", 1)],
        cores=[core("a"), core("b"), core("c")],
        links=[bus(["a", "b"], name="ab"), bus(["a", "b", "c"], name="abc")],
    ).platform
    rest = without_core(platform, "b")
    assert [one.name for one in rest.cores] == ["a", "c"]
    assert [memory.name for memory in rest.memories] == ["a-ram", "c-ram"]
    assert [(link.name, link.connects) for link in rest.links] == [("abc", ("a", "c"))]
    with pytest.raises(KeyError):
        without_core(platform, "d")


def test_the_only_core_cannot_be_done_without():
    with pytest.raises(Infeasible, match="has no fallback without core 'a'"):
        fallback_plan(chain_plan([SegmentSpec("a", 1)]), "a")
