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
    trained = [
        _sparse(part, cut, edge.shape) if name == "sparse" else _learned(network, part, name, edge)
        for name in cut.codecs
    ]
    return (*edge.codecs, *generic, *trained)


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


def _learned(network: GatedNetwork, part: str, name: CodecName, edge: Edge) -> Codec:
    """The wire's conversion after a learned encoder and before its decoder.

    Encoders and decoders without products only move elements, and the conversion touches each of
    those anyway: all is one pass then.
    """
    module = network.learned_codec(part, name)
    assert module is not None, "every codec of a design but 'sparse' is a module"
    activation = torch.zeros(edge.shape)
    encoder, decoder = module.encoder, module.decoder
    with torch.no_grad():
        sent = encoder(activation)
    encode = operators_of(encoder, activation, f"{part}_codec.{name}.encode.")
    decode = operators_of(decoder, sent, f"{part}_codec.{name}.decode.")
    plain = _plain(part, name, tuple(sent.shape))
    (quantised,), (dequantised,) = plain.encode, plain.decode
    if not any(operator.macs for operator in (*encode, *decode)):
        spread = replace(dequantised, output_shape=edge.shape, output_bytes=edge.raw_bytes)
        return replace(plain, encode=(_with(quantised, encode),), decode=(_with(spread, decode),))
    quantised = replace(quantised, inputs=(encode[-1].name,))
    decode = tuple(
        replace(o, inputs=tuple(dequantised.name if i == "input" else i for i in o.inputs))
        for o in decode
    )
    return replace(plain, encode=(*encode, quantised), decode=(dequantised, *decode))


def _with(conversion: Operator, moves: tuple[Operator, ...]) -> Operator:
    return replace(
        conversion,
        fused=tuple(move.kind for move in moves),
        weight_bytes=sum(move.weight_bytes for move in moves),
    )


def _plain(part: str, name: CodecName, shape: tuple[int, ...]) -> Codec:
    """The wire's own conversion and nothing else."""
    wire_format = CODEC_WIRE_FORMATS[name]
    size = wire_bytes(wire_format, shape)
    prefix = f"{part}_codec.{name}."
    quantised = replace(
        _element_wise(f"{prefix}quantise", "quantise", "input", shape),
        dtype=wire_format,
        output_bytes=size,
    )
    dequantised = _element_wise(f"{prefix}dequantise", "dequantise", "input", shape)
    return Codec(name, wire_format, shape, size, (quantised,), (dequantised,))


def _sparse(part: str, cut: CutDesign, shape: tuple[int, ...]) -> Codec:
    """Selection and rounding before the wire; behind it one pass puts elements back and scales.

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
    dequantised = _element_wise(f"{prefix}dequantise", "dequantise", "input", shape)
    return Codec(
        name="sparse",
        wire_format="sparse-int8",
        wire_shape=shape,
        wire_bytes=size,
        encode=(selected, quantised),
        decode=(replace(dequantised, fused=("concat",)),),
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
