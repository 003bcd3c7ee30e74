"""How gates and codecs for a trunk that others trained begin: little is left to learn.

A gate head learns badly from activations of any scale, and a codec behind which nothing may change
has a best linear form that needs no training.
"""

from collections.abc import Mapping
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from networks.batches import batches, evaluated
from networks.codecs import NarrowCodec
from networks.gated import GatedNetwork, GateHead

BATCH = 64
"""Samples in one pass."""

LEAST_SPREAD = 1e-3
"""A channel that varies less counts as varying so much."""


def fix(module: nn.Module) -> None:
    """Make all weights of ``module`` constants of it: they are not trained and not saved.

    Who builds the network again gets them from where they came.
    """
    for part in module.modules():
        for name, parameter in list(part.named_parameters(recurse=False)):
            delattr(part, name)
            part.register_buffer(name, parameter.detach(), persistent=False)


def activations_of(
    network: GatedNetwork, samples: NDArray[np.float32]
) -> Mapping[str, torch.Tensor]:
    """What each part of the trunk gives for ``samples`` (n, ...), raw, by the part's name."""
    found: dict[str, list[torch.Tensor]] = {}
    with evaluated(network):
        for activation in batches(samples, BATCH):
            for part, module in network.parts.items():
                activation = module(activation)  # noqa: PLW2901 - on its way
                found.setdefault(part, []).append(activation)
    return {part: torch.cat(given) for part, given in found.items()}


def scale_gates(network: GatedNetwork, activations: Mapping[str, torch.Tensor]) -> None:
    """Let each fresh gate begin as if its channels had mean 0 and variance 1."""
    with torch.no_grad():
        for part in network.gated_parts:
            hidden = cast(GateHead, network.gates[part]).hidden
            pooled = activations[part].flatten(2).mean(dim=2)
            hidden.weight /= pooled.std(dim=0).clamp(min=LEAST_SPREAD)
            hidden.bias.sub_(hidden.weight @ pooled.mean(dim=0))


def use_principal_components(
    network: GatedNetwork, activations: Mapping[str, torch.Tensor]
) -> None:
    """Make the ``narrow`` codecs the best linear ones in the mean square, and fix them there.

    Of all projections to as many channels, that to the first principal components of the channels
    loses least (K. Pearson, "On lines and planes of closest fit", Philosophical Magazine 2, 1901).
    Fixed codecs let what is behind them be computed once for each sample.
    """
    for part in network.gated_parts:
        codec = network.learned_codec(part, "narrow")
        if not isinstance(codec, NarrowCodec):
            continue
        flat = activations[part].flatten(2).transpose(1, 2).flatten(0, 1).double()
        mean = flat.mean(dim=0)
        centred = flat - mean
        _, axes = torch.linalg.eigh(centred.T @ centred)
        encoder = cast(nn.Conv2d, codec.encoder)
        decoder = cast(nn.Conv2d, codec.decoder)
        first = axes[:, -encoder.weight.shape[0] :].flip(1)  # in ascending order as they come
        for layer, weight, bias in (
            (encoder, first.T, -first.T @ mean),
            (decoder, first, mean),
        ):
            assert layer.bias is not None
            layer.weight.data.copy_(weight.reshape(layer.weight.shape))
            layer.bias.data.copy_(bias)
        codec.requires_grad_(False)
