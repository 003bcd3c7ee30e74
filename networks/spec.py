"""What makes a network trainable: one value, in one file of the zoo or beside a scenario."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch

from networks.gated import GatedNetwork
from networks.streams.windows import SplitName, Windows

ClassWeight = float | Literal["balanced"]
"""How much more a positive sample counts than a negative one in a loss.

``balanced``: negatives over positives of the training split, so that both classes count alike.
"""


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
    positive_weight: ClassWeight
    """How much more a positive sample counts than a negative one in the task's loss."""
    gate_positive_weight: ClassWeight
    """The same in the gates' losses: a gate must miss fewer positives than the network may."""
    recall_floor: float
    """Share of the true positives of validation that all gates together must let pass."""
    sparsity_weights: tuple[float, ...] = ()
    """beta_k of the loss, one for each gate, on the mean absolute activation there; empty: none."""
    warm_up_share: float = 0.0
    """Share of the epochs in which the weights of gates and sparsity rise from 0."""
    frozen_parts: tuple[str, ...] = ()
    """Parts of the trunk that keep their weights, and the statistics of their batch norms."""
    recall_confidence: float | None = None
    """With what confidence the recall floor holds on new data; None: it holds on validation's."""
    recall_per_subject: bool = False
    """Whether the recall floor holds for each subject of validation alone: the worst decides."""
    margin_share: float = 0.0
    """Share of the negatives that each gate lets go on though it could stop them, for a threshold
    farther below the positives of validation: new ones may score lower."""
    calibrate_gates: bool = True
    """Whether scores become probabilities, at validation's share of positives, once trained."""
    positive_exits: bool = False
    """Whether a gate may answer "positive" too."""
    false_alarm_cap: float = 0.001
    """Share of the true negatives that all gates together may then answer "positive"."""


def as_they_are(samples: torch.Tensor, random: torch.Generator) -> torch.Tensor:
    """An ``augment`` that varies nothing."""
    return samples


def nothing_to_prepare(network: GatedNetwork, windows: Windows) -> None:
    """A ``prepare`` for networks that learn all they need."""


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """A network, its data and its recipe."""

    name: str
    """Name of the network, and of its file in ``networks/zoo``."""
    build: Callable[[], GatedNetwork]
    """Makes the network with fresh weights, or with pretrained ones."""
    stream: str
    """Name of the stream that it reads, and of its file in ``networks/streams``."""
    load: Callable[[SplitName], Windows]
    """Reads one split of the recorded stream; the splits share no subject."""
    recipe: Recipe
    """How it is trained."""
    prepare: Callable[[GatedNetwork, Windows], None] = nothing_to_prepare
    """Sets what comes from the training data and is not learned: constants of normalisation."""
    augment: Callable[[torch.Tensor, torch.Generator], torch.Tensor] = as_they_are
    """Varies a training batch (batch, ...) as the world does."""
    sample_rate_hz: float | None = None
    """Values a second that the network expects along the last axis of a sample; None: any."""
