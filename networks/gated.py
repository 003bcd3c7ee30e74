"""A network whose samples may be stopped on the way, and whose cuts may be compressed.

Our formulation of Gated Compression layers (Li, Thormundsson, Poupyrev, Gillian, 2023, arXiv
2303.08970): after chosen parts of the trunk a tiny gate head looks at the activation, and a learned
codec can send it on in fewer channels. The codec is a knob, not a layer of the trunk: whether it is
used is decided by the plan, and training shows the network both.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

import torch
from torch import nn

from networks.fakewire import fake_wire
from scheduler.taskgraph import WireFormat

CodecName = Literal["none", "float16", "int8", "narrow"]
"""What may send the activation of a gated cut on; ``narrow`` is learned."""

CODEC_NAMES: tuple[CodecName, ...] = ("none", "float16", "int8", "narrow")

CODEC_WIRE_FORMATS: Mapping[CodecName, WireFormat] = {
    "none": "float32",
    "float16": "float16",
    "int8": "int8",
    "narrow": "int8",
}
"""How each codec's elements lie on the wire."""


class GateHead(nn.Module):
    """Mean over time or space, one hidden layer, one logit: is this sample positive?"""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(channels, hidden)
        self.activation = nn.ReLU()
        self.logit = nn.Linear(hidden, 1)

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        """Logits (batch, 1) of an activation (batch, channels, ...)."""
        pooled = activation.mean(dim=tuple(range(2, activation.dim())))
        return cast(torch.Tensor, self.logit(self.activation(self.hidden(pooled))))


class GateScore(nn.Module):
    """A gate as it is used: the probability, in [0, 1], that the sample is positive."""

    def __init__(self, head: GateHead) -> None:
        super().__init__()
        self.head = head

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        """Scores (batch,) of an activation (batch, channels, ...)."""
        return torch.sigmoid(self.head(activation)).flatten()


class NarrowCodec(nn.Module):
    """A 1x1 convolution to few channels before the wire and one back after it."""

    wire_format: WireFormat = CODEC_WIRE_FORMATS["narrow"]

    def __init__(self, channels: int, wire_channels: int, *, dimensions: int) -> None:
        super().__init__()
        convolution = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}[dimensions]
        self.encoder = convolution(channels, wire_channels, 1)
        self.decoder = convolution(wire_channels, channels, 1)

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        """What the receiving core decodes, shaped as ``activation``."""
        sent = fake_wire(self.encoder(activation), self.wire_format)
        return cast(torch.Tensor, self.decoder(sent))


@dataclass(frozen=True, slots=True)
class CutDesign:
    """What stands at one gated cut."""

    channels: int
    """Channels of the activation that the part before the cut gives."""
    wire_channels: int
    """Channels that the learned codec sends."""
    hidden: int
    """Width of the gate head's hidden layer."""


@dataclass(frozen=True, slots=True)
class GatedOutput:
    """What a whole batch gives when nothing is stopped."""

    gate_logits: torch.Tensor
    """Shape (batch, gates), in order; the score is its sigmoid."""
    output: torch.Tensor
    """What the trunk answers, raw."""


class GatedNetwork(nn.Module):
    """A trunk of named parts, with a gate and a learned codec after some of them.

    Parameters
    ----------
    name
        Name of the network.
    input_shape
        Shape of one raw sample, the batch of one included.
    parts
        The trunk in order. A part that a gate follows must end where a segment ends: pooling
        belongs to the end of a part, not to the start of the next.
    cuts
        What stands after which part; never after the last one.
    """

    def __init__(
        self,
        name: str,
        input_shape: tuple[int, ...],
        parts: Mapping[str, nn.Module],
        cuts: Mapping[str, CutDesign],
    ) -> None:
        super().__init__()
        unknown = set(cuts) - set(list(parts)[:-1])
        if unknown:
            raise ValueError(f"a gate can follow any part but the last, not {sorted(unknown)}")
        self.name = name
        self.input_shape = input_shape
        self.trunk = nn.Sequential()
        self.gates = nn.ModuleDict()
        self.codecs = nn.ModuleDict()
        for part, module in parts.items():
            self.trunk.add_module(part, module)
            if part in cuts:
                cut = cuts[part]
                self.gates[part] = GateHead(cut.channels, cut.hidden)
                self.codecs[part] = NarrowCodec(
                    cut.channels, cut.wire_channels, dimensions=len(input_shape) - 2
                )

    @property
    def gated_parts(self) -> tuple[str, ...]:
        """Names of the parts that a gate follows, in order."""
        return tuple(self.gates)

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        """The trunk alone: raw activations all the way."""
        return cast(torch.Tensor, self.trunk(samples))

    def crossing(
        self, samples: torch.Tensor, codecs: Mapping[str, CodecName] | None = None
    ) -> GatedOutput:
        """Run the whole batch with codecs in force, and every gate as if none had stopped any.

        Parameters
        ----------
        samples
            Shape (batch, ...), raw.
        codecs
            Codec by the name of the part whose activation it sends; the others go on raw.
        """
        chosen = codecs or {}
        return self._run(samples, lambda part, raw: self._sent(part, raw, chosen.get(part, "none")))

    def crossing_mixed(
        self, samples: torch.Tensor, narrow: Mapping[str, torch.Tensor]
    ) -> GatedOutput:
        """As :meth:`crossing`, the codec drawn sample by sample: how the network is trained.

        Both kinds of sample share each batch, so that the statistics which batch norms keep are
        those of both; with a codec for a whole batch they would fit neither.

        Parameters
        ----------
        samples
            Shape (batch, ...), raw.
        narrow
            For every gated part, shape (batch,), true where the learned codec sends the sample.
        """

        def sent(part: str, raw: torch.Tensor) -> torch.Tensor:
            mask = narrow[part].view(-1, *(1 for _ in raw.shape[1:]))
            return torch.where(mask, self._sent(part, raw, "narrow"), raw)

        return self._run(samples, sent)

    def _run(
        self, samples: torch.Tensor, sent: Callable[[str, torch.Tensor], torch.Tensor]
    ) -> GatedOutput:
        """All parts and gates; ``sent`` says what arrives behind a gated part."""
        activation = samples
        logits = []
        for part, module in self.trunk.named_children():
            activation = module(activation)
            if part in self.gates:
                logits.append(self.gates[part](activation))
                activation = sent(part, activation)
        return GatedOutput(torch.cat(logits, dim=1), activation)

    def _sent(self, part: str, activation: torch.Tensor, codec: CodecName) -> torch.Tensor:
        if codec == "narrow":
            return cast(torch.Tensor, self.codecs[part](activation))
        return fake_wire(activation, CODEC_WIRE_FORMATS[codec])
