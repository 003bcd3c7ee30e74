"""The wearable's NPU against the rows of Syntiant's NDP120 that its laws were fitted to.

MLPerf Tiny closed division, v1.0 to v1.3, key word spotting (DS-CNN): latency and energy at both
operating points. The rows made the fit, so this shows that the fit was carried over rightly, not
that it predicts.
"""

import pytest
import torch

from devicemodels.catalog import load_platform
from devicemodels.cost import duration_ns
from devicemodels.power import active_power_w
from networks.tracing import trace
from networks.zoo.ds_cnn import DsCnn


@pytest.mark.parametrize(
    ("point_name", "latency_s", "energy_j"),
    [("low", 4.367e-3, 31.54e-6), ("high", 1.481e-3, 43.80e-6)],
)
def test_key_word_spotting(point_name: str, latency_s: float, energy_j: float) -> None:
    graph = trace(DsCnn().eval(), torch.zeros(1, 1, 49, 10), name="ds_cnn")
    npu = load_platform("wearable").core("npu")
    point = next(p for p in npu.operating_points if p.name == point_name)
    operators = [operator for operator in graph.operators if operator.kind != "softmax"]
    time_s = duration_ns(npu.cost, npu.name, "ds_cnn", operators, point.frequency_hz) / 1e9
    assert time_s == pytest.approx(latency_s, rel=0.15)
    assert time_s * active_power_w(npu, point) == pytest.approx(energy_j, rel=0.15)
