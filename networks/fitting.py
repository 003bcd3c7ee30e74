"""The weights of a gated network, learned; the same seed gives the same weights."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from networks.errors import network_error
from networks.gated import GatedNetwork
from networks.losses import gated_loss, in_balance, risen_at
from networks.recipes import require_recipe
from networks.spec import NetworkSpec
from networks.streams.windows import Windows

CODED_SHARE = 0.5
"""Share of samples that a codec of the cut's design sends on: the rest goes on raw."""

LARGEST_GRADIENT_NORM = 1.0
"""Gradients beyond are scaled down."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """How far training has come."""

    done: int
    """Passes over the data so far."""
    loss: float
    """Mean over the samples of the last one."""


def fit(
    spec: NetworkSpec,
    windows: Windows,
    seed: int,
    *,
    epochs: int,
    progress: Callable[[Epoch], None],
) -> GatedNetwork:
    """Train a fresh network.

    Parameters
    ----------
    spec
        Network and recipe. The recipe's frozen parts stay as ``spec.build`` made them.
    windows
        Training data.
    seed
        Of everything random: weights, order of samples, augmentation, codecs.
    epochs
        Passes over the data.
    progress
        Called after each epoch.

    Raises
    ------
    NetworkError
        The recipe is not for this network, or the loss is not a number any more.
    """
    recipe = in_balance(spec.recipe, windows.labels)
    bounds = _bounds(len(windows), recipe.batch_size)
    with _reproducible(seed):
        random = torch.Generator().manual_seed(seed)
        network = spec.build()
        require_recipe(recipe, network)
        spec.prepare(network, windows)
        samples = torch.from_numpy(windows.samples)
        positives = torch.from_numpy(windows.labels).float()
        with _frozen(network, recipe.frozen_parts):
            learned = [p for p in network.parameters() if p.requires_grad]
            optimizer = torch.optim.AdamW(
                learned, lr=recipe.learning_rate, weight_decay=recipe.weight_decay
            )
            steps = epochs * len(bounds)
            schedule = torch.optim.lr_scheduler.OneCycleLR(
                optimizer, max_lr=recipe.learning_rate, total_steps=steps
            )
            step = 0
            for epoch in range(1, epochs + 1):
                total = 0.0
                order = torch.randperm(len(windows), generator=random)
                for start, end in bounds:
                    batch = order[start:end]
                    crossing = network.crossing_mixed(
                        spec.augment(samples[batch], random),
                        _draw_codecs(network, len(batch), random),
                    )
                    risen = risen_at(step, steps, recipe.warm_up_share)
                    optimizer.zero_grad()
                    loss = gated_loss(crossing, positives[batch], recipe, risen=risen)
                    _require_finite(loss, spec, epoch, epochs)
                    loss.backward()  # type: ignore[no-untyped-call]
                    torch.nn.utils.clip_grad_norm_(learned, LARGEST_GRADIENT_NORM)
                    optimizer.step()
                    schedule.step()
                    total += len(batch) * loss.item()
                    step += 1
                progress(Epoch(epoch, total / len(windows)))
    return network.eval()


def _bounds(count: int, size: int) -> list[tuple[int, int]]:
    """Where batches of ``size`` begin and end; one sample left over joins those before it.

    Batch norms could not learn from it alone.
    """
    starts = list(range(0, count, size))
    if count - starts[-1] == 1 and len(starts) > 1:
        starts.pop()
    return list(zip(starts, [*starts[1:], count], strict=True))


def _require_finite(loss: torch.Tensor, spec: NetworkSpec, epoch: int, epochs: int) -> None:
    """Stop before a loss that is no number reaches the weights."""
    if not math.isfinite(loss.item()):
        raise network_error(
            f"training '{spec.name}': the loss is {loss.item()} in epoch {epoch} of {epochs}",
            hint=f"lower the learning rate, {spec.recipe.learning_rate:g} now, and look at what "
            "`prepare` and `augment` make of the samples",
        )


@contextmanager
def _frozen(network: GatedNetwork, parts: tuple[str, ...]) -> Iterator[None]:
    """Training mode, but for frozen parts; afterwards their parameters are as they were."""
    frozen = [network.trunk.get_submodule(part) for part in parts]
    held = [p for part in frozen for p in part.parameters() if p.requires_grad]
    network.train()
    for part in frozen:
        part.eval()
    for parameter in held:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in held:
            parameter.requires_grad_(True)


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
