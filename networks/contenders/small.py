"""A small network that costs what the gated one costs on average: the trunk with fewer channels.

It answers the oldest question that can be put to gates: would a network of that size, always
running to its end, not have done as well?

Where others trained the trunk and it stays as it came, the small network is its beginning.
"""

from dataclasses import replace
from functools import lru_cache

import torch
from torch import nn

from networks.contender import Contender
from networks.contenders import gated
from networks.contenders.channels import ChannelGroup, narrow
from networks.contenders.entropy import NEGATIVE_SHARE
from networks.contenders.fitted import as_measured, fitted, without_gates
from networks.contenders.following import channel_groups
from networks.evaluation import mean_macs
from networks.gated import GatedNetwork
from networks.gated_graph import trace_gated
from networks.measuring import measured, recorder
from networks.spec import NetworkSpec, nothing_to_prepare
from networks.tracing import trace
from scheduler.gating import survival
from scheduler.taskgraph import SampleClass, TaskGraph

HEAD = "small_answer"
"""Name of the part that answers behind the first parts of a trunk: none of theirs."""

STEPS = 32
"""Widths that are tried: shares of each group of channels, in steps of one in so many."""


def make(spec: NetworkSpec, seed: int) -> Contender:
    """Trained from scratch for the recipe's epochs; always runs to its end."""
    network = network_of(spec, seed)
    taskgraph = trace_gated(network).taskgraph
    recorded = recorder(network, taskgraph)
    with as_measured(spec, network):
        figures = measured(taskgraph, recorded, spec.load("validation"))
    return Contender("small", figures, recorded)


@lru_cache(maxsize=1)
def network_of(spec: NetworkSpec, seed: int) -> GatedNetwork:
    """The trained small network; the last one is kept, for the cascade begins with it."""
    macs = expected_macs(gated.make(spec, seed).taskgraph)
    with torch.random.fork_rng(devices=[]):  # weights that are only counted
        smaller = _begun(spec, macs) if spec.recipe.frozen_parts else _narrowed(spec, macs)
    return fitted(smaller, seed)


def _narrowed(spec: NetworkSpec, macs: float) -> NetworkSpec:
    plain = without_gates(spec)
    step = _widest(plain, macs)
    return replace(plain, build=lambda: scaled(plain.build(), step))


def _begun(spec: NetworkSpec, macs: float) -> NetworkSpec:
    """The first parts of a trunk that others trained, with an answer of their own behind them.

    To train a narrow one from nothing would take what the trunk has cost its makers.
    """
    whole = spec.build()
    sizes = {cut: _macs(beginning(spec.build(), cut)) for cut in whole.gated_parts}
    last = max((c for c in sizes if sizes[c] <= macs), key=lambda c: sizes[c], default=None)
    chosen = last or min(sizes, key=lambda c: sizes[c])

    def build() -> GatedNetwork:
        prepared = spec.build()
        spec.prepare(prepared, spec.load("train"))
        return beginning(prepared, chosen)

    kept = beginning(whole, chosen).parts
    frozen = tuple(part for part in spec.recipe.frozen_parts if part in kept)
    plain = without_gates(spec)
    recipe = replace(plain.recipe, frozen_parts=frozen)
    return replace(plain, build=build, prepare=nothing_to_prepare, recipe=recipe)


def beginning(network: GatedNetwork, cut: str) -> GatedNetwork:
    """The parts up to a gated one, and its head, which answers."""
    names = list(network.parts)
    kept = {name: network.parts[name] for name in names[: names.index(cut) + 1]}
    return GatedNetwork(network.name, network.input_shape, {**kept, HEAD: network.gates[cut]}, {})


def expected_macs(taskgraph: TaskGraph, negative_share: float = NEGATIVE_SHARE) -> float:
    """Mean multiply-accumulates of a sample, gate heads included, at the gates' own thresholds.

    Codecs are left out: whether one is used is decided by a plan.
    """
    prior: dict[SampleClass, float] = {
        "negative": negative_share,
        "positive": 1 - negative_share,
    }
    return mean_macs(taskgraph, survival(taskgraph.gates, prior))


def scaled(network: GatedNetwork, step: int) -> GatedNetwork:
    """``network`` with ``step`` in ``STEPS`` of its channels, its weights drawn anew.

    Each group keeps at least one channel. What cannot draw its weights anew begins with what is
    left of them.
    """
    groups = _groups(network)
    narrow(network.trunk, {group: range(_channels(group, step)) for group in groups})
    changed = {place.tensor.rpartition(".")[0] for group in groups for place in group.places}
    for path in sorted(changed):
        _draw_anew(network.trunk.get_submodule(path))
    return network


def _channels(group: ChannelGroup, step: int) -> int:
    return max(1, round(group.size * step / STEPS))


def _groups(network: GatedNetwork) -> tuple[ChannelGroup, ...]:
    return channel_groups(network.trunk, torch.zeros(network.input_shape))


def _draw_anew(module: nn.Module) -> None:
    reset = getattr(module, "reset_parameters", None)
    if callable(reset):
        reset()


def _widest(spec: NetworkSpec, macs: float) -> int:
    """Most steps of width at which the network has at most ``macs``; 1 if it never has."""
    low, high = 1, STEPS
    while low < high:
        middle = (low + high + 1) // 2
        if _macs(scaled(spec.build(), middle)) <= macs:
            low = middle
        else:
            high = middle - 1
    return low


def _macs(network: GatedNetwork) -> int:
    graph = trace(network.trunk, torch.zeros(network.input_shape), name=network.name)
    return sum(operator.macs for operator in graph.operators)
