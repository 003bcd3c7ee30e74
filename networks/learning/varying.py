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


def written_anew(
    images: torch.Tensor, random: torch.Generator, *, shift_pixels: float
) -> torch.Tensor:
    """Handwriting a little askew, larger or smaller, beside the middle, on grey paper."""
    askew = moved(images, random, turn_rad=0.2, shift_pixels=shift_pixels, scale_share=0.1)
    return noisy(askew, random, deviation=0.08)


def stretched(
    sounds: torch.Tensor, random: torch.Generator, *, speed_share: float, shift_samples: float
) -> torch.Tensor:
    """Each sound faster or slower, and earlier or later; silence comes in at the ends.

    Played faster a voice is higher too, as a smaller speaker's is. Between samples the sound is
    taken to be straight.

    Parameters
    ----------
    sounds
        Shape (batch, 1, samples).
    random
        What is drawn from.
    speed_share, shift_samples
        The most of each, to both sides.
    """
    batch, _, count = sounds.shape
    speed = 1 + speed_share * uniform(random, batch, 1)
    shift = shift_samples * uniform(random, batch, 1)
    middle = (count - 1) / 2
    place = middle + (torch.arange(count) - middle) * speed + shift
    before = place.floor()
    share = place - before
    left = before.long()
    padded = functional.pad(sounds[:, 0], (1, 1))
    value = [padded.gather(1, (left + step + 1).clamp(0, count + 1)) for step in (0, 1)]
    return (value[0] * (1 - share) + value[1] * share).unsqueeze(1)


def coloured(
    sounds: torch.Tensor, random: torch.Generator, *, level_db: float, tilt: float
) -> torch.Tensor:
    """Each sound louder or softer, and duller or brighter, as through another microphone.

    Parameters
    ----------
    sounds
        Shape (batch, 1, samples).
    random
        What is drawn from.
    level_db
        The most that a level changes, up or down.
    tilt
        The most of the sample before that is added or taken away, below 1.
    """
    batch = len(sounds)
    gain = 10 ** (level_db * uniform(random, batch, 1, 1) / 20)
    share = tilt * uniform(random, batch, 1, 1)
    late = functional.pad(sounds[:, :, :-1], (1, 0))
    return gain * (sounds + share * late)
