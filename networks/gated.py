"""A network whose samples may be stopped on the way, and whose cuts may be compressed.

Our formulation of Gated Compression layers (Li, Thormundsson, Poupyrev, Gillian, 2023, arXiv
2303.08970): after chosen parts of the trunk a tiny gate head looks at the activation, and codecs
can send it on in fewer bytes (:mod:`networks.codecs`). A codec is a knob, not a layer of the trunk:
whether it is used is decided by the plan, and training shows the network the raw activation too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import cast

import torch
from torch import nn

from networks.codecs import (
    CODEC_NAMES,
    CODEC_WIRE_FORMATS,
    GENERIC_CODECS,
    CodecName,
    CutDesign,
    DroppedCodec,
    NarrowCodec,
)
from networks.fakewire import fake_wire
from networks.wire import kept_elements

__all__ = [
    "CODEC_NAMES",
    "CodecName",
    "CutDesign",
    "GateHead",
    "GateScore",
    "GatedNetwork",
    "GatedOutput",
]


class GateHead(nn.Module):
    """Mean over time or space, one hidden layer, one logit: is this sample positive?"""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(channels, hidden)
        self.activation = nn.ReLU()
        self.logit = nn.Linear(hidden, 1)

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        """Logits (batch, 1) of an activation (batch, channels, ...)."""
        places = tuple(range(2, activation.dim()))
        pooled = activation.mean(dim=places) if places else activation
        return cast(torch.Tensor, self.logit(self.activation(self.hidden(pooled))))


class GateScore(nn.Module):
    """A gate as it is used: the probability, in [0, 1], that the sample is positive."""

    def __init__(self, head: GateHead) -> None:
        super().__init__()
        self.head = head

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        """Scores (batch,) of an activation (batch, channels, ...)."""
        return torch.sigmoid(self.head(activation)).flatten()


@dataclass(frozen=True, slots=True)
class GatedOutput:
    """What a whole batch gives when nothing is stopped."""

    gate_logits: torch.Tensor
    """Shape (batch, gates), in order; the score is its sigmoid."""
    output: torch.Tensor
    """What the trunk answers, raw."""
    activations: tuple[torch.Tensor, ...] = ()
    """What each gated part gave, before its codec."""


class GatedNetwork(nn.Module):
    """A trunk of named parts, with a gate and codecs after some of them.

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
        What stands after which part; never after the last one, and perhaps after none.
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
        self.cuts = {part: cuts[part] for part in parts if part in cuts}
        self.gates = nn.ModuleDict()
        self.codecs = nn.ModuleDict()  # the narrow ones: weights files call them so
        self.dropped = nn.ModuleDict()
        for part, module in parts.items():
            self.trunk.add_module(part, module)
            if part not in cuts:
                continue
            cut = cuts[part]
            self.gates[part] = GateHead(cut.channels, cut.hidden)
            if "narrow" in cut.codecs:
                dimensions = self.design(part).dimensions
                assert dimensions is not None, "narrow has some"
                self.codecs[part] = NarrowCodec(
                    cut.channels, cut.wire_channels, dimensions=dimensions
                )
            if "dropped" in cut.codecs:
                self.dropped[part] = DroppedCodec(cut.channels, cut.wire_channels)

    @property
    def parts(self) -> dict[str, nn.Module]:
        """The parts of the trunk by name, in order."""
        return dict(self.trunk.named_children())

    @property
    def gated_parts(self) -> tuple[str, ...]:
        """Names of the parts that a gate follows, in order."""
        return tuple(self.gates)

    def design(self, part: str) -> CutDesign:
        """What stands behind a gated part, with the dimensions that its codecs were built for."""
        cut = self.cuts[part]
        own = len(self.input_shape) - 2 if cut.dimensions is None else cut.dimensions
        return replace(cut, dimensions=own) if "narrow" in cut.codecs else cut

    def drawn_codecs(self, part: str) -> tuple[CodecName, ...]:
        """What training draws from at one gated part: ``none``, then its cut's codecs in order."""
        return ("none", *self.cuts[part].codecs)

    def known_codecs(self, part: str) -> tuple[CodecName, ...]:
        """What can send the activation of a gated part: generic codecs, then its cut's."""
        return (*GENERIC_CODECS, *self.cuts[part].codecs)

    def learned_codec(self, part: str, codec: str) -> NarrowCodec | DroppedCodec | None:
        """The module that computes a codec at one gated part; None if the wire is all of it."""
        made: dict[str, nn.ModuleDict] = {"narrow": self.codecs, "dropped": self.dropped}
        if codec not in made or part not in made[codec]:
            return None
        return cast(NarrowCodec | DroppedCodec, made[codec][part])

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
        self, samples: torch.Tensor, drawn: Mapping[str, torch.Tensor]
    ) -> GatedOutput:
        """As :meth:`crossing`, the codec drawn sample by sample: how the network is trained.

        All kinds of sample share each batch, so that the statistics which batch norms keep are
        those of all; with a codec for a whole batch they would fit none.

        Parameters
        ----------
        samples
            Shape (batch, ...), raw.
        drawn
            For every gated part, shape (batch,), int64: which of its :meth:`drawn_codecs` sends the
            sample.
        """

        def sent(part: str, raw: torch.Tensor) -> torch.Tensor:
            chosen = drawn[part].view(-1, *(1 for _ in raw.shape[1:]))
            arrived = raw
            for number, codec in enumerate(self.drawn_codecs(part)[1:], start=1):
                arrived = torch.where(chosen == number, self._sent(part, raw, codec), arrived)
            return arrived

        return self._run(samples, sent)

    def _run(
        self, samples: torch.Tensor, sent: Callable[[str, torch.Tensor], torch.Tensor]
    ) -> GatedOutput:
        """All parts and gates; ``sent`` says what arrives behind a gated part."""
        activation = samples
        logits, activations = [], []
        for part, module in self.parts.items():
            activation = module(activation)
            if part in self.gates:
                logits.append(self.gates[part](activation))
                activations.append(activation)
                activation = sent(part, activation)
        gate_logits = torch.cat(logits, dim=1) if logits else samples.new_zeros(len(samples), 0)
        return GatedOutput(gate_logits, activation, tuple(activations))

    def _sent(self, part: str, activation: torch.Tensor, codec: CodecName) -> torch.Tensor:
        if codec not in self.known_codecs(part):
            raise ValueError(f"network '{self.name}' has no codec '{codec}' behind '{part}'")
        learned = self.learned_codec(part, codec)
        if learned is not None:
            return cast(torch.Tensor, learned(activation))
        kept = None
        if codec == "sparse":
            kept = kept_elements(self.cuts[part].sparse_share, activation[0].numel())
        return fake_wire(activation, CODEC_WIRE_FORMATS[codec], kept)
