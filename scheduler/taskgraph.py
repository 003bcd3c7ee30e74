"""What is to be planned: a network as operators, the segments they form, gates and codecs.

A ``TaskGraph`` is a frozen value and a document (``wakepath/taskgraph@1``). It says nothing of
hardware: the same task graph is planned for a wearable and for the machine under the desk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import prod
from typing import Literal

from devicemodels.documents.files import WRITTEN_IF_PRESENT
from devicemodels.operators import Geometry, OperatorKind, Quantisation

SampleClass = Literal["negative", "positive"]
"""What a sample truly is: background, or the event that the device waits for."""

CLASSES: tuple[SampleClass, SampleClass] = ("negative", "positive")

WireFormat = Literal["float32", "float16", "int8", "sparse-int8"]
"""How the elements of an activation are laid out between two cores."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator of a network, with what a runtime fuses into it."""

    name: str
    """Unique within the task graph."""
    kind: OperatorKind
    """What it computes."""
    inputs: tuple[str, ...]
    """Names of the operators whose outputs it reads; ``"input"`` is the sample itself."""
    output_shape: tuple[int, ...]
    """Shape of the output tensor, the batch of one included."""
    dtype: str
    """Element type of the output, as torch names it: ``float32``, ``int8``."""
    macs: int
    """Multiply-accumulates (convolution, linear, matmul), for one sample."""
    weight_bytes: int
    """Bytes of parameters, those of fused operators included."""
    output_bytes: int
    """Bytes of the output activation."""
    fused: tuple[str, ...] = ()
    """What a runtime computes in the same pass, in order: batch norm, activation, add."""
    geometry: Geometry | None = field(default=None, metadata=WRITTEN_IF_PRESENT)
    """How it lies over its input, where that is known and means something."""
    quantisation: Quantisation | None = field(default=None, metadata=WRITTEN_IF_PRESENT)
    """How its numbers are quantised; None if they are not, or if that is not known."""

    @property
    def output_elements(self) -> int:
        """Elements of the output tensor."""
        return prod(self.output_shape)


@dataclass(frozen=True, slots=True)
class CutPoint:
    """A place where exactly one tensor crosses from what ran before to what runs after."""

    after: str
    """Name of the operator whose output crosses."""
    shape: tuple[int, ...]
    """Shape of the tensor that crosses."""
    dtype: str
    """Element type of the tensor that crosses."""
    size_bytes: int
    """Bytes of the tensor that crosses, uncompressed."""


@dataclass(frozen=True, slots=True)
class Knob:
    """Another way to compute a segment, at another cost and accuracy."""

    name: str
    """Unique within its segment, not empty."""
    operators: tuple[Operator, ...]
    """What runs instead; the last one has the name and shape of the segment's own last one."""
    accuracy_loss: float
    """Accuracy lost on validation data when this knob alone is used (a share, may be < 0)."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Contiguous operators between two cut points; never split further."""

    name: str
    """Unique within the task graph."""
    operators: tuple[str, ...]
    """Names of its operators, in order of execution."""
    knobs: tuple[Knob, ...] = ()
    """What a planner may choose in place of ``operators``."""
    knob: str = ""
    """The knob that ``operators`` are of; empty as the network was traced."""

    @property
    def work(self) -> str:
        """The key of the segment's work, see ``MeasuredTimes``."""
        return f"segment:{self.name}/{self.knob}" if self.knob else f"segment:{self.name}"


@dataclass(frozen=True, slots=True)
class Codec:
    """An encoder before a cut and the matching decoder after it."""

    name: str
    """Unique within its edge; ``"none"`` sends the raw activation."""
    wire_format: WireFormat
    """How each element lies on the wire."""
    wire_shape: tuple[int, ...]
    """Shape of the tensor on the wire: narrower than the activation for a learned codec."""
    wire_bytes: int
    """Bytes on the wire, header included."""
    encode: tuple[Operator, ...] = ()
    """What the sending core computes."""
    decode: tuple[Operator, ...] = ()
    """What the receiving core computes."""
    accuracy_loss: float = 0.0
    """Accuracy lost on validation data when this codec alone is used (a share, may be < 0)."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The activation that passes from one segment to the next."""

    source: str
    """Name of the segment that writes it."""
    target: str
    """Name of the segment that reads it."""
    shape: tuple[int, ...]
    """Shape of the raw activation."""
    raw_bytes: int
    """Bytes of the raw activation."""
    codecs: tuple[Codec, ...]
    """What may be used when the edge crosses a link; the first is always ``none``."""

    @property
    def name(self) -> str:
        """``source->target``."""
        return f"{self.source}->{self.target}"

    def without_codecs(self) -> "Edge":
        """The edge that is crossed raw."""
        return replace(self, codecs=self.codecs[:1])

    def codec(self, name: str) -> Codec:
        """The codec called ``name``; ``KeyError`` if there is none."""
        for codec in self.codecs:
            if codec.name == name:
                return codec
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Gate:
    """A trained head after a segment that may end a sample there.

    Its score is a probability in [0, 1] that the sample is positive. ``scheduler.exits`` says which
    scores end a sample, and with which answer: below ``threshold`` it is "negative", from
    ``positive_threshold`` on it is "positive". Gates are nested: ``stop_rate`` and ``answer_rate``
    are AMONG THOSE REACHING the gate.
    """

    name: str
    """Unique within the task graph."""
    segment: str
    """Name of the segment after which it decides."""
    operators: tuple[Operator, ...]
    """What the head computes, on the core of its segment."""
    threshold: float
    """Chosen on validation data under a recall floor."""
    stop_rate: Mapping[SampleClass, float]
    """Share that ends here among those of each class that reach it, on validation data, whatever
    the answer."""
    positive_threshold: float | None = field(default=None, metadata=WRITTEN_IF_PRESENT)
    """A sample whose score is at least this is answered "positive" here; None: none is."""
    answer_rate: Mapping[SampleClass, float] | None = field(
        default=None, metadata=WRITTEN_IF_PRESENT
    )
    """The part of ``stop_rate`` that is answered "positive"; there is one exactly if there is a
    ``positive_threshold``."""


@dataclass(frozen=True, slots=True)
class GateUse:
    """A gate at its thresholds, after the gates that a choice uses before it."""

    gate: str
    """Name of the gate."""
    threshold: float
    """A sample whose score is below it stops."""
    stop_rate: Mapping[SampleClass, float]
    """As that of ``Gate``."""
    positive_threshold: float | None = field(default=None, metadata=WRITTEN_IF_PRESENT)
    """As that of ``Gate``."""
    answer_rate: Mapping[SampleClass, float] | None = field(
        default=None, metadata=WRITTEN_IF_PRESENT
    )
    """As that of ``Gate``."""


@dataclass(frozen=True, slots=True)
class GateChoice:
    """Which gates are used together, at which thresholds, and what that does to the answers.

    Measured as a whole: the rates of a gate depend on the gates before it.
    """

    gates: tuple[GateUse, ...]
    """The gates in use, in the task graph's order; the others are left out."""
    accuracy: float
    """Share of right answers on validation data, every codec ``none``."""
    recall: float
    """Share of the positives answered "positive", likewise."""


@dataclass(frozen=True, slots=True)
class TaskGraph:
    """A network ready for planning; see the module's own words."""

    name: str
    """Name of the network."""
    input_shape: tuple[int, ...]
    """Shape of one sample, the batch of one included."""
    input_dtype: str
    """Element type of one sample."""
    operators: tuple[Operator, ...]
    """All operators of the network's trunk in order of execution."""
    cut_points: tuple[CutPoint, ...]
    """Every place where one tensor crosses, in order."""
    segments: tuple[Segment, ...]
    """A partition of ``operators``."""
    edges: tuple[Edge, ...]
    """What passes between segments; ``len(segments) - 1`` of them in a chain."""
    gates: tuple[Gate, ...] = ()
    """In order of the segments they follow."""
    positive_share: float = 0.5
    """Share of positive samples in the data that the gates were measured on."""
    accuracy: float = 1.0
    """Share of right answers on validation data, gates on and every codec ``none``."""
    recall: float = 1.0
    """Share of the positives answered "positive", likewise."""
    gate_choices: tuple[GateChoice, ...] = ()
    """What a planner may choose among; empty: all gates at their own thresholds."""
    weights_sha256: str = ""
    """Hash of the weights file that gates and codecs were trained in; empty if untrained."""
    version: Literal["wakepath/taskgraph@1"] = "wakepath/taskgraph@1"
    """Version of the document."""

    @property
    def is_chain(self) -> bool:
        """Whether each segment feeds exactly the next one."""
        names = [segment.name for segment in self.segments]
        return [(e.source, e.target) for e in self.edges] == list(pairwise(names))

    @property
    def segment_macs(self) -> tuple[int, ...]:
        """Multiply-accumulates of each segment, in order."""
        return tuple(sum(o.macs for o in self.segment_operators(s)) for s in self.segments)

    def segment_operators(self, segment: Segment) -> tuple[Operator, ...]:
        """The operators of ``segment``, in order."""
        by_name = {operator.name: operator for operator in self.operators}
        return tuple(by_name[name] for name in segment.operators)

    def gate_after(self, segment: str) -> Gate | None:
        """The gate that decides after the segment of that name, if there is one."""
        return next((gate for gate in self.gates if gate.segment == segment), None)


def largest_activation_bytes(operators: Sequence[Operator], sizes: Mapping[str, int]) -> int:
    """Most bytes that one of ``operators`` reads and writes; ``sizes`` are those of outputs."""
    return max(o.output_bytes + sum(sizes.get(name, 0) for name in o.inputs) for o in operators)


def memory_bytes(graph: TaskGraph) -> int:
    """What a core needs to run the whole network: all weights, and the largest activation."""
    sizes = {operator.name: operator.output_bytes for operator in graph.operators}
    weights = sum(operator.weight_bytes for operator in graph.operators)
    return weights + largest_activation_bytes(graph.operators, sizes)
