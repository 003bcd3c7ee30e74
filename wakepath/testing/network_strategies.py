"""Strategies for task graphs: chains of segments with gates, codecs and knobs.

Each segment is drawn with its knobs, its gate and the codecs of the edge behind it, without names;
names are given at the end. A failing example can so lose whole segments while it shrinks.
"""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from devicemodels.operators import OperatorKind
from networks.wire import kept_elements, wire_bytes
from scheduler.taskgraph import (
    CLASSES,
    Codec,
    CutPoint,
    Edge,
    Gate,
    Knob,
    Operator,
    SampleClass,
    Segment,
    TaskGraph,
    WireFormat,
)
from wakepath.testing.amounts import (
    Numbers,
    among,
    amount,
    count,
    pick,
    reused,
    several,
    share,
)
from wakepath.testing.gate_strategies import with_choices
from wakepath.testing.platform_strategies import MAC_KINDS


@dataclass(frozen=True, slots=True)
class _Part:
    """A segment and what belongs to it, without names."""

    operator: Operator
    """What it computes."""
    knobs: tuple[Knob, ...]
    """Other ways to compute it."""
    gate: Gate | None
    """The gate after it."""
    codecs: tuple[Codec, ...]
    """Of the edge behind it, if one follows."""


@reused
@st.composite
def operators(
    draw: st.DrawFn,
    name: str = "o0",
    source: str = "input",
    kinds: tuple[OperatorKind, ...] = MAC_KINDS,
    numbers: Numbers = "round",
    width: int | None = None,
) -> Operator:
    """An operator that reads ``source``; of ``width`` float32 elements if that is given."""
    if width is None:
        width = draw(st.integers(1, 4 if numbers == "round" else 64))
    return Operator(
        name=name,
        kind=pick(draw, kinds),
        inputs=(source,),
        output_shape=(1, width),
        dtype="float32",
        macs=draw(count(numbers, 50, 100_000)),
        weight_bytes=draw(count(numbers, 20, 4_000)),
        output_bytes=4 * width,
    )


@reused
@st.composite
def codecs(draw: st.DrawFn, width: int, numbers: Numbers = "round") -> tuple[Codec, ...]:
    """``none``, perhaps ``int8`` or ``sparse``, perhaps ``float16``, which is free to make."""
    chosen = list(_raw(width))
    losses = amount(numbers, 5, 100.0, -0.01, 0.05)
    if draw(st.booleans()):
        encode = draw(operators("q", "input", ("quantise",), numbers, width))
        decode = draw(operators("d", "input", ("dequantise",), numbers, width))
        name, wire_format, size = pick(draw, _one_byte(width))
        chosen.append(
            Codec(name, wire_format, (1, width), size, (encode,), (decode,), draw(losses))
        )
    if draw(st.booleans()):
        chosen.append(Codec("float16", "float16", (1, width), 2 * width, (), (), draw(losses)))
    return tuple(chosen)


def _one_byte(width: int) -> tuple[tuple[str, WireFormat, int], ...]:
    """``int8``, and ``sparse`` with half of the elements: name, format and bytes."""
    sparse_bytes = wire_bytes("sparse-int8", (1, width), kept_elements(0.5, width))
    return (("int8", "int8", 4 + width), ("sparse", "sparse-int8", sparse_bytes))


def _raw(width: int) -> tuple[Codec, ...]:
    return (Codec("none", "float32", (1, width), 4 * width),)


@st.composite
def knobs(draw: st.DrawFn, last: Operator, numbers: Numbers = "round") -> tuple[Knob, ...]:
    """Perhaps ``thin``, another way to compute a segment that ends in ``last``."""
    if not draw(st.booleans()):
        return ()
    width = last.output_shape[1]
    other = draw(operators(last.name, last.inputs[0], MAC_KINDS, numbers, width))
    return (Knob("thin", (other,), draw(amount(numbers, 5, 100.0, -0.01, 0.05))),)


@reused
@st.composite
def gates(
    draw: st.DrawFn, name: str = "g0", segment: str = "s0", numbers: Numbers = "round"
) -> Gate:
    """A gate after ``segment``; perhaps it answers "positive" too."""
    head = draw(operators(f"{name}/head", "input", ("linear",), numbers, 1))
    threshold = draw(share(numbers))
    ends: dict[SampleClass, float] = {label: draw(share(numbers)) for label in CLASSES}
    if not draw(st.booleans()):
        return Gate(name, segment, (head,), threshold, ends)
    answers: dict[SampleClass, float] = {label: ends[label] / 2 for label in CLASSES}
    return Gate(name, segment, (head,), threshold, ends, (threshold + 1.0) / 2, answers)


@reused
@st.composite
def task_graphs(
    draw: st.DrawFn,
    max_segments: int = 4,
    max_gates: int = 2,
    *,
    numbers: Numbers = "round",
    with_codecs: bool = True,
    with_knobs: bool = True,
    with_gate_choices: bool = True,
) -> TaskGraph:
    """A chain of one-operator segments ``s0``, ``s1``, ... with gates after some of them.

    Gate ``g<i>`` follows segment ``s<i>``. Choices of gates, if there are any, were measured as a
    whole on a handful of drawn samples, so they never contradict each other.
    """
    part = _parts(numbers, max_gates > 0, with_codecs, with_knobs)
    parts = draw(several(part, 1, max_segments))
    for index, row in enumerate(parts):
        if sum(one.gate is not None for one in parts[: index + 1]) > max_gates:
            parts[index] = replace(row, gate=None)
    graph = replace(
        _named(parts),
        positive_share=draw(amount(numbers, 5, 10.0, 0.01, 0.5)),
        accuracy=draw(among(numbers, (1.0, 0.9), 0.9, 1.0)),
    )
    if with_gate_choices and graph.gates and draw(st.booleans()):
        return draw(with_choices(graph))
    return graph


@reused
@st.composite
def _parts(
    draw: st.DrawFn, numbers: Numbers, gated: bool, with_codecs: bool, with_knobs: bool
) -> _Part:
    operator = draw(operators(numbers=numbers))
    width = operator.output_shape[1]
    return _Part(
        operator,
        draw(knobs(operator, numbers)) if with_knobs else (),
        draw(st.none() | gates(numbers=numbers)) if gated else None,
        draw(codecs(width, numbers)) if with_codecs else _raw(width),
    )


def _named(parts: list[_Part]) -> TaskGraph:
    rows = [
        replace(part.operator, name=f"o{i}", inputs=(f"o{i - 1}" if i else "input",))
        for i, part in enumerate(parts)
    ]
    return TaskGraph(
        name="drawn",
        input_shape=(1, 2),
        input_dtype="float32",
        operators=tuple(rows),
        cut_points=tuple(
            CutPoint(row.name, row.output_shape, row.dtype, row.output_bytes) for row in rows[:-1]
        ),
        segments=tuple(
            Segment(f"s{i}", (row.name,), tuple(_renamed(knob, row) for knob in part.knobs))
            for i, (row, part) in enumerate(zip(rows, parts, strict=True))
        ),
        edges=tuple(_edge(i, part) for i, part in enumerate(parts[:-1])),
        gates=tuple(_gate(i, part.gate) for i, part in enumerate(parts) if part.gate is not None),
    )


def _renamed(knob: Knob, row: Operator) -> Knob:
    (other,) = knob.operators
    return replace(knob, operators=(replace(other, name=row.name, inputs=row.inputs),))


def _edge(index: int, part: _Part) -> Edge:
    name, shape = f"s{index}->s{index + 1}", part.operator.output_shape
    named = tuple(
        replace(
            codec,
            encode=tuple(replace(work, name=f"{name}/q") for work in codec.encode),
            decode=tuple(replace(work, name=f"{name}/d") for work in codec.decode),
        )
        for codec in part.codecs
    )
    return Edge(f"s{index}", f"s{index + 1}", shape, part.operator.output_bytes, named)


def _gate(index: int, gate: Gate) -> Gate:
    heads = tuple(replace(head, name=f"g{index}/head") for head in gate.operators)
    return replace(gate, name=f"g{index}", segment=f"s{index}", operators=heads)
