"""Channels of a network that stay or go together, and taking some of them out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd


@dataclass(frozen=True, slots=True)
class Place:
    """Where a group of channels lies in one tensor."""

    tensor: str
    """Name of the parameter or buffer."""
    axis: int
    """Axis that counts the channels."""
    repeat: int = 1
    """Neighbouring elements of that axis that belong to one channel: those of a flattened map."""


@dataclass(frozen=True, slots=True)
class ChannelGroup:
    """Channels that stay or go together, in all tensors that know them."""

    size: int
    """How many."""
    filters: tuple[str, ...]
    """Weights whose first axis makes them."""
    places: tuple[Place, ...]
    """Everywhere that they lie."""


def narrow(module: nn.Module, kept: Mapping[ChannelGroup, Sequence[int]]) -> None:
    """Keep only these channels of each group, by index, ascending; ``module`` is changed."""
    tensors = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    narrowed: dict[str, torch.Tensor] = {}
    for group, channels in kept.items():
        chosen = torch.tensor(channels)
        for place in group.places:
            index = (chosen[:, None] * place.repeat + torch.arange(place.repeat)).flatten()
            whole = narrowed.get(place.tensor, tensors[place.tensor]).detach()
            narrowed[place.tensor] = whole.index_select(place.axis, index)
    for name, tensor in narrowed.items():
        path, _, leaf = name.rpartition(".")
        old, owner = tensors[name], module.get_submodule(path)
        trained = isinstance(old, nn.Parameter)
        setattr(owner, leaf, nn.Parameter(tensor, old.requires_grad) if trained else tensor)
    for owner in module.modules():
        _say_sizes(owner)


def _say_sizes(owner: nn.Module) -> None:
    """What torch's own layers say of themselves follows their weights."""
    if isinstance(owner, _ConvNd):
        owner.out_channels = owner.weight.shape[0]
        if owner.groups > 1:
            owner.groups = owner.out_channels
        owner.in_channels = owner.weight.shape[1] * owner.groups
    elif isinstance(owner, nn.Linear):
        owner.out_features, owner.in_features = owner.weight.shape
    elif isinstance(owner, _BatchNorm) and owner.running_mean is not None:
        owner.num_features = len(owner.running_mean)
