"""What a network file says, layer by layer, and how that becomes a task graph."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

from devicemodels.documents.errors import Problem
from devicemodels.operators import MAC_KINDS, Geometry, OperatorKind, Quantisation
from networks.assembling import assemble
from networks.errors import NetworkError, network_error
from scheduler.taskgraph import Operator, TaskGraph

BITS = {
    **{"float64": 64, "int64": 64, "uint64": 64, "float32": 32, "int32": 32, "uint32": 32},
    **{"float16": 16, "bfloat16": 16, "int16": 16, "uint16": 16, "int8": 8, "uint8": 8, "bool": 8},
    **{"int4": 4, "uint4": 4},
}
"""Bits of one element by the name of its type."""

MOST_ELEMENTS = 2**40
"""No tensor of a network has more; a file that says so is broken."""

_ORDER: dict[OperatorKind, int] = {"normalisation": 1, "add": 2, "activation": 3}


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of a file."""

    name: str
    """Unique within the file."""
    shape: tuple[int, ...]
    """All sizes are known and at least 1."""
    dtype: str
    """A key of ``BITS``."""

    @property
    def size_bytes(self) -> int:
        """Bytes, two elements of four bits in one."""
        return -(-prod(self.shape) * BITS[self.dtype] // 8)


@dataclass(frozen=True, slots=True)
class Layer:
    """One operator of a file."""

    kind: OperatorKind
    """What it computes."""
    reads: tuple[str, ...]
    """Names of the tensors that depend on the sample."""
    output: Tensor
    """What it writes."""
    macs: int = 0
    """Multiply-accumulates."""
    weight_bytes: int = 0
    """Bytes of its constants."""
    fused: tuple[OperatorKind, ...] = ()
    """What the file itself has fused."""
    geometry: Geometry | None = None
    """See ``Operator``."""
    quantisation: Quantisation | None = None
    """See ``Operator``."""


def fixed_shape(sizes: Sequence[int], what: str, file: str, least: int = 1) -> tuple[int, ...]:
    """``sizes`` as a shape; ``NetworkError`` if one is unknown or below ``least``."""
    shape = tuple(int(size) for size in sizes)
    if any(size < least for size in shape):
        raise network_error(
            f"{what} has shape {list(shape)}: every size must be fixed and at least {least}",
            hint="export the network with a fixed input shape and a batch of one",
            file=file,
        )
    if prod(shape) > MOST_ELEMENTS:
        limit = f"the limit is {MOST_ELEMENTS:,} elements"
        raise network_error(f"{what} has shape {list(shape)}; {limit}", file=file)
    return shape


def unknown_operator(*unknown: str, file: str) -> NetworkError:
    """A refusal of operators that are in no table, rather than counting them as free."""
    hint = "replace it in the network, or add it to the table of its reader in networks/files"
    return NetworkError(Problem(f"{what} is not known", hint=hint, file=file) for what in unknown)


def task_graph(
    name: str, sample: Tensor, answer: str, layers: Sequence[Layer], *, additions: bool, file: str
) -> TaskGraph:
    """The task graph of ``layers``, which are in order of execution.

    Activations and batch norms are fused into the operator before them as tracing does; so are
    additions where ``additions`` says that a runtime still has to fuse them. What the answer does
    not depend on is left out.
    """
    needed = _needed(layers, answer)
    if not needed or not any(sample.name in layer.reads for layer in needed):
        raise network_error(
            f"its output '{answer}' is not computed from its input '{sample.name}'", file=file
        )
    groups = _fuse(needed, answer, additions)
    names: dict[str, str] = {sample.name: "input"}
    counts: Counter[str] = Counter()
    operators = []
    for layer in groups:
        counts[layer.kind] += 1
        names[layer.output.name] = f"{layer.kind}_{counts[layer.kind]}"
        operators.append(
            Operator(
                name=names[layer.output.name],
                kind=layer.kind,
                inputs=tuple(names[read] for read in dict.fromkeys(layer.reads)),
                output_shape=layer.output.shape,
                dtype=layer.output.dtype,
                macs=layer.macs,
                weight_bytes=layer.weight_bytes,
                output_bytes=layer.output.size_bytes,
                fused=layer.fused,
                geometry=layer.geometry,
                quantisation=layer.quantisation,
            )
        )
    return assemble(name, sample.shape, sample.dtype, tuple(operators))


def _needed(layers: Sequence[Layer], answer: str) -> list[Layer]:
    """The layers that the answer depends on, in order."""
    wanted = {answer}
    needed = []
    for layer in reversed(layers):
        if layer.output.name in wanted:
            wanted.update(layer.reads)
            needed.append(layer)
    return needed[::-1]


def _fuse(layers: Sequence[Layer], answer: str, additions: bool) -> list[Layer]:
    """One layer for all that is computed in one pass; the same rule as ``networks.fusing``."""
    readers = Counter(read for layer in layers for read in set(layer.reads))
    groups: list[Layer] = []
    made_by: dict[str, int] = {}
    for layer in layers:
        index = max((made_by.get(read, -1) for read in layer.reads), default=-1)
        host = groups[index] if index >= 0 else None
        if (
            host is not None
            and host.output.name != answer
            and host.output.name in layer.reads
            and readers[host.output.name] == 1
            and all(read in made_by for read in layer.reads)
            and _joins(host, layer, additions)
        ):
            groups[index] = replace(
                host,
                reads=(*host.reads, *(r for r in layer.reads if r != host.output.name)),
                output=layer.output,
                weight_bytes=host.weight_bytes + layer.weight_bytes,
                fused=(*host.fused, layer.kind, *layer.fused),
            )
        else:
            index = len(groups)
            groups.append(layer)
        made_by[layer.output.name] = index
    return groups


def _joins(host: Layer, layer: Layer, additions: bool) -> bool:
    if layer.kind not in _ORDER or (layer.kind == "add" and not additions):
        return False
    last = _ORDER.get(host.fused[-1], 0) if host.fused else 0
    if host.kind in MAC_KINDS:
        return _ORDER[layer.kind] > last
    takes = host.kind in ("add", "mul", "normalisation") and not host.fused
    return layer.kind == "activation" and takes
