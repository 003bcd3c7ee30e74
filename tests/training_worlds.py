"""A network and a stream so small that they are trained in a test."""

from collections import OrderedDict

import numpy as np
import torch
from torch import nn

from networks.gated import CutDesign, GatedNetwork
from networks.spec import NetworkSpec, Recipe
from networks.streams.windows import SplitName, Windows

CHANNELS, TIME = 2, 16
FIRST_SUBJECT: dict[SplitName, int] = {"train": 0, "validation": 100, "test": 200}


class ConvBlock(nn.Sequential):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(inputs, outputs, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm1d(outputs)
        self.activation = nn.ReLU()


def build() -> GatedNetwork:
    """Three parts with a gate after each of the first two; dropout uses torch's own generator."""
    parts = OrderedDict[str, nn.Module]()
    parts["early"] = ConvBlock(CHANNELS, 4)
    parts["middle"] = ConvBlock(4, 8)
    parts["late"] = nn.Sequential(
        ConvBlock(8, 8), nn.Flatten(), nn.Dropout(0.1), nn.Linear(8 * TIME, 1)
    )
    cuts = {
        "early": CutDesign(channels=4, wire_channels=2, hidden=8),
        "middle": CutDesign(channels=8, wire_channels=2, hidden=8),
    }
    return GatedNetwork("bumps", (1, CHANNELS, TIME), parts, cuts)


def load(split: SplitName) -> Windows:
    """Noise; in a fifth of the windows a bump stands in both channels."""
    random = np.random.default_rng([3, FIRST_SUBJECT[split]])
    count = 200
    labels = (np.arange(count) % 5 == 0).astype(np.int8)
    samples = random.normal(0, 0.5, (count, CHANNELS, TIME)).astype(np.float32)
    for index in np.flatnonzero(labels):
        start = random.integers(0, TIME - 4)
        samples[index, :, start : start + 4] += 2.0
    return Windows(
        samples=samples,
        labels=labels,
        subjects=(FIRST_SUBJECT[split] + np.arange(count) % 4).astype(np.int32),
        period_s=0.1,
        sample_rate_hz=160.0,
    )


def augment(samples: torch.Tensor, random: torch.Generator) -> torch.Tensor:
    """A little louder or softer."""
    return samples * (0.9 + 0.2 * torch.rand(len(samples), 1, 1, generator=random))


SPEC = NetworkSpec(
    name="bumps",
    build=build,
    stream="bumps",
    load=load,
    augment=augment,
    sample_rate_hz=160.0,
    recipe=Recipe(
        epochs=8,
        batch_size=16,
        learning_rate=2e-2,
        weight_decay=1e-2,
        gate_weights=(0.5, 0.5),
        positive_weight="balanced",
        gate_positive_weight="balanced",
        recall_floor=0.95,
    ),
)
"""Learned in a second."""
