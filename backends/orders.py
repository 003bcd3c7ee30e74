"""What each worker is told before a run: the plan, cut into stretches of work on one core.

A stretch begins where a sample arrives at a core (from the sensor or over a link) and ends where
it leaves it. Orders are plain values: they are sent to the workers as they are.
"""

from dataclasses import dataclass

from backends.channels import Mailboxes
from scheduler.exits import answers_from, stops_below
from scheduler.plan import Crossing, Plan
from scheduler.taskgraph import Edge, WireFormat


@dataclass(frozen=True, slots=True)
class GateWork:
    """A gate that decides on the real activation; its limits are those of ``scheduler.exits``."""

    index: int
    """In ``plan.gates``."""
    key: str
    """Of its program."""
    stops_below: float
    """A score below it ends the sample, as "negative"."""
    answers_from: float
    """Another score that is not below this one ends it, as "positive"."""


@dataclass(frozen=True, slots=True)
class SegmentWork:
    """A segment to run, and the gate after it."""

    index: int
    """In ``task_graph.segments``."""
    key: str
    """Of its program."""
    gate: GateWork | None
    """None if no gate follows."""


@dataclass(frozen=True, slots=True)
class Inbox:
    """How a stretch gets its first activation."""

    offset: int
    """Of the mailbox."""
    wire_format: WireFormat
    """How the elements lie in it."""
    wire_shape: tuple[int, ...]
    """Shape of what lies in it."""
    wire_bytes: int
    """Size of it."""
    decodes: bool
    """Whether there is anything to compute: the raw activation is used where it lies."""
    decode_key: str | None
    """Program of a learned decoder."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """How a stretch sends its last activation on."""

    offset: int
    """Of the mailbox."""
    wire_format: WireFormat
    """How the elements lie in it."""
    wire_shape: tuple[int, ...]
    """Shape of what lies in it."""
    wire_bytes: int
    """Size of it, exact."""
    encodes: bool
    """Whether there is anything to compute before the transfer."""
    encode_key: str | None
    """Program of a learned encoder."""
    receiver: str
    """Core whose doorbell rings."""
    stretch: int
    """What it is rung for."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Work on one core from the arrival of a sample to its leaving."""

    core: str
    """Who does it."""
    inbox: Inbox
    """How it begins."""
    segments: tuple[SegmentWork, ...]
    """At least one."""
    outbox: Outbox | None
    """None if the last segment answers."""

    @property
    def most_records(self) -> int:
        """Records that one sample can leave: wake, decode, encode, transfer or finish, and work."""
        return 4 + 2 * len(self.segments)

    @property
    def keys(self) -> tuple[str, ...]:
        """The programs that it runs."""
        used = [self.inbox.decode_key, self.outbox.encode_key if self.outbox else None]
        for work in self.segments:
            used += [work.key, work.gate.key if work.gate else None]
        return tuple(key for key in used if key is not None)


def stretches(plan: Plan, boxes: Mailboxes, programs: frozenset[str]) -> tuple[Stretch, ...]:
    """The stretches of ``plan``, in order; ``programs`` are the keys that there are.

    Raises ``ValueError`` if the task graph is no chain, or a program that the plan needs is
    missing: the programs were made of another network.
    """
    graph = plan.task_graph
    if not graph.is_chain:
        raise ValueError(f"task graph '{graph.name}' is not a chain: only chains can be executed")
    borders = [0]
    borders += [
        i + 1 for i, edge in enumerate(graph.edges) if plan.crossing(edge.source, edge.target)
    ]
    made = []
    for number, first in enumerate(borders):
        last = borders[number + 1] if number + 1 < len(borders) else len(graph.segments)
        made.append(
            Stretch(
                core=plan.placement(graph.segments[first].name).core,
                inbox=_inbox(plan, boxes, first, programs),
                segments=tuple(_segment(plan, index) for index in range(first, last)),
                outbox=_outbox(plan, boxes, last, number + 1, programs),
            )
        )
    missing = sorted({key for stretch in made for key in stretch.keys} - programs)
    if missing:
        raise ValueError(f"there is no program for {', '.join(missing)} of network '{graph.name}'")
    return tuple(made)


def _segment(plan: Plan, index: int) -> SegmentWork:
    segment = plan.task_graph.segments[index]
    gate = plan.task_graph.gate_after(segment.name)
    if gate is None:
        return SegmentWork(index, segment.work, None)
    number = [setting.gate for setting in plan.gates].index(gate.name)
    setting = plan.gates[number]
    work = GateWork(
        index=number,
        key=f"gate:{gate.name}",
        stops_below=stops_below(setting.threshold),
        answers_from=answers_from(setting.positive_threshold),
    )
    return SegmentWork(index, segment.work, work)


def _crossing(plan: Plan, edge: Edge) -> Crossing:
    crossing = plan.crossing(edge.source, edge.target)
    assert crossing is not None, "stretches end at crossings only"
    return crossing


def _inbox(plan: Plan, boxes: Mailboxes, first: int, programs: frozenset[str]) -> Inbox:
    if first == 0:
        shape = plan.task_graph.input_shape
        size = boxes.edge_offset[0] if boxes.edge_offset else boxes.size_bytes
        return Inbox(boxes.window_offset, "float32", shape, size, False, None)
    edge = plan.task_graph.edges[first - 1]
    codec = edge.codec(_crossing(plan, edge).codec)
    key = f"decode:{edge.name}/{codec.name}"
    return Inbox(
        offset=boxes.edge_offset[first - 1],
        wire_format=codec.wire_format,
        wire_shape=codec.wire_shape,
        wire_bytes=codec.wire_bytes,
        decodes=codec.wire_format != "float32" or key in programs,
        decode_key=key if key in programs else None,
    )


def _outbox(
    plan: Plan, boxes: Mailboxes, after: int, stretch: int, programs: frozenset[str]
) -> Outbox | None:
    if after == len(plan.task_graph.segments):
        return None
    edge = plan.task_graph.edges[after - 1]
    codec = edge.codec(_crossing(plan, edge).codec)
    key = f"encode:{edge.name}/{codec.name}"
    return Outbox(
        offset=boxes.edge_offset[after - 1],
        wire_format=codec.wire_format,
        wire_shape=codec.wire_shape,
        wire_bytes=codec.wire_bytes,
        encodes=codec.wire_format != "float32" or key in programs,
        encode_key=key if key in programs else None,
        receiver=plan.placement(edge.target).core,
        stretch=stretch,
    )
