"""What may send the activation of a gated cut on.

A codec is a knob, not a layer of the trunk: whether it is used is decided by the plan. ``none``,
``float16`` and ``int8`` need no training. A network is trained with the others:

- ``narrow``, a learned projection to fewer channels, as int8;
- ``sparse``, the elements of the largest magnitudes alone, with a bitmap that says which;
- ``dropped``, a learned choice of channels, as int8; the others arrive as zeros.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

import torch
from torch import nn
from torch.nn import functional

from networks.fakewire import fake_wire
from scheduler.taskgraph import WireFormat

GenericCodec = Literal["none", "float16", "int8"]
"""What can send any activation."""

TrainedCodec = Literal["narrow", "sparse", "dropped"]
"""What a network is to be trained with before it sends well."""

CodecName = GenericCodec | TrainedCodec
"""What may send the activation of a gated cut on."""

GENERIC_CODECS: tuple[GenericCodec, ...] = get_args(GenericCodec)

TRAINED_CODECS: tuple[TrainedCodec, ...] = get_args(TrainedCodec)

CODEC_NAMES: tuple[CodecName, ...] = (*GENERIC_CODECS, *TRAINED_CODECS)

CODEC_WIRE_FORMATS: Mapping[CodecName, WireFormat] = {
    "none": "float32",
    "float16": "float16",
    "int8": "int8",
    "narrow": "int8",
    "sparse": "sparse-int8",
    "dropped": "int8",
}
"""How each codec's elements lie on the wire."""

INITIAL_SPREAD = 0.01
"""Standard deviation of fresh strengths: a first choice that a few steps can overturn."""


@dataclass(frozen=True, slots=True)
class CutDesign:
    """What stands at one gated cut; raises ``ValueError`` if that cannot be."""

    channels: int
    """Channels of the activation that the part before the cut gives."""
    wire_channels: int
    """Channels that ``narrow`` and ``dropped`` send."""
    hidden: int
    """Width of the gate head's hidden layer."""
    sparse_share: float = 0.125
    """Share of the elements that ``sparse`` sends, rounded up to whole ones."""
    codecs: tuple[TrainedCodec, ...] = ("narrow",)
    """What the network is trained with here, beside the generic ones, which are always there."""
    dimensions: int | None = None
    """Dimensions of the activation beside batch and channels; None: as many as the sample has."""

    def __post_init__(self) -> None:
        wrong = [
            f"{name} is {getattr(self, name)}, at least 1 is needed"
            for name in ("channels", "wire_channels", "hidden")
            if getattr(self, name) < 1
        ]
        if "dropped" in self.codecs and self.wire_channels > self.channels:
            wrong.append(
                f"codec 'dropped' cannot send {self.wire_channels} of {self.channels} channels"
            )
        if self.dimensions not in (None, 0, 1, 2, 3):
            wrong.append(f"dimensions is {self.dimensions}, from 0 to 3 or None is needed")
        if not 0 < self.sparse_share <= 1:
            wrong.append(f"sparse_share is {self.sparse_share}, above 0 and at most 1 is needed")
        unknown = sorted(set(self.codecs) - set(TRAINED_CODECS))
        if unknown or len(set(self.codecs)) < len(self.codecs):
            wrong.append(f"codecs are {self.codecs}, each of {TRAINED_CODECS} at most once")
        if wrong:
            raise ValueError(f"this cannot stand at a cut: {'; '.join(wrong)}")


class NarrowCodec(nn.Module):
    """A 1x1 convolution to few channels before the wire and one back after it.

    Without dimensions there is one place, and the convolution is a linear.
    """

    def __init__(self, channels: int, wire_channels: int, *, dimensions: int) -> None:
        super().__init__()
        if dimensions == 0:
            self.encoder: nn.Module = nn.Linear(channels, wire_channels)
            self.decoder: nn.Module = nn.Linear(wire_channels, channels)
        else:
            convolution = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}[dimensions]
            self.encoder = convolution(channels, wire_channels, 1)
            self.decoder = convolution(wire_channels, channels, 1)

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        """What the receiving core decodes, shaped as ``activation``."""
        sent = fake_wire(self.encoder(activation), CODEC_WIRE_FORMATS["narrow"])
        return cast(torch.Tensor, self.decoder(sent))


class DroppedCodec(nn.Module):
    """The channels of the largest learned strengths; the others arrive as zeros.

    The choice is hard always, in training as in use. Backwards each channel, sent or not, counts as
    if it were scaled by the sigmoid of its strength, so that a channel which would have helped
    grows until it is sent. The strengths are the weights; who has them has the choice.
    """

    def __init__(self, channels: int, wire_channels: int) -> None:
        super().__init__()
        self.wire_channels = wire_channels
        self.strength = nn.Parameter(torch.empty(channels))
        nn.init.normal_(self.strength, std=INITIAL_SPREAD)

    @property
    def kept(self) -> torch.Tensor:
        """Indices (wire_channels,) of the channels sent, ascending; of equal ones the first."""
        order = torch.argsort(self.strength.detach(), descending=True, stable=True)
        return order[: self.wire_channels].sort().values

    @property
    def encoder(self) -> "PickChannels":
        """What runs before the wire, with the choice of this moment."""
        return PickChannels(self.kept)

    @property
    def decoder(self) -> "SpreadChannels":
        """What runs behind the wire, with the choice of this moment."""
        return SpreadChannels(self.kept, len(self.strength))

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        """What the receiving core decodes, shaped as ``activation``."""
        soft = torch.sigmoid(self.strength)
        hard = torch.zeros_like(soft).index_fill(0, self.kept, 1.0)
        mask = hard + (soft - soft.detach())
        scaled = activation * mask.view(-1, *(1 for _ in activation.shape[2:]))
        return fake_wire(scaled, CODEC_WIRE_FORMATS["dropped"])


class PickChannels(nn.Module):
    """Some channels of an activation (batch, channels, ...), in the order of their indices."""

    kept: torch.Tensor

    def __init__(self, kept: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("kept", kept)

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        """The channels sent, shape (batch, wire channels, ...)."""
        return activation.index_select(1, self.kept)


class SpreadChannels(nn.Module):
    """Puts channels back to where :class:`PickChannels` took them from, zeros between them."""

    places: torch.Tensor

    def __init__(self, kept: torch.Tensor, channels: int) -> None:
        super().__init__()
        places = torch.full((channels,), len(kept))  # a channel of zeros behind those sent
        places[kept] = torch.arange(len(kept))
        self.register_buffer("places", places)

    def forward(self, sent: torch.Tensor) -> torch.Tensor:
        """All channels, shape (batch, channels, ...)."""
        behind = [0, 0] * (sent.dim() - 2) + [0, 1]
        return functional.pad(sent, behind).index_select(1, self.places)
