"""What makes a network trainable: one value, in one file of the zoo."""

from collections.abc import Callable
from dataclasses import dataclass

import torch

from networks.gated import GatedNetwork
from networks.streams.windows import SplitName, Windows


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a gated network is trained, and how its thresholds are chosen."""

    epochs: int
    """Passes over the training windows."""
    batch_size: int
    """Samples of one step."""
    learning_rate: float
    """Peak of AdamW's cosine schedule."""
    weight_decay: float
    """AdamW's decoupled decay."""
    gate_weights: tuple[float, ...]
    """alpha_k of the loss, one for each gate."""
    positive_weight: float
    """How much more a positive sample counts than a negative one in the task's loss."""
    gate_positive_weight: float
    """The same in the gates' losses: a gate must miss fewer positives than the network may."""
    recall_floor: float
    """Share of the true positives of validation that all gates together must let pass."""


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """A network, its data and its recipe."""

    name: str
    """Name of the network, and of its file in ``networks/zoo``."""
    build: Callable[[], GatedNetwork]
    """Makes the network with fresh weights."""
    stream: str
    """Name of the stream that it reads, and of its file in ``networks/streams``."""
    load: Callable[[SplitName], Windows]
    """Reads one split of the recorded stream; the splits share no subject."""
    prepare: Callable[[GatedNetwork, Windows], None]
    """Sets what comes from the training data and is not learned: constants of normalisation."""
    augment: Callable[[torch.Tensor, torch.Generator], torch.Tensor]
    """Varies a training batch (batch, ...) as the world does."""
    recipe: Recipe
    """How it is trained."""
