"""What a network keeps of its training data before it learns: constants of normalisation."""

import torch
from torch import nn

from networks.frontend import Standardise
from networks.gated import GatedNetwork
from networks.streams.windows import Windows

BATCH = 256
"""Windows that go through a front end in one pass."""


def keep_scale(network: GatedNetwork, windows: Windows) -> None:
    """Keep mean and variance of each channel in the ``Standardise`` of the network's first part.

    They are those of what comes to it: raw samples, or what a front end before it makes of them.
    """
    first = next(network.trunk.children())
    steps = list(first.children())
    place = next(i for i, step in enumerate(steps) if isinstance(step, Standardise))
    front, standardise = nn.Sequential(*steps[:place]), steps[place]
    assert isinstance(standardise, Standardise)
    with torch.no_grad():
        samples = torch.from_numpy(windows.samples)
        starts = range(0, len(samples), BATCH)
        seen = [front(samples[start : start + BATCH]) for start in starts]
        standardise.learn(torch.cat(seen).numpy())
