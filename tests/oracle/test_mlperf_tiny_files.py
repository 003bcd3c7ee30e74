"""The files of the MLPerf Tiny benchmark, where they are at hand, against its published MACs.

They lie beside the project in ``../shared/data/mlperf_tiny_models`` and are not part of it.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from networks.files.registry import read_network
from networks.zoo.tiny import tiny_network

MODELS = Path(__file__).parents[2].parent / "shared" / "data" / "mlperf_tiny_models"

MACS = {
    "kws_ref_model.tflite": (2_656_768, 13),
    "kws_ref_model_float32.tflite": (2_656_768, 13),
    "pretrainedResnet.tflite": (12_501_632, 16),
    "pretrainedResnet_quant.tflite": (12_501_632, 16),
    "ad01_int8.tflite": (264_192, 10),
}
"""Multiply-accumulates and operators."""

FILES = {
    "kws": "kws_ref_model.tflite",
    "ic": "pretrainedResnet_quant.tflite",
    "ad": "ad01_int8.tflite",
    "vww": "vww_96_int8.tflite",
    "sww": "str_ww_ref_model.tflite",
}
"""The reference file of each network of the zoo, as the benchmark calls it."""


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


@pytest.mark.parametrize("name", FILES)
def test_the_zoo_has_the_same_networks(name: str) -> None:
    path = MODELS / FILES[name]
    if not path.exists():
        pytest.skip(f"{path} is not there")
    graph, ours = read_network(path), tiny_network(name)
    bare = [
        replace(each, operators=tuple(replace(o, quantisation=None) for o in each.operators))
        for each in (replace(graph, name=name), ours)
    ]
    assert bare[0] == bare[1]
    for theirs, mine in zip(graph.operators, ours.operators, strict=True):
        if mine.quantisation is not None:
            told, known = theirs.quantisation, mine.quantisation
            assert told is not None
            assert told.weight_dtype == known.weight_dtype
            assert told.weight_scales == known.weight_scales
            assert told.weight_entropy_bits == pytest.approx(known.weight_entropy_bits, abs=1e-4)
