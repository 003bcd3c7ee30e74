"""A network that only answers: evaluation mode, no gradients, some samples at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

BATCH = 256
"""Samples in one pass."""


@contextmanager
def evaluated(module: nn.Module) -> Iterator[None]:
    """Evaluation mode and no gradients while this lasts; each part's mode comes back after it."""
    with modes_kept(module), torch.no_grad():
        module.eval()
        yield


@contextmanager
def modes_kept(module: nn.Module) -> Iterator[None]:
    """Every part of ``module`` is in training or in evaluation mode afterwards as it was before.

    ``module.train(mode)`` would put all parts into one mode, frozen ones too.
    """
    modes = [(part, part.training) for part in module.modules()]
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


def batches(samples: NDArray[np.float32], size: int = BATCH) -> Iterator[torch.Tensor]:
    """Samples (n, ...) as tensors of at most ``size`` of them, in order."""
    for start in range(0, len(samples), size):
        yield torch.from_numpy(samples[start : start + size])
