"""A front end is segments of the network: cut, exported and run by both adapters like the rest."""

from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from backends.adapter import Adapter
from backends.onnx_runtime import OnnxRuntime
from backends.torch_eager import TorchEager
from networks.frontend import LogMel, Standardise
from networks.gated import CutDesign, GatedNetwork
from networks.gated_graph import trace_gated
from networks.programs import programs


def _listener() -> GatedNetwork:
    """Half a second of sound in; a gate after the front end and one convolution."""
    hear = OrderedDict[str, nn.Module](
        mel=LogMel(8000, bands=20, floor=1e-2),
        standardise=Standardise(20),
        conv=nn.Conv1d(20, 8, 5, stride=2),
        activation=nn.ReLU(),
    )
    decide = OrderedDict[str, nn.Module](
        conv=nn.Conv1d(8, 12, 5),
        activation=nn.ReLU(),
        pool=nn.AdaptiveAvgPool1d(1),
        flat=nn.Flatten(),
        answer=nn.Linear(12, 1),
    )
    torch.manual_seed(0)
    parts = {"hear": nn.Sequential(hear), "decide": nn.Sequential(decide)}
    cuts = {"hear": CutDesign(channels=8, wire_channels=2, hidden=4)}
    return GatedNetwork("listener", (1, 1, 4000), parts, cuts).eval()


def test_a_front_end_is_segments_before_the_first_gate() -> None:
    taskgraph = trace_gated(_listener()).taskgraph
    assert [segment.name for segment in taskgraph.segments] == [
        *("hear.mel.spectrum.matmul", "hear.mel.spectrum.linear", "hear.mel.linear", "hear.conv"),
        *("decide.conv", "decide.answer"),
    ]
    assert [gate.segment for gate in taskgraph.gates] == ["hear.conv"]


@pytest.mark.parametrize("adapter", [TorchEager(), OnnxRuntime()], ids=lambda a: a.name)
def test_adapters_run_the_segments_of_a_front_end(adapter: Adapter) -> None:
    network = _listener()
    taskgraph = trace_gated(network).taskgraph
    made = programs(network, taskgraph)
    sound = np.random.default_rng(0).uniform(-1, 1, (1, 1, 4000)).astype(np.float32)
    activation = sound
    for segment in taskgraph.segments:
        key = f"segment:{segment.name}"
        activation = adapter.load(adapter.prepare(key, made[key].exported))(activation)
    with torch.no_grad():
        whole = network(torch.from_numpy(sound)).numpy()
    np.testing.assert_allclose(activation, whole, atol=1e-4)
