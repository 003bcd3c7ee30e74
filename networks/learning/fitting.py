"""The weights of a gated network, learned; the same seed gives the same weights."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from networks.batches import evaluated
from networks.errors import network_error
from networks.gated import GatedNetwork
from networks.learning.checkpoints import Learner, resume_from, save_checkpoint, training_label
from networks.learning.losses import gated_loss, in_balance, risen_at
from networks.learning.recipes import require_recipe
from networks.learning.remembering import remembering
from networks.spec import NetworkSpec, Recipe, as_they_are
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
    checkpoint: Path | None = None,
    resume: bool = False,
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
    checkpoint
        File that is written after each epoch; None: no file.
    resume
        Go on from the checkpoint. The weights are then, to the bit, those of a training that was
        not interrupted.

    Raises
    ------
    NetworkError
        The recipe is not for this network, the checkpoint is not of this training, or the loss is
        not a number any more.
    """
    recipe = in_balance(spec.recipe, windows.labels)
    bounds = _bounds(len(windows), recipe.batch_size)
    steps = epochs * len(bounds)
    with _reproducible(seed):
        random = torch.Generator().manual_seed(seed)
        network = spec.build()
        require_recipe(recipe, network)
        with evaluated(network):
            spec.prepare(network, windows)
        unvaried = recipe.frozen_parts if spec.augment is as_they_are else ()
        with _frozen(network, recipe.frozen_parts), remembering(network, unvaried):
            learner = _learner(network, recipe, steps, random)
            done = 0
            if checkpoint is not None:
                label = training_label(spec, network, windows, seed, epochs)
                if resume:
                    done = resume_from(checkpoint, learner, label, steps_per_epoch=len(bounds))
            for epoch in range(done, epochs):
                loss = _pass(learner, spec, recipe, windows, bounds, epoch, steps)
                if checkpoint is not None:
                    save_checkpoint(checkpoint, learner, label, epochs_done=epoch + 1)
                progress(Epoch(epoch + 1, loss))
    return network.eval()


def _learner(network: GatedNetwork, recipe: Recipe, steps: int, random: torch.Generator) -> Learner:
    """AdamW for all that is not frozen, with a cosine schedule over all steps."""
    optimizer = torch.optim.AdamW(
        [parameter for parameter in network.parameters() if parameter.requires_grad],
        lr=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=recipe.learning_rate, total_steps=steps
    )
    return Learner(network, optimizer, schedule, random)


def _pass(
    learner: Learner,
    spec: NetworkSpec,
    recipe: Recipe,
    windows: Windows,
    bounds: list[tuple[int, int]],
    epoch: int,
    steps: int,
) -> float:
    """One pass over the data; the mean loss of its samples."""
    network, random = learner.network, learner.random
    samples = torch.from_numpy(windows.samples)
    positives = torch.from_numpy(windows.labels).float()
    learned = list(learner.learned.values())
    order = torch.randperm(len(windows), generator=random)
    total = 0.0
    for number, (start, end) in enumerate(bounds):
        batch = order[start:end]
        crossing = network.crossing_mixed(
            spec.augment(samples[batch], random), _draw_codecs(network, len(batch), random)
        )
        risen = risen_at(epoch * len(bounds) + number, steps, recipe.warm_up_share)
        learner.optimizer.zero_grad()
        loss = gated_loss(crossing, positives[batch], recipe, risen=risen)
        total += len(batch) * _finite(loss, spec, epoch + 1, steps // len(bounds))
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learned, LARGEST_GRADIENT_NORM)
        learner.optimizer.step()
        learner.schedule.step()
    return total / len(windows)


def _bounds(count: int, size: int) -> list[tuple[int, int]]:
    """Where batches of ``size`` begin and end; one sample left over joins those before it.

    Batch norms could not learn from it alone.
    """
    starts = list(range(0, count, size))
    if count - starts[-1] == 1 and len(starts) > 1:
        starts.pop()
    return list(zip(starts, [*starts[1:], count], strict=True))


def _finite(loss: torch.Tensor, spec: NetworkSpec, epoch: int, epochs: int) -> float:
    """The loss, if it is a number; no other reaches the weights."""
    value = loss.item()
    if not math.isfinite(value):
        raise network_error(
            f"training '{spec.name}': the loss is {value} in epoch {epoch} of {epochs}",
            hint=f"lower the learning rate, {spec.recipe.learning_rate:g} now, and look at what "
            "`prepare` and `augment` make of the samples",
        )
    return value


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
