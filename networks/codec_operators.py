"""What the codecs of a gated cut compute on both cores, and what they put on the wire."""

from dataclasses import replace
from math import prod

import torch

from devicemodels.operators import OperatorKind
from networks.codecs import CODEC_WIRE_FORMATS, GENERIC_CODECS, CodecName, CutDesign
from networks.gated import GatedNetwork
from networks.tracing import trace
from networks.wire import kept_elements, wire_bytes
from scheduler.taskgraph import Codec, Edge, Operator

_FLOAT32_BYTES = 4


def codecs_of(network: GatedNetwork, part: str, edge: Edge) -> tuple[Codec, ...]:
    """``none`` as the edge has it, the generic formats, and those that the cut was designed with.

    ``edge`` is the one behind the gated part.
    """
    cut = network.cuts[part]
    generic = [_plain(part, name, edge.shape) for name in GENERIC_CODECS[1:]]
    return (*edge.codecs, *generic, *(_trained(network, part, cut, c, edge) for c in cut.codecs))


def operators_of(
    module: torch.nn.Module, example: torch.Tensor, prefix: str
) -> tuple[Operator, ...]:
    """The operators of a small module, named apart from the trunk's."""
    traced = trace(module, example, name=prefix.rstrip("."))
    return tuple(
        replace(
            operator,
            name=prefix + operator.name,
            inputs=tuple(i if i == "input" else prefix + i for i in operator.inputs),
        )
        for operator in traced.operators
    )


def _trained(
    network: GatedNetwork, part: str, cut: CutDesign, name: CodecName, edge: Edge
) -> Codec:
    if name == "sparse":
        return _sparse(part, cut, edge.shape)
    learned = network.learned_codec(part, name)
    assert learned is not None, "every codec of a design but 'sparse' is a module"
    activation = torch.zeros(edge.shape)
    encoder, decoder = learned.encoder, learned.decoder
    with torch.no_grad():
        sent = encoder(activation)
    encode = operators_of(encoder, activation, f"{part}_codec.{name}.encode.")
    decode = operators_of(decoder, sent, f"{part}_codec.{name}.decode.")
    return _plain(part, name, tuple(sent.shape), encode, decode)


def _plain(
    part: str,
    name: CodecName,
    shape: tuple[int, ...],
    encode: tuple[Operator, ...] = (),
    decode: tuple[Operator, ...] = (),
) -> Codec:
    """A codec with the wire's own conversion after its encoder and before its decoder."""
    wire_format = CODEC_WIRE_FORMATS[name]
    size = wire_bytes(wire_format, shape)
    prefix = f"{part}_codec.{name}."
    source = encode[-1].name if encode else "input"
    quantised = replace(
        _element_wise(f"{prefix}quantise", "quantise", source, shape),
        dtype=wire_format,
        output_bytes=size,
    )
    dequantised = _element_wise(f"{prefix}dequantise", "dequantise", "input", shape)
    decoded = tuple(
        replace(o, inputs=tuple(dequantised.name if i == "input" else i for i in o.inputs))
        for o in decode
    )
    return Codec(
        name=name,
        wire_format=wire_format,
        wire_shape=shape,
        wire_bytes=size,
        encode=(*encode, quantised),
        decode=(dequantised, *decoded),
    )


def _sparse(part: str, cut: CutDesign, shape: tuple[int, ...]) -> Codec:
    """Selection and rounding before the wire; behind it, rounding undone and elements put back.

    No law prices a selection. It passes over all elements several times and compares them, which is
    what the kind ``softmax`` is priced for, so that is its kind: some 30 cycles an element on a
    small core, where quickselect takes 2 to 4 comparisons of about 7 cycles. A core that has no
    softmax, such as an NPU of products and elements alone, cannot select either.
    """
    elements = prod(shape)
    kept = kept_elements(cut.sparse_share, elements)
    size = wire_bytes("sparse-int8", shape, kept)
    prefix = f"{part}_codec.sparse."
    selected = _element_wise(f"{prefix}select", "softmax", "input", shape)
    quantised = replace(
        _element_wise(f"{prefix}quantise", "quantise", selected.name, (1, kept)),
        dtype="int8",
        output_bytes=size,
    )
    dequantised = _element_wise(f"{prefix}dequantise", "dequantise", "input", (1, kept))
    placed = _element_wise(f"{prefix}place", "concat", dequantised.name, shape)
    return Codec(
        name="sparse",
        wire_format="sparse-int8",
        wire_shape=shape,
        wire_bytes=size,
        encode=(selected, quantised),
        decode=(dequantised, placed),
    )


def _element_wise(name: str, kind: OperatorKind, source: str, shape: tuple[int, ...]) -> Operator:
    """An operator without weights and products that writes float32."""
    return Operator(
        name=name,
        kind=kind,
        inputs=(source,),
        output_shape=shape,
        dtype="float32",
        macs=0,
        weight_bytes=0,
        output_bytes=_FLOAT32_BYTES * prod(shape),
    )
