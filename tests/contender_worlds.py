"""A gated network of a few hundred weights and a stream of bumps: contenders train in a second."""

from collections import OrderedDict

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from networks.frontend import Standardise
from networks.gated import CutDesign, GatedNetwork
from networks.spec import NetworkSpec, Recipe
from networks.streams.windows import SplitName, Windows
from networks.zoo.smartwatch import ConvBlock, MeanOverTime

CHANNELS, TIME = 3, 40
_SEEDS: dict[str, int] = {"train": 1, "validation": 2, "test": 3}


def build() -> GatedNetwork:
    parts = OrderedDict[str, nn.Module]()
    parts["sense"] = nn.Sequential(
        OrderedDict(
            standardise=Standardise(CHANNELS), conv=ConvBlock(CHANNELS, 8, kernel=5, stride=2)
        )
    )
    parts["screen"] = nn.Sequential(
        OrderedDict(conv=ConvBlock(8, 16, kernel=5), pool=nn.MaxPool1d(2))
    )
    parts["decide"] = nn.Sequential(
        OrderedDict(conv=ConvBlock(16, 24, kernel=5), mean=MeanOverTime(), answer=nn.Linear(24, 1))
    )
    cuts = {"sense": CutDesign(8, 2, 4), "screen": CutDesign(16, 2, 4)}
    return GatedNetwork("bumps", (1, CHANNELS, TIME), parts, cuts)


def load(split: SplitName) -> Windows:
    """Noise of any level; in one window of four a bump somewhere in the first two channels."""
    rng = np.random.default_rng(_SEEDS[split])
    count = 400
    labels = (rng.random(count) < 0.25).astype(np.int8)
    samples = rng.normal(size=(count, CHANNELS, TIME)) * rng.uniform(0.3, 1.0, (count, 1, 1))
    shape = np.hanning(13) * 2.5
    for index in np.flatnonzero(labels):
        start = rng.integers(0, TIME - len(shape))
        samples[index, :2, start : start + len(shape)] += shape
    subjects = np.arange(count, dtype=np.int32) + 1000 * _SEEDS[split]
    return Windows(_float32(samples), labels, subjects, 0.5)


def _float32(samples: NDArray[np.float64]) -> NDArray[np.float32]:
    return samples.astype(np.float32)


def prepare(network: GatedNetwork, windows: Windows) -> None:
    standardise = network.get_submodule("trunk.sense.standardise")
    assert isinstance(standardise, Standardise)
    standardise.learn(windows.samples)


def augment(samples: torch.Tensor, random: torch.Generator) -> torch.Tensor:
    return samples * (0.8 + 0.4 * torch.rand(len(samples), 1, 1, generator=random))


RECIPE = Recipe(
    epochs=6,
    batch_size=32,
    learning_rate=1e-2,
    weight_decay=1e-2,
    gate_weights=(0.5, 0.5),
    positive_weight=3.0,
    gate_positive_weight=4.0,
    recall_floor=0.95,
)

BUMPS = NetworkSpec(
    name="bumps",
    build=build,
    stream="bumps",
    load=load,
    prepare=prepare,
    augment=augment,
    recipe=RECIPE,
)
