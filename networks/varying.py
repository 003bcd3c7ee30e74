"""Training batches varied as the world varies them: turned, shifted, louder, in noise."""

import torch
from torch.nn import functional


def uniform(random: torch.Generator, *shape: int) -> torch.Tensor:
    """Drawn evenly from [-1, 1)."""
    return 2 * torch.rand(*shape, generator=random) - 1


def moved(
    images: torch.Tensor,
    random: torch.Generator,
    *,
    turn_rad: float,
    shift_pixels: float,
    scale_share: float,
) -> torch.Tensor:
    """Each image turned, shifted and scaled a little; black comes in at the edges.

    Parameters
    ----------
    images
        Shape (batch, channels, height, width).
    random
        What is drawn from.
    turn_rad, shift_pixels, scale_share
        The most of each: to both sides, along each axis, larger or smaller.
    """
    batch, _, height, width = images.shape
    angle = turn_rad * uniform(random, batch)
    size = 1 + scale_share * uniform(random, batch)
    shift = 2 * shift_pixels * uniform(random, batch, 2) / torch.tensor([width, height])
    cosine, sine = angle.cos() / size, angle.sin() / size
    rows = torch.stack([cosine, -sine, shift[:, 0], sine, cosine, shift[:, 1]], dim=1)
    grid = functional.affine_grid(rows.view(batch, 2, 3), list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


def noisy(samples: torch.Tensor, random: torch.Generator, *, deviation: float) -> torch.Tensor:
    """With white noise of at most that standard deviation, another for each sample."""
    amount = deviation * torch.rand(len(samples), *[1] * (samples.dim() - 1), generator=random)
    return samples + amount * torch.randn(samples.shape, generator=random)
