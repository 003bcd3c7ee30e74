"""Infeasibility is an answer: each limit's least relaxation is enough, and less is not."""

from dataclasses import replace
from pathlib import Path

import pytest

from devicemodels.catalog import load_platform
from scheduler.chains.optimum import optimise
from scheduler.documents import read_taskgraph
from scheduler.feasibility import is_feasible
from scheduler.infeasible import Infeasible
from scheduler.nearest import Conflict, conflict
from scheduler.plan import Requirements
from scheduler.problem import Problem
from scheduler.tabulation import make_problem

SMARTWATCH = Path(__file__).parents[2] / "scenarios/smartwatch/taskgraph.json"


def asked(**changes: object) -> Requirements:
    required = Requirements(
        objective="energy",
        period_s=0.5,
        deadline_s=0.001,
        accuracy_floor=0.984,
        class_prior={"negative": 0.85, "positive": 0.15},
        energy_limit_j=300e-6,
    )
    return replace(required, **changes)  # type: ignore[arg-type]


def watch(**changes: object) -> Problem:
    graph = read_taskgraph(SMARTWATCH)
    return make_problem("watch", graph, load_platform("wearable"), asked(**changes))


@pytest.fixture(scope="module")
def found() -> Conflict:
    with pytest.raises(Infeasible):
        optimise(watch())
    answer = conflict(watch())
    assert answer is not None
    return answer


def test_every_limit_that_can_help_is_named_with_what_is_enough(found: Conflict) -> None:
    enough = {report.name: report.enough for report in found.limits}
    assert list(enough) == ["deadline", "energy", "accuracy"]
    assert enough["accuracy"] is None
    for name, limit in (("deadline", "deadline_s"), ("energy", "energy_limit_j")):
        value = enough[name]
        assert value is not None
        optimise(watch(**{limit: value * (1 + 1e-9)}))
        with pytest.raises(Infeasible):
            optimise(watch(**{limit: value * (1 - 1e-6)}))


def test_each_limit_could_be_met_alone(found: Conflict) -> None:
    for report in found.limits:
        assert report.alone is not None
        if report.name == "accuracy":
            assert report.alone >= report.asked
        else:
            assert report.alone <= report.asked


def test_the_nearest_plan_breaks_one_limit_and_no_other(found: Conflict) -> None:
    assert found.relaxed == ("energy",)
    needed = found.expected.energy_per_sample_j
    assert not is_feasible(watch(), found.nearest)
    assert is_feasible(watch(energy_limit_j=needed * (1 + 1e-9)), found.nearest)


def test_memories_that_are_too_small_say_by_how_much() -> None:
    graph, platform = read_taskgraph(SMARTWATCH), load_platform("wearable")
    small = replace(
        platform, memories=tuple(replace(m, size_bytes=20_000) for m in platform.memories)
    )
    required = asked(deadline_s=0.1, accuracy_floor=0.9, energy_limit_j=None)
    problem = make_problem("watch", graph, small, required)
    answer = conflict(problem)
    assert answer is not None
    assert answer.relaxed == ("memory",)
    (memory,) = (report for report in answer.limits if report.name == "memory")
    assert memory.enough is not None
    assert memory.enough > 1.0
    for times, fits in ((memory.enough, True), (memory.enough * 0.999, False)):
        sizes = tuple(replace(m, size_bytes=round(20_000 * times)) for m in small.memories)
        again = make_problem("watch", graph, replace(small, memories=sizes), required)
        if fits:
            optimise(again)
        else:
            with pytest.raises(Infeasible):
                optimise(again)
