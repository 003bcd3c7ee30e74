"""Front ends: what stands between raw sound and a network, as modules that cost what they cost.

They are traced like any other module, so a front end is operators with multiply-accumulates,
weights and activations, ends in cut points, and is placed on a core like the rest. Nothing is a
black box with a price of its own.

The spectrum is a Fourier transform in two stages (J. W. Cooley, J. W. Tukey, "An algorithm for the
machine calculation of complex Fourier series", Mathematics of Computation 19, 1965), each a
product of matrices, which every core with multipliers can do. A frame of 256 samples takes 16,384
multiply-accumulates, a quarter of the plain transform's 65,536. A core with an FFT of its own
would take fewer; no law here knows one.
"""

from math import gcd, isqrt

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional


class Standardise(nn.Module):
    """Brings raw channels to mean 0 and variance 1 by constants kept with the weights."""

    mean: torch.Tensor
    variance: torch.Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("variance", torch.ones(channels))

    def learn(self, values: NDArray[np.float32]) -> None:
        """Keep the mean and the variance of each channel of training data (n, channels, ...)."""
        axes = (0, *range(2, values.ndim))
        wide = values.astype(np.float64)
        self.mean.copy_(torch.from_numpy(wide.mean(axis=axes)))
        self.variance.copy_(torch.from_numpy(wide.var(axis=axes)))

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        """Shape (batch, channels, ...) in and out."""
        return functional.batch_norm(samples, self.mean, self.variance, eps=0.0)


class Framing(nn.Module):
    """Cuts sound into overlapping frames; what is left at the end is not used.

    Frames are put together from pieces as long as the greatest common divisor of both, so a hop
    that divides the frame costs least.

    Parameters
    ----------
    length, hop
        Samples of a frame, and from one frame to the next.
    """

    def __init__(self, length: int, hop: int) -> None:
        super().__init__()
        if not 1 <= hop <= length:
            raise ValueError(f"a hop of {hop} samples is not from 1 to the {length} of a frame")
        self.piece = gcd(length, hop)
        self.pieces = length // self.piece
        self.step = hop // self.piece

    def forward(self, sound: torch.Tensor) -> torch.Tensor:
        """Shape (batch, 1, samples) in, (batch, frames, length) out."""
        whole = sound.shape[2] // self.piece
        if whole < self.pieces:
            raise ValueError(f"{sound.shape[2]} samples are less than one frame")
        last = (whole - self.pieces) // self.step * self.step + 1
        pieces = sound[:, 0, : whole * self.piece].reshape(-1, whole, self.piece)
        return torch.cat([pieces[:, i : i + last : self.step] for i in range(self.pieces)], dim=2)


class PowerSpectrum(nn.Module):
    """Squared magnitudes of the Fourier transform of frames under a window.

    Parameters
    ----------
    length
        Samples of a frame, even. It is split into two factors as alike as possible.
    window
        What the samples of a frame are multiplied by; a Hann window if not given.
    """

    first: torch.Tensor
    second: torch.Tensor

    def __init__(self, length: int, window: NDArray[np.float64] | None = None) -> None:
        super().__init__()
        if length < 2 or length % 2:
            raise ValueError(f"a frame of {length} samples is not even")
        half = length // 2
        rows = next(n for n in range(isqrt(length), 0, -1) if half % n == 0)
        # Sample columns * i + j meets bin k + rows * m; the window is folded into the first stage.
        columns = length // rows
        i, k, j, m = (np.arange(n) for n in (rows, rows, columns, columns // 2))
        angle = 2 * np.pi * k * (i[:, None] / rows + j[:, None, None] / length)
        weights = np.hanning(length + 1)[:-1] if window is None else window
        weights = weights.reshape(rows, columns).T[:, :, None]
        first = np.concatenate([np.cos(angle), -np.sin(angle)], axis=2) * weights
        turn = 2 * np.pi * m[:, None] * j / columns
        second = np.block([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        self.rows, self.columns = rows, columns
        self.register_buffer("first", torch.from_numpy(first).float().unsqueeze(1), False)
        self.register_buffer("second", torch.from_numpy(second).float(), False)

    @property
    def order(self) -> NDArray[np.int64]:
        """Which bin each output is, of bins 0 to length / 2 - 1; shape (length / 2,)."""
        return np.add.outer(np.arange(self.rows), self.rows * np.arange(self.columns // 2)).ravel()

    def forward(self, frames: torch.Tensor) -> torch.Tensor:
        """Shape (batch, frames, length) in, (batch, frames, length / 2) out, bins in ``order``."""
        batch, count = frames.shape[:2]
        sorted_ = frames.reshape(batch, count, self.rows, self.columns).permute(3, 0, 1, 2)
        stage = torch.matmul(sorted_, self.first)
        halves = stage.reshape(self.columns, batch, count, 2, self.rows).permute(1, 2, 4, 3, 0)
        bins = functional.linear(halves.reshape(batch, count, self.rows, -1), self.second)
        squares = bins * bins
        middle = self.columns // 2
        power = squares[..., :middle] + squares[..., middle:]
        return power.reshape(batch, count, -1)


class LogMel(nn.Module):
    """Logarithms of the power in bands that are equally wide on the mel scale, as one hears.

    Parameters
    ----------
    rate_hz
        Sample rate.
    length, hop
        Samples of a frame, and from one frame to the next.
    bands
        Triangular filters from 0 Hz to half the rate; each begins in the middle of the one before.
    floor
        Added to the power before the logarithm: what is silent to the network. A full sine has a
        power of (length / 4) squared.
    """

    mel: torch.Tensor

    def __init__(
        self, rate_hz: float, *, length: int = 256, hop: int = 128, bands: int = 40, floor: float
    ) -> None:
        super().__init__()
        if floor <= 0:
            raise ValueError(f"the logarithm needs a floor above 0, not {floor}")
        self.framing = Framing(length, hop)
        self.spectrum = PowerSpectrum(length)
        self.floor = floor
        weights = mel_weights(rate_hz, length, bands)[:, self.spectrum.order]
        # Rows as they are read: torch.export would keep another layout, and warn of it.
        self.register_buffer("mel", torch.from_numpy(weights).float().contiguous(), False)

    def forward(self, sound: torch.Tensor) -> torch.Tensor:
        """Shape (batch, 1, samples) in [-1, 1] in, (batch, bands, frames) out."""
        power = functional.linear(self.spectrum(self.framing(sound)), self.mel)
        return torch.log(power + self.floor).transpose(1, 2)


def mel_weights(rate_hz: float, length: int, bands: int) -> NDArray[np.float64]:
    """Share of each bin's power in each band, shape (bands, length / 2), without the last bin.

    On the scale 2595 log10(1 + f / 700 Hz) (D. O'Shaughnessy, "Speech communication: human and
    machine", 1987). A ``ValueError`` if a band is so narrow that it holds no bin.
    """

    def mel(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(2595 * np.log10(1 + frequency_hz / 700))

    of_bins = mel(np.arange(length // 2) * rate_hz / length)
    edges = np.linspace(0, mel(np.array([rate_hz / 2]))[0], bands + 2)
    width = edges[1]
    weights = np.clip(1 - np.abs(of_bins - edges[1:-1, None]) / width, 0, None)
    empty = np.flatnonzero(weights.sum(axis=1) == 0)
    if empty.size:
        raise ValueError(
            f"band {empty[0]} of {bands} lies between two bins of a frame of {length} samples: "
            "take fewer bands or longer frames"
        )
    return np.asarray(weights)
