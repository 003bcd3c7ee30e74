"""Two exact engines that share nothing but the problem's table agree: labels, and path flow."""

from dataclasses import replace
from math import isfinite

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from pytorchcv.models.resnet import resnet152

from benchmarks.resnet152 import platform, with_codecs
from networks.tracing import trace
from scheduler.infeasible import Infeasible
from scheduler.plan import Requirements
from scheduler.registry import schedule
from scheduler.tabulation import make_problem
from tests.strategies import World, worlds


def value_or_none(world: World, algorithm: str) -> float | None:
    try:
        problem = make_problem("random", world.graph, world.platform, world.requirements)
        return schedule(problem, algorithm).objective_value
    except Infeasible:
        return None


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(worlds(max_segments=5))
def test_on_random_chains(world: World) -> None:
    assume(world.requirements.objective != "energy_delay_product")
    labels, program = value_or_none(world, "chain-dp"), value_or_none(world, "chain-milp")
    assert (labels is None) == (program is None)
    if labels is not None:
        assert isfinite(labels)
        assert program == pytest.approx(labels, rel=2e-9)


@pytest.mark.heavy
@pytest.mark.parametrize("deadline_s", [0.2, 0.3])
def test_on_resnet152(deadline_s: float) -> None:
    traced = trace(resnet152(), torch.zeros(1, 3, 224, 224), name="resnet152")
    assert len(traced.segments) >= 50
    graph = replace(traced, accuracy=0.95, edges=tuple(with_codecs(e) for e in traced.edges))
    full = platform()
    cores = tuple(replace(core, idle_states=core.idle_states[1:2]) for core in full.cores)
    required = Requirements("energy", 0.5, deadline_s, 0.945, {"negative": 0.9, "positive": 0.1})
    problem = make_problem("resnet152", graph, replace(full, cores=cores), required)
    labels, program = schedule(problem), schedule(problem, "chain-milp")
    assert labels.certificate.status == program.certificate.status == "optimal"
    assert program.objective_value == pytest.approx(labels.objective_value, rel=1e-9)
