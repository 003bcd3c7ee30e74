"""Multiply-accumulates of known networks, against figures from outside this project."""

from collections.abc import Callable

import pytest
import torch
from pytorchcv.models.mobilenetv2 import mobilenetv2_w1
from pytorchcv.models.resnet import resnet152
from pytorchcv.models.squeezenet import squeezenet_v1_1
from torch import nn

from networks.tracing import trace
from networks.zoo.ds_cnn import INPUT_SHAPE, DsCnn


@pytest.mark.parametrize(
    ("make", "macs"),
    [(resnet152, 11.28e9), (mobilenetv2_w1, 314e6), (squeezenet_v1_1, 349e6)],
    ids=["resnet152", "mobilenetv2", "squeezenet1.1"],
)
def test_imagenet_networks(make: Callable[[], nn.Module], macs: float) -> None:
    module = make()
    graph = trace(module, torch.zeros(1, 3, 224, 224), name="oracle")
    assert sum(o.macs for o in graph.operators) == pytest.approx(macs, rel=0.005)
    parameters = sum(p.numel() * p.element_size() for p in module.parameters())
    assert sum(o.weight_bytes for o in graph.operators) == parameters
    assert graph.is_chain
    assert all(any(o.macs for o in graph.segment_operators(s)) for s in graph.segments)


def test_ds_cnn_is_mlperf_tinys() -> None:
    graph = trace(DsCnn(), torch.zeros(INPUT_SHAPE), name="ds_cnn")
    assert sum(operator.macs for operator in graph.operators) == 2_656_768
