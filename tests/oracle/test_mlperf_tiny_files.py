"""The files of the MLPerf Tiny benchmark, where they are at hand, against its published MACs.

They lie beside the project in ``../shared/data/mlperf_tiny_models`` and are not part of it.
"""

from pathlib import Path

import pytest

from networks.files.registry import read_network

MODELS = Path(__file__).parents[2].parent / "shared" / "data" / "mlperf_tiny_models"

MACS = {
    "kws_ref_model.tflite": (2_656_768, 13),
    "kws_ref_model_float32.tflite": (2_656_768, 13),
    "pretrainedResnet.tflite": (12_501_632, 16),
    "pretrainedResnet_quant.tflite": (12_501_632, 16),
    "ad01_int8.tflite": (264_192, 10),
}
"""Multiply-accumulates and operators."""


@pytest.mark.parametrize("name", MACS)
def test_macs(name: str) -> None:
    path = MODELS / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    graph = read_network(path)
    assert (sum(o.macs for o in graph.operators), len(graph.operators)) == MACS[name]


def test_residual_blocks_are_not_cut_inside() -> None:
    path = MODELS / "pretrainedResnet_quant.tflite"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    graph = read_network(path)
    heavy = [sum(o.macs > 0 for o in graph.segment_operators(s)) for s in graph.segments]
    assert heavy == [1, 2, 3, 3, 1]
