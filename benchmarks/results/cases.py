"""The networks of the table of gains: traced, with what gates and codecs do to their answers.

The smartwatch's gates and codecs were trained and measured. For the others nothing was trained:
where gates sit, what they stop and what codecs cost in accuracy is ASSUMED here, and said so in the
table. Operators, MACs, weights and activations are real in all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import accumulate, product
from pathlib import Path

import torch
from torch import nn

from networks.tracing import trace
from networks.wire import wire_bytes
from networks.zoo.ds_cnn import INPUT_SHAPE, DsCnn
from scheduler.documents import read_taskgraph
from scheduler.taskgraph import (
    Codec,
    Edge,
    Gate,
    GateChoice,
    GateUse,
    Operator,
    TaskGraph,
    WireFormat,
)
from wakepath.scenario import load_scenario

SMARTWATCH = Path(__file__).parents[2] / "scenarios" / "smartwatch"

ASSUMED_ACCURACY = 0.95
ASSUMED_POSITIVE_SHARE = 0.1

ASSUMED_DEPTHS = (0.10, 0.35, 0.65)
"""A gate follows the segment in which this share of all MACs is reached."""

ASSUMED_PASSING = ((0.50, 0.42, 0.36), (0.30, 0.25, 0.21), (0.18, 0.14, 0.10))
"""Share of all negatives that come past each gate at each of three thresholds."""

ASSUMED_MISSED = ((0.003, 0.006, 0.010), (0.012, 0.016, 0.022), (0.024, 0.030, 0.040))
"""Share of all positives that the same gates and those before them stop."""

ASSUMED_CODECS: tuple[tuple[WireFormat, float], ...] = (("float16", 0.0005), ("int8", 0.002))
"""Accuracy that each codec loses wherever it is used."""

HEAD_WIDTH = 16
"""Hidden neurons of an assumed gate: mean over each channel, linear, linear."""


@dataclass(frozen=True, slots=True)
class Case:
    """One network of the table."""

    name: str
    """As the table calls it."""
    graph: TaskGraph
    """With gates, choices of gates and codecs."""
    period_s: float
    """Time between two samples."""
    accuracy_floor: float
    """Lowest accuracy of a plan."""
    recall_floor: float
    """Lowest recall of the gates."""
    assumed: bool
    """Whether gates and codecs are assumed."""


def cases() -> list[Case]:
    """All five, the largest first."""
    return [
        _assumed("ResNet-152", _resnet152),
        _assumed("MobileNetV2", _mobilenet_v2),
        _assumed("SqueezeNet 1.1", _squeezenet),
        _assumed("DS-CNN", DsCnn, INPUT_SHAPE),
        smartwatch(),
    ]


def smartwatch() -> Case:
    """The trained network of the scenario."""
    scenario = load_scenario(SMARTWATCH)
    return Case(
        "smartwatch",
        read_taskgraph(SMARTWATCH / "taskgraph.json"),
        scenario.workload.period_s,
        scenario.accuracy_floor,
        scenario.recall_floor,
        assumed=False,
    )


def _resnet152() -> nn.Module:
    from pytorchcv.models.resnet import resnet152  # noqa: PLC0415 - a test's dependency

    return resnet152()  # type: ignore[no-any-return]


def _mobilenet_v2() -> nn.Module:
    from pytorchcv.models.mobilenetv2 import mobilenetv2_w1  # noqa: PLC0415

    return mobilenetv2_w1()  # type: ignore[no-any-return]


def _squeezenet() -> nn.Module:
    from pytorchcv.models.squeezenet import squeezenet_v1_1  # noqa: PLC0415

    return squeezenet_v1_1()  # type: ignore[no-any-return]


def _assumed(
    name: str, make: Callable[[], nn.Module], shape: tuple[int, ...] = (1, 3, 224, 224)
) -> Case:
    graph = with_assumptions(trace(make().eval(), torch.zeros(shape), name=name))
    return Case(name, graph, 1.0, 0.945, 0.97, assumed=True)


def with_assumptions(traced: TaskGraph) -> TaskGraph:
    """``traced`` with the assumed gates, choices of gates and codecs."""
    gates = tuple(
        Gate(
            f"gate{number}",
            traced.segments[index].name,
            _head(f"gate{number}", traced.edges[index].shape),
            0.5,
            {"negative": 0.0, "positive": 0.0},
        )
        for number, index in enumerate(_positions(traced))
    )
    settings = product(range(len(ASSUMED_PASSING[0]) + 1), repeat=len(gates))
    return replace(
        traced,
        edges=tuple(_with_codecs(edge) for edge in traced.edges),
        gates=gates,
        gate_choices=tuple(_choice(gates, chosen) for chosen in settings),
        positive_share=ASSUMED_POSITIVE_SHARE,
        accuracy=ASSUMED_ACCURACY,
    )


def _positions(traced: TaskGraph) -> list[int]:
    """Segments that gates follow; never the last one."""
    macs = traced.segment_macs
    done = [so_far / sum(macs) for so_far in accumulate(macs)]
    found = (next(i for i, share in enumerate(done) if share >= depth) for depth in ASSUMED_DEPTHS)
    return sorted({index for index in found if index < len(traced.segments) - 1})


def _head(name: str, shape: tuple[int, ...]) -> tuple[Operator, ...]:
    channels = shape[1]
    return (
        Operator(
            f"{name}.mean", "global_pool", ("input",), (1, channels), "float32", 0, 0, 4 * channels
        ),
        _linear(f"{name}.hidden", f"{name}.mean", channels, HEAD_WIDTH),
        _linear(f"{name}.logit", f"{name}.hidden", HEAD_WIDTH, 1),
    )


def _linear(name: str, source: str, inputs: int, outputs: int) -> Operator:
    macs = inputs * outputs
    weights = 4 * (macs + outputs)
    return Operator(name, "linear", (source,), (1, outputs), "float32", macs, weights, 4 * outputs)


def _choice(gates: tuple[Gate, ...], settings: tuple[int, ...]) -> GateChoice:
    """Nested gates: who passes depends on the last gate used alone. Setting 0 leaves one out."""
    uses = []
    passing, found = 1.0, 1.0
    for number, (gate, setting) in enumerate(zip(gates, settings, strict=True)):
        if setting:
            now = ASSUMED_PASSING[number][setting - 1]
            still = 1.0 - ASSUMED_MISSED[number][setting - 1]
            rates = {"negative": 1.0 - now / passing, "positive": 1.0 - still / found}
            uses.append(GateUse(gate.name, 0.25 * setting, rates))  # type: ignore[arg-type]
            passing, found = now, still
    lost = ASSUMED_POSITIVE_SHARE * (1.0 - found)
    return GateChoice(tuple(uses), ASSUMED_ACCURACY - lost, found)


def _with_codecs(edge: Edge) -> Edge:
    codecs = tuple(
        Codec(
            wire,
            wire,
            edge.shape,
            wire_bytes(wire, edge.shape),
            (_convert(f"{edge.name}.{wire}.quantise", "quantise", edge.shape),),
            (_convert(f"{edge.name}.{wire}.dequantise", "dequantise", edge.shape),),
            loss,
        )
        for wire, loss in ASSUMED_CODECS
    )
    return replace(edge, codecs=(*edge.codecs, *codecs))


def _convert(name: str, kind: str, shape: tuple[int, ...]) -> Operator:
    elements = torch.Size(shape).numel()
    return Operator(name, kind, ("input",), shape, "float32", 0, 0, 4 * elements)  # type: ignore[arg-type]
