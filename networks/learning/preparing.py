"""What a network keeps of its training data before it learns: constants of normalisation."""

import torch
from torch import nn

from networks.batches import batches, evaluated
from networks.frontend import Standardise
from networks.gated import GatedNetwork
from networks.streams.windows import Windows


def keep_scale(network: GatedNetwork, windows: Windows) -> None:
    """Keep mean and variance of each channel in the ``Standardise`` of the network's first part.

    They are those of what comes to it: raw samples, or what a front end before it makes of them.
    """
    first = next(network.trunk.children())
    steps = list(first.children())
    place = next(i for i, step in enumerate(steps) if isinstance(step, Standardise))
    front, standardise = nn.Sequential(*steps[:place]), steps[place]
    assert isinstance(standardise, Standardise)
    with evaluated(front):
        seen = torch.cat([front(batch) for batch in batches(windows.samples)])
    standardise.learn(seen.numpy())
