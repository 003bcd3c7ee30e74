"""The weights of a gated network, learned; the same seed gives the same weights."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from networks.gated import GatedNetwork
from networks.losses import gated_loss
from networks.spec import NetworkSpec
from networks.streams.windows import Windows

CODED_SHARE = 0.5
"""Share of samples that a codec of the cut's design sends on: the rest goes on raw."""

LARGEST_GRADIENT_NORM = 1.0
"""Gradients beyond are scaled down."""


def fit(
    spec: NetworkSpec,
    windows: Windows,
    seed: int,
    *,
    epochs: int,
    progress: Callable[[int], None],
) -> GatedNetwork:
    """Train a fresh network.

    Parameters
    ----------
    spec
        Network and recipe.
    windows
        Training data.
    seed
        Of everything random: weights, order of samples, augmentation, codecs.
    epochs
        Passes over the data.
    progress
        Called with the number of epochs done after each.
    """
    recipe = spec.recipe
    with _reproducible(seed):
        random = torch.Generator().manual_seed(seed)
        network = spec.build()
        spec.prepare(network, windows)
        samples = torch.from_numpy(windows.samples)
        positives = torch.from_numpy(windows.labels).float()
        optimizer = torch.optim.AdamW(
            network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        steps = epochs * math.ceil(len(windows) / recipe.batch_size)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, max_lr=recipe.learning_rate, total_steps=steps
        )
        network.train()
        for epoch in range(epochs):
            order = torch.randperm(len(windows), generator=random)
            for start in range(0, len(windows), recipe.batch_size):
                batch = order[start : start + recipe.batch_size]
                crossing = network.crossing_mixed(
                    spec.augment(samples[batch], random), _draw_codecs(network, len(batch), random)
                )
                optimizer.zero_grad()
                gated_loss(crossing, positives[batch], recipe).backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(network.parameters(), LARGEST_GRADIENT_NORM)
                optimizer.step()
                schedule.step()
            progress(epoch + 1)
    return network.eval()


def _draw_codecs(
    network: GatedNetwork, count: int, random: torch.Generator
) -> dict[str, torch.Tensor]:
    """What sends each of ``count`` samples on, drawn anew at each gated cut.

    Indices into the part's ``drawn_codecs``: :data:`CODED_SHARE` of the samples is shared evenly by
    the codecs of the cut's design.
    """
    drawn = {}
    for part in network.gated_parts:
        coded = len(network.drawn_codecs(part)) - 1
        place = torch.rand(count, generator=random) / CODED_SHARE  # from 1 on: raw
        among = 1 + (place * coded).long()
        drawn[part] = torch.where((place < 1) & (among <= coded), among, 0)
    return drawn


@contextmanager
def _reproducible(seed: int) -> Iterator[None]:
    """One thread, deterministic operators, torch's own generator seeded; then as it was."""
    threads = torch.get_num_threads()
    deterministic = torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(True)
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(deterministic)
            torch.set_num_threads(threads)
