"""The training loss of a gated network.

``L = L_task + sum_k alpha_k BCE(gate_k, positive) + sum_k beta_k mean|z_k|``: our formulation of
what gated compression layers are trained with (arXiv 2303.08970). The paper's own loss is not known
to us. Gates are soft while training: every sample goes all the way, so that each gate learns from
all samples. ``z_k`` is the activation at gated cut k before its codec; driving it towards zero is
what lets a sparse codec send few of its values. alpha and beta may rise from 0 over the first
epochs, so that the task shapes the trunk before gates and sparsity pull at it.
"""

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from networks.gated import GatedOutput
from networks.spec import ClassWeight, Recipe


def gated_loss(
    crossing: GatedOutput, positives: torch.Tensor, recipe: Recipe, *, risen: float = 1.0
) -> torch.Tensor:
    """Scalar loss of one batch.

    Parameters
    ----------
    crossing
        What the batch gave.
    positives
        Shape (batch,), 1.0 where positive.
    recipe
        Its class weights are numbers: :func:`in_balance` makes them so.
    risen
        How far the weights of gates and sparsity have risen, in [0, 1].
    """
    loss = functional.binary_cross_entropy_with_logits(
        event_logit(crossing.output), positives, pos_weight=_tensor(recipe.positive_weight)
    )
    weight = _tensor(recipe.gate_positive_weight)
    for index, alpha in enumerate(recipe.gate_weights):
        loss = loss + risen * alpha * functional.binary_cross_entropy_with_logits(
            crossing.gate_logits[:, index], positives, pos_weight=weight
        )
    # No weights at all means no penalty; otherwise there is one for each gated cut.
    if recipe.sparsity_weights:
        for beta, activation in zip(recipe.sparsity_weights, crossing.activations, strict=True):
            loss = loss + risen * beta * activation.abs().mean()
    return loss


def in_balance(recipe: Recipe, labels: NDArray[np.int8]) -> Recipe:
    """The recipe with ``balanced`` class weights as numbers, from the labels (n,) of training."""

    def number(weight: ClassWeight) -> float:
        if weight != "balanced":
            return weight
        positives = int((labels == 1).sum())
        return (len(labels) - positives) / max(positives, 1)

    return replace(
        recipe,
        positive_weight=number(recipe.positive_weight),
        gate_positive_weight=number(recipe.gate_positive_weight),
    )


def risen_at(step: int, steps: int, warm_up_share: float) -> float:
    """How far the weights of gates and sparsity have risen at one of all steps, in [0, 1]."""
    rising = warm_up_share * steps
    return 1.0 if step >= rising else step / rising


def event_logit(output: torch.Tensor) -> torch.Tensor:
    """Logit (batch,) that the answer is "positive", of raw outputs (batch, 1) or (batch, classes).

    One value is the logit itself; of several, class 0 is the background.
    """
    if output.shape[1] == 1:
        return output[:, 0]
    return torch.logsumexp(output[:, 1:], dim=1) - output[:, 0]


def _tensor(weight: ClassWeight) -> torch.Tensor:
    if isinstance(weight, str):
        raise ValueError("in_balance() turns 'balanced' into a number first")
    return torch.tensor(weight)
