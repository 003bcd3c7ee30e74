"""The ungated network, made as small as it goes without gates: fewer channels, then int8.

Whole channels are pruned, for those are what a core saves on: of each group those whose filters
have the least sum of magnitudes (Li et al., 2017, arXiv 1608.08710), the same share everywhere.
``torch.nn.utils.prune`` has the same criterion, but it only masks: a masked channel costs what it
did. Then all is rounded to int8, see :mod:`networks.contenders.quantising`. The share is chosen on
validation, by what is left then.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from networks.answers import answers
from networks.contender import Contender
from networks.contenders import ungated
from networks.contenders.channels import ChannelGroup, narrow
from networks.contenders.fitted import as_measured, fitted, without_gates
from networks.contenders.following import channel_groups
from networks.contenders.quantising import RoundedNetwork
from networks.evaluation import accuracy, recall
from networks.gated import GatedNetwork
from networks.gated_graph import trace_gated
from networks.measuring import measured, recorder
from networks.spec import NetworkSpec, nothing_to_prepare
from networks.streams.windows import Windows
from scheduler.recording import Recording
from scheduler.tolerance import ACCURACY_SLACK

KEPT_SHARES = (0.25, 0.5, 0.75)
"""Shares of the channels to keep, least first; the first that is good enough is taken.

A trunk of which parts stay as they came, because others trained them, is only rounded.
"""

TOLERANCE = 0.005
"""Accuracy on validation that pruning and rounding may cost."""

TUNING_SHARE = 1 / 3
"""Epochs after pruning, as a share of the recipe's: the three shares together cost one training."""

TUNING_RATE = 0.3
"""Peak of the learning rate after pruning, as a share of the recipe's."""

CALIBRATION_WINDOWS = 256
"""Training windows that say how large activations become."""


def make(spec: NetworkSpec, seed: int) -> Contender:
    """Pruned, tuned and rounded; its accuracy is that of int8."""
    whole, validation = ungated.network_of(spec, seed), spec.load("validation")
    calibration = _calibration(spec, seed)
    with as_measured(spec, whole):
        exact = recorder(whole, trace_gated(whole).taskgraph)({}, validation)
    for network in _tried(spec, seed, whole):
        rounded = RoundedNetwork(network.trunk, calibration, name=network.name)
        if holds(partial(_recorded, rounded)({}, validation), exact, spec.recipe.recall_floor):
            break
    recorded = partial(_recorded, rounded)
    return Contender("pruned-int8", measured(rounded.taskgraph(), recorded, validation), recorded)


def holds(tried: Recording, whole: Recording, recall_floor: float) -> bool:
    """Whether a smaller network answers well enough: on the gates' terms, and by accuracy.

    It must find ``recall_floor`` of the positives that the whole one finds.
    """
    found = (whole.labels == 1) & (whole.answers == 1)
    kept = recall(tried.answers[found], whole.labels[found]) if found.any() else 1.0
    loss = accuracy(whole.answers, whole.labels) - accuracy(tried.answers, tried.labels)
    return kept >= recall_floor - ACCURACY_SLACK and loss <= TOLERANCE + ACCURACY_SLACK


def _tried(spec: NetworkSpec, seed: int, whole: GatedNetwork) -> Iterator[GatedNetwork]:
    """From the fewest channels on; all of them at last."""
    if not spec.recipe.frozen_parts:
        for share in KEPT_SHARES:
            yield _tuned(spec, seed, without_weakest(whole, share))
    yield whole


def _calibration(spec: NetworkSpec, seed: int) -> torch.Tensor:
    windows = spec.load("train")
    count = min(CALIBRATION_WINDOWS, len(windows))
    drawn = np.random.default_rng(seed).choice(len(windows), count, replace=False)
    return torch.from_numpy(windows.samples[drawn])


def _recorded(network: RoundedNetwork, codecs: Mapping[str, str], windows: Windows) -> Recording:
    """What the network says in int8; nothing else can be asked of it."""
    if any(codec != "none" for codec in codecs.values()):
        raise ValueError(f"a network in int8 has no codecs, not {dict(codecs)}")
    outputs = network(torch.from_numpy(windows.samples)).numpy()
    none = np.zeros((len(windows), 0), dtype=np.float32)
    return Recording(windows.labels, none, answers(outputs), ())


def without_weakest(network: GatedNetwork, share: float) -> GatedNetwork:
    """A copy that keeps the strongest ``share`` of each group of channels, at least one."""
    copy = deepcopy(network)
    groups = channel_groups(copy.trunk, torch.zeros(copy.input_shape))
    strengths = {group: _strengths(copy, group) for group in groups}
    narrow(
        copy.trunk,
        {
            group: np.sort(np.argsort(-strength, kind="stable")[: _count(group, share)]).tolist()
            for group, strength in strengths.items()
        },
    )
    return copy


def _count(group: ChannelGroup, share: float) -> int:
    return max(1, round(group.size * share))


def _strengths(network: GatedNetwork, group: ChannelGroup) -> NDArray[np.float32]:
    """Sum of the magnitudes of what makes each channel, shape (channels,)."""
    total = torch.zeros(group.size)
    for name in group.filters:
        total += network.trunk.get_parameter(name).detach().abs().flatten(1).sum(1)
    return total.numpy()


def _tuned(spec: NetworkSpec, seed: int, network: GatedNetwork) -> GatedNetwork:
    """``network`` trained on, with its normalisation as it is."""
    plain = without_gates(spec)
    recipe = replace(plain.recipe, learning_rate=TUNING_RATE * plain.recipe.learning_rate)
    going_on = replace(plain, build=lambda: network, prepare=nothing_to_prepare, recipe=recipe)
    return fitted(going_on, seed, epochs=max(1, round(TUNING_SHARE * spec.recipe.epochs)))
