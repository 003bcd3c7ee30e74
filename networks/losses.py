"""The training loss of a gated network.

``L = L_task + sum_k alpha_k BCE(gate_k, positive)``: our formulation of what gated compression
layers are trained with (arXiv 2303.08970). Gates are soft while training: every sample goes all the
way, so that each gate learns from all samples. Bytes are saved by the learned codec's few channels,
not by a sparsity penalty.
"""

import torch
from torch.nn import functional

from networks.gated import GatedOutput
from networks.spec import Recipe


def gated_loss(crossing: GatedOutput, positives: torch.Tensor, recipe: Recipe) -> torch.Tensor:
    """Scalar loss of one batch; ``positives`` has shape (batch,), 1.0 where positive."""
    loss = functional.binary_cross_entropy_with_logits(
        event_logit(crossing.output), positives, pos_weight=torch.tensor(recipe.positive_weight)
    )
    weight = torch.tensor(recipe.gate_positive_weight)
    for index, alpha in enumerate(recipe.gate_weights):
        loss = loss + alpha * functional.binary_cross_entropy_with_logits(
            crossing.gate_logits[:, index], positives, pos_weight=weight
        )
    return loss


def event_logit(output: torch.Tensor) -> torch.Tensor:
    """Logit (batch,) that the answer is "positive", of raw outputs (batch, 1) or (batch, classes).

    One value is the logit itself; of several, class 0 is the background.
    """
    if output.shape[1] == 1:
        return output[:, 0]
    return torch.logsumexp(output[:, 1:], dim=1) - output[:, 0]
