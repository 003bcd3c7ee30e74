"""A network in int8: against integers by hand, and what of it stays in float32."""

from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from networks.blocks import ConvBlock, MeanOverTime
from networks.contenders.quantising import RoundedNetwork
from networks.contenders.rounding import Grid, grid_of, weights_of
from networks.tracing import trace, trace_network
from networks.zoo.ds_cnn import INPUT_SHAPE, DsCnn
from scheduler.documents import dump_taskgraph, load_taskgraph
from tests.contender_worlds import build_listener, load_sounds, one_thread  # noqa: F401 - used


def chain() -> nn.Sequential:
    torch.manual_seed(2)
    conv = ConvBlock(2, 5, kernel=3, stride=2)
    assert conv.norm.running_mean is not None and conv.norm.running_var is not None
    nn.init.normal_(conv.norm.running_mean, std=0.2)
    nn.init.uniform_(conv.norm.running_var, 0.5, 2.0)
    nn.init.normal_(conv.norm.bias, std=0.3)
    parts = OrderedDict(
        conv=conv, pool=nn.MaxPool1d(2), mean=MeanOverTime(), answer=nn.Linear(5, 3)
    )
    return nn.Sequential(parts).eval()


def samples(count: int = 32) -> torch.Tensor:
    return torch.randn(count, 2, 16, generator=torch.Generator().manual_seed(4))


def test_a_grid_reaches_over_all_values_and_has_a_zero() -> None:
    values = torch.tensor([-0.3, 0.7, 0.2])
    grid = grid_of(values)
    assert grid.scale == pytest.approx(1 / 255)
    assert grid.rounded(torch.zeros(1)).item() == 0.0
    assert (grid.rounded(values) - values).abs().max() <= 0.51 * grid.scale
    assert grid_of(torch.tensor([2.0, 4.0])) == Grid(4.0 / 255, -128)
    assert grid_of(torch.zeros(3)).rounded(torch.zeros(3)).tolist() == [0.0] * 3


def test_weights_are_within_half_a_step_and_each_channel_uses_its_whole_scale() -> None:
    module = chain()
    traced = trace_network(module, samples(1), name="chain")
    weights = weights_of(traced.groups[0], traced.tensors)
    conv = module.get_submodule("conv")
    norm = conv.get_submodule("norm")
    assert isinstance(norm, nn.BatchNorm1d) and norm.running_var is not None
    gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    folded = conv.get_parameter("conv.weight") * gain[:, None, None]
    steps = weights.values / weights.scales[:, None, None]
    torch.testing.assert_close(steps, steps.round(), atol=1e-3, rtol=0)
    assert steps.abs().amax(dim=(1, 2)).round().tolist() == [127] * 5
    assert ((weights.values - folded).abs() <= 0.501 * weights.scales[:, None, None]).all()


def test_outputs_are_those_of_integer_arithmetic() -> None:
    """The chain once more, in numpy's integers, after the scheme of Jacob et al."""
    module, given = chain(), samples()
    network = RoundedNetwork(module, given, name="chain")
    graph = network.taskgraph()
    by_name = {operator.name: operator for operator in graph.operators}

    def grid(name: str) -> tuple[float, int]:
        quantisation = by_name[name].quantisation
        assert quantisation is not None and quantisation.output_scale is not None
        return quantisation.output_scale, quantisation.output_zero_point

    def stored(real: np.ndarray, name: str) -> np.ndarray:
        scale, zero = grid(name)
        return np.clip(np.rint(real / scale) + zero, -128, 127).astype(np.int64)

    traced = trace_network(module, given[:1], name="chain")
    conv, answer = (weights_of(traced.groups[i], traced.tensors) for i in (0, 3))
    x_scale, x_zero = grid("quantise")
    x = stored(given.numpy().astype(np.float64), "quantise")

    kernel = np.rint((conv.values / conv.scales[:, None, None]).numpy()).astype(np.int64)
    steps = conv.scales.numpy().astype(np.float64) * x_scale
    bias = np.rint(conv.bias.numpy() / steps).astype(np.int64)
    padded = np.pad(x - x_zero, ((0, 0), (0, 0), (1, 1)))
    places = np.stack([padded[:, :, i : i + 3] for i in range(0, 16, 2)], axis=2)
    sums = np.einsum("ncpk,ock->nop", places, kernel) + bias[:, None]
    y = stored(np.maximum(sums * steps[:, None], 0), "conv.conv")
    y = np.maximum(y[:, :, 0::2], y[:, :, 1::2])
    y_scale, y_zero = grid("conv.conv")
    m = stored((y - y_zero).mean(axis=2) * y_scale, "mean.mean")
    m_scale, m_zero = grid("mean.mean")

    matrix = np.rint((answer.values / answer.scales[:, None]).numpy()).astype(np.int64)
    steps = answer.scales.numpy().astype(np.float64) * m_scale
    bias = np.rint(answer.bias.numpy() / steps).astype(np.int64)
    out = stored(((m - m_zero) @ matrix.T + bias) * steps, "answer")
    scale, zero = grid("answer")
    said = np.rint(network(given).numpy() / scale).astype(np.int64) + zero
    # A sum on the border between two steps may be rounded the other way in float32.
    assert np.abs(said - out).max() <= 1
    assert (said == out).mean() > 0.97
    assert len(np.unique(out)) > 20


def test_it_says_nearly_what_float32_says_whatever_the_batch() -> None:
    torch.manual_seed(3)
    module, given = DsCnn().eval(), torch.randn(24, *INPUT_SHAPE[1:])
    network = RoundedNetwork(module, given[:16], name="ds-cnn")
    with torch.no_grad():
        whole, exact = network(given), module(given)
    spread = float(exact.std())
    assert float((whole - exact).abs().max()) < 0.3 * spread
    assert float((whole - exact).abs().max()) > 0
    torch.testing.assert_close(network(given[5:6]), whole[5:6])


def test_its_task_graph_has_the_same_work_in_a_quarter_of_the_bytes() -> None:
    module, given = chain(), samples()
    exact = trace(module, given[:1], name="chain")
    graph = RoundedNetwork(module, given, name="chain").taskgraph()
    assert load_taskgraph(dump_taskgraph(graph), "taskgraph.json") == graph
    first, *rest = graph.operators
    assert (first.name, first.kind, first.inputs) == ("quantise", "quantise", ("input",))
    assert [o.name for o in rest] == [o.name for o in exact.operators]
    assert [o.macs for o in rest] == [o.macs for o in exact.operators]
    assert [4 * o.output_bytes for o in rest] == [o.output_bytes for o in exact.operators]
    assert {o.dtype for o in graph.operators} == {"int8"}
    assert rest[0].weight_bytes == 5 * 2 * 3 + 4 * 5
    assert rest[0].quantisation is not None and rest[0].quantisation.weight_scales == 5
    assert [4 * e.raw_bytes for e in graph.edges] == [e.raw_bytes for e in exact.edges]


def test_a_front_end_stays_in_float32() -> None:
    torch.manual_seed(6)
    trunk = build_listener().eval().trunk
    given = torch.from_numpy(load_sounds("train").samples[:40])
    network = RoundedNetwork(trunk, given, name="beeps")
    graph = network.taskgraph()
    names = [operator.name for operator in graph.operators]
    start = names.index("quantise")
    assert names[start + 1].startswith("sense.")
    assert all(name.startswith("hear.") for name in names[:start])
    assert {o.dtype for o in graph.operators[:start]} == {"float32"}
    assert {o.dtype for o in graph.operators[start:]} == {"int8"}
    with torch.no_grad():
        exact = trunk(given)
    assert float((network(given) - exact).abs().max()) < 0.2 * float(exact.std())
