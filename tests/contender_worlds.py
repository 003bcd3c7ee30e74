"""A gated network of a few hundred weights and a stream of bumps: contenders train in a second."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from networks.blocks import ConvBlock, MeanOverTime
from networks.frontend import LogMel, Standardise
from networks.gated import CutDesign, GatedNetwork
from networks.spec import NetworkSpec, Recipe
from networks.streams.windows import SplitName, Windows

CHANNELS, TIME = 3, 40
_SEEDS: dict[str, int] = {"train": 1, "validation": 2, "test": 3}


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """So small a network only waits for a second one."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


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


RATE_HZ, SOUND = 8000, 512


def build_listener() -> GatedNetwork:
    """A front end without trained weights, then two parts."""
    parts = OrderedDict[str, nn.Module]()
    parts["hear"] = nn.Sequential(
        OrderedDict(
            mel=LogMel(RATE_HZ, length=64, hop=32, bands=6, floor=1e-2),
            standardise=Standardise(6),
        )
    )
    parts["sense"] = nn.Sequential(OrderedDict(conv=ConvBlock(6, 8, kernel=3)))
    parts["decide"] = nn.Sequential(
        OrderedDict(conv=ConvBlock(8, 16, kernel=3), mean=MeanOverTime(), answer=nn.Linear(16, 3))
    )
    return GatedNetwork("beeps", (1, 1, SOUND), parts, {"sense": CutDesign(8, 2, 4)})


def load_sounds(split: SplitName) -> Windows:
    """Noise; in one window of four a low or a high beep."""
    rng = np.random.default_rng(_SEEDS[split])
    count = 200
    labels = (rng.random(count) < 0.25).astype(np.int8)
    sounds = rng.normal(size=(count, 1, SOUND)) * 0.1
    for index in np.flatnonzero(labels):
        frequency = rng.choice([700.0, 1900.0])
        sounds[index, 0, 100:400] += 0.4 * np.sin(2 * np.pi * frequency / RATE_HZ * np.arange(300))
    subjects = np.arange(count, dtype=np.int32) + 1000 * _SEEDS[split]
    return Windows(_float32(sounds), labels, subjects, 0.5)


def prepare_listener(network: GatedNetwork, windows: Windows) -> None:
    hear = network.get_submodule("trunk.hear")
    mel, standardise = hear.get_submodule("mel"), hear.get_submodule("standardise")
    assert isinstance(standardise, Standardise)
    standardise.learn(mel(torch.from_numpy(windows.samples)).numpy())


BEEPS = NetworkSpec(
    name="beeps",
    build=build_listener,
    stream="beeps",
    load=load_sounds,
    prepare=prepare_listener,
    augment=lambda samples, random: samples * (0.8 + 0.4 * torch.rand(1, generator=random)),
    recipe=replace(RECIPE, gate_weights=(0.5,)),
)
"""A listener whose answer is one of three classes, of which the first is background."""
