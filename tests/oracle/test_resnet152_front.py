"""The front of ResNet-152 against exact optima of one figure, which know nothing of fronts."""

from itertools import product

import pytest
import torch
from pytorchcv.models.resnet import resnet152

from benchmarks.resnet152 import gated, problem
from networks.tracing import trace
from scheduler.chains.front import Front, front
from scheduler.expectation import expect, make_plan
from scheduler.infeasible import Infeasible
from scheduler.registry import schedule
from scheduler.taskgraph import TaskGraph
from scheduler.validity import check

ROUNDING = 1.0 + 1e-9

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def chain() -> TaskGraph:
    return gated(trace(resnet152(), torch.zeros(1, 3, 224, 224), name="resnet152"))


@pytest.fixture(scope="module")
def found(chain: TaskGraph) -> Front:
    return front(problem(chain))


def test_it_has_a_thousand_plans_each_of_them_what_it_says(chain: TaskGraph, found: Front) -> None:
    table = problem(chain)
    assert len(found.points) >= 1000
    assert found.epsilons == (0.01, 0.01, 0.001)
    assert len({point.assignment for point in found.points}) == len(found.points)
    for point in found.points:
        expected = expect(table, point.assignment)
        figures = expected.energy_per_sample_j, expected.latency_max_s, expected.accuracy
        assert point.values == pytest.approx(figures, rel=1e-9)
        assert expected.latency_max_s <= 0.230
        assert expected.accuracy >= 0.93 - 1e-9


def test_the_checker_passes_its_plans(chain: TaskGraph, found: Front) -> None:
    table = problem(chain)
    for point in found.points[:: len(found.points) // 40]:
        energy = point.values[0]
        plan = make_plan(
            table, point.assignment, method="chain-dp", status="feasible", lower_bound=0.0
        )
        assert check(plan) == ()
        assert plan.expected.energy_per_sample_j == pytest.approx(energy, rel=1e-9)


@pytest.mark.parametrize(
    ("deadline_s", "floor"),
    list(product((0.153, 0.156, 0.165, 0.18, 0.2, 0.229), (0.93, 0.9365, 0.941, 0.9455, 0.9499))),
)
def test_no_exact_optimum_beats_it_by_more_than_its_width(
    chain: TaskGraph, found: Front, deadline_s: float, floor: float
) -> None:
    energy, latency, accuracy = found.epsilons
    try:
        best = schedule(problem(chain, deadline_s=deadline_s, accuracy_floor=floor))
    except Infeasible:
        assert not any(p.values[1] <= deadline_s and p.values[2] >= floor for p in found.points)
        return
    least_j = best.expected.energy_per_sample_j
    assert any(
        point.values[0] <= least_j * (1.0 + energy) * ROUNDING
        and point.values[1] <= best.expected.latency_max_s * (1.0 + latency) * ROUNDING
        and point.values[2] >= best.expected.accuracy - accuracy * chain.accuracy * ROUNDING
        for point in found.points
    )
    within = [
        p.values[0] for p in found.points if p.values[1] <= deadline_s and p.values[2] >= floor
    ]
    assert min(within, default=least_j) >= least_j / ROUNDING
