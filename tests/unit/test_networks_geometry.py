"""Traced operators know how they lie over their input, as readers of files do."""

import io
from typing import Literal

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from devicemodels.operators import MAC_KINDS, Geometry
from networks.files import onnx_file
from networks.gated_graph import trace_gated
from networks.tracing import trace
from networks.zoo import network_spec
from scheduler.taskgraph import TaskGraph

WITH_GEOMETRY = {"conv", "depthwise_conv", "linear", "pool", "global_pool"}


def one(module: nn.Module, *shape: int) -> Geometry | None:
    (operator,) = trace(module, torch.zeros(shape), name="one").operators
    return operator.geometry


def test_by_hand() -> None:
    conv = nn.Conv2d(4, 6, (5, 3), stride=(2, 1), padding=2, dilation=(1, 2), groups=2)
    assert one(conv, 1, 4, 20, 30) == Geometry(4, 6, (20, 30), (5, 3), (2, 1), (1, 2), 2)
    same = nn.Conv1d(3, 3, 5, padding="same", groups=3)
    assert one(same, 1, 3, 20) == Geometry(3, 3, (20,), (5,), (1,), (1,), 3)
    assert one(nn.Linear(7, 2), 1, 7) == Geometry(7, 2)
    assert one(nn.Linear(7, 2), 1, 9, 7) == Geometry(7, 2)
    assert one(nn.MaxPool1d(3), 1, 4, 20) == Geometry(4, 4, (20,), (3,), (3,), (1,))
    assert one(nn.AvgPool2d((3, 2), 1), 1, 4, 9, 8) == Geometry(
        4, 4, (9, 8), (3, 2), (1, 1), (1, 1)
    )
    assert one(nn.AdaptiveAvgPool2d((3, 2)), 1, 4, 9, 8) == Geometry(
        4, 4, (9, 8), (3, 4), (3, 4), (1, 1)
    )
    whole = Geometry(4, 4, (9, 8), (9, 8), (9, 8), (1, 1))
    assert one(nn.AdaptiveAvgPool2d(1), 1, 4, 9, 8) == whole


class Mean(nn.Module):
    def __init__(self, axes: tuple[int, ...]) -> None:
        super().__init__()
        self.axes = axes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(self.axes)


def test_a_mean_over_the_map_is_a_window_over_the_map() -> None:
    assert one(Mean((-1, 2)), 1, 4, 9, 8) == Geometry(4, 4, (9, 8), (9, 8), (9, 8), (1, 1))
    assert one(Mean((1,)), 1, 4, 9, 8) is None


def test_windows_that_differ_have_no_geometry() -> None:
    assert one(nn.AdaptiveAvgPool2d((4, 2)), 1, 4, 9, 8) is None


@st.composite
def conv_networks(draw: st.DrawFn) -> tuple[nn.Module, tuple[int, ...]]:
    """Convolutions of all kinds and poolings, in one or two dimensions, and a linear."""
    rank = draw(st.sampled_from([1, 2]))
    channels = first = draw(st.sampled_from([1, 3, 4]))
    layers: list[nn.Module] = []
    conv, pool = ((nn.Conv1d, nn.MaxPool1d), (nn.Conv2d, nn.AvgPool2d))[rank - 1]
    kinds = st.sampled_from(["conv", "depthwise", "grouped", "pool"])
    for kind in draw(st.lists(kinds, min_size=1, max_size=4)):
        if kind == "pool":
            layers.append(pool(2, draw(st.sampled_from([1, 2]))))
            continue
        groups = {"conv": 1, "depthwise": channels, "grouped": 2 if channels % 2 == 0 else 1}[kind]
        made = groups * draw(st.integers(1, 3))
        stride = draw(st.integers(1, 2))
        padding: int | Literal["same"] = "same" if stride == 1 else 2
        dilation = draw(st.integers(1, 2))
        kernel = draw(st.sampled_from([1, 3, 5]))
        layers.append(conv(channels, made, kernel, stride, padding, dilation, groups))
        layers += [nn.BatchNorm1d(made) if rank == 1 else nn.BatchNorm2d(made), nn.ReLU()]
        channels = made
    size = tuple(draw(st.integers(40, 50)) for _ in range(rank))
    features = nn.Sequential(*layers)(torch.zeros(2, first, *size)).flatten(1).shape[1]
    whole = nn.Sequential(*layers, nn.Flatten(), nn.Linear(features, 3)).eval()
    return whole, (1, first, *size)


def as_file(module: nn.Module, shape: tuple[int, ...]) -> TaskGraph:
    program = torch.onnx.export(module, (torch.zeros(shape),), dynamo=True, verbose=False)
    assert program is not None
    data = io.BytesIO()
    program.save(data)
    return onnx_file.read(data.getvalue(), "exported", "exported.onnx")


@pytest.mark.heavy
@settings(derandomize=True, database=None, deadline=None, max_examples=15)
@given(conv_networks())
def test_an_exported_network_has_the_same_geometry(
    made: tuple[nn.Module, tuple[int, ...]],
) -> None:
    traced = trace(made[0], torch.zeros(made[1]), name="traced")
    read = as_file(*made)

    def work(graph: TaskGraph) -> list[object]:
        return [
            (o.kind, o.macs, o.dtype, o.geometry)
            for o in graph.operators
            if o.kind in WITH_GEOMETRY
        ]

    assert work(traced) == work(read)
    assert all(o.geometry is not None for o in traced.operators if o.kind in WITH_GEOMETRY)


def test_gates_and_codecs_have_geometry_and_types() -> None:
    graph = trace_gated(network_spec("smartwatch").build()).taskgraph
    operators = [
        *graph.operators,
        *(o for gate in graph.gates for o in gate.operators),
        *(o for e in graph.edges for c in e.codecs for o in (*c.encode, *c.decode)),
    ]
    assert len(operators) > len(graph.operators)
    for operator in operators:
        if operator.kind != "quantise":
            assert operator.dtype == "float32"
        if operator.kind in MAC_KINDS:
            geometry = operator.geometry
            assert geometry is not None
            window = 1
            for length in geometry.kernel:
                window *= length
            reads = window * geometry.input_channels // geometry.groups
            assert operator.macs == operator.output_elements * reads


@pytest.mark.parametrize(("dtype", "size"), [(torch.float16, 2), (torch.float64, 8)])
def test_the_element_type_is_that_of_the_weights(dtype: torch.dtype, size: int) -> None:
    module = nn.Linear(7, 2, bias=False).to(dtype)
    (operator,) = trace(module, torch.zeros(1, 7, dtype=dtype), name="typed").operators
    assert operator.dtype == str(dtype).removeprefix("torch.")
    assert operator.weight_bytes == 14 * size
