"""The rk3399's cores against published int8 runs that their laws were fitted to.

ncnn's benchmark page (NanoPC-T4) for the clusters, Rockchip's rknn_model_zoo (RK1808) for the NPU.
As with the wearable, this shows that the fit was carried over rightly, not that it predicts.
"""

import pytest
import torch
from pytorchcv.models.mobilenetv2 import mobilenetv2_w1
from pytorchcv.models.squeezenet import squeezenet_v1_1
from torch import nn

from devicemodels.catalog import load_platform
from devicemodels.cost import duration_ns
from networks.tracing import trace

PLATFORM = load_platform("rk3399")
IMAGE = torch.zeros(1, 3, 224, 224)


def fastest_s(core_name: str, network: nn.Module) -> float:
    core = PLATFORM.core(core_name)
    point = max(core.operating_points, key=lambda p: p.frequency_hz)
    graph = trace(network.eval(), IMAGE, name="published")
    return duration_ns(core.cost, core.name, "published", graph.operators, point.frequency_hz) / 1e9


@pytest.mark.parametrize(("core", "published_s"), [("little", 43.40e-3), ("big", 38.09e-3)])
def test_squeezenet_on_the_clusters(core: str, published_s: float) -> None:
    assert fastest_s(core, squeezenet_v1_1()) == pytest.approx(published_s, rel=0.25)


def test_mobilenet_v2_on_the_npu() -> None:
    assert fastest_s("npu", mobilenetv2_w1()) == pytest.approx(1 / 170.3, rel=0.05)


def test_every_core_has_several_operating_points_and_deepening_idle_states() -> None:
    for core in PLATFORM.cores:
        assert len(core.operating_points) >= 5
        powers = [state.power_w for state in core.idle_states]
        exits = [state.exit_latency_s for state in core.idle_states]
        assert powers == sorted(powers, reverse=True)
        assert exits == sorted(exits)
        assert len(powers) >= 3


@pytest.mark.parametrize("core", ["little", "big"])
def test_sleeping_pays_from_the_stated_residency_on(core: str) -> None:
    awake, *deeper = PLATFORM.core(core).idle_states
    for state in deeper:
        saved_j = (awake.power_w - state.power_w) * state.min_residency_s
        spent_j = state.entry_energy_j + state.exit_energy_j
        assert saved_j == pytest.approx(spent_j, rel=0.02)
