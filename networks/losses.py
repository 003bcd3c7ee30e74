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
    loss = _task_loss(crossing.output, positives, recipe.positive_weight)
    weight = torch.tensor(recipe.gate_positive_weight)
    for index, alpha in enumerate(recipe.gate_weights):
        loss = loss + alpha * functional.binary_cross_entropy_with_logits(
            crossing.gate_logits[:, index], positives, pos_weight=weight
        )
    return loss


def _task_loss(
    output: torch.Tensor, positives: torch.Tensor, positive_weight: float
) -> torch.Tensor:
    """Cross-entropy of the answer: one logit (batch, 1), or two (batch, 2)."""
    if output.shape[1] == 1:
        return functional.binary_cross_entropy_with_logits(
            output[:, 0], positives, pos_weight=torch.tensor(positive_weight)
        )
    weights = torch.tensor([1.0, positive_weight])
    return functional.cross_entropy(output, positives.long(), weight=weights)
