"""Front ends compute what numpy computes, and cost what their matrices have."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import nn

from networks.frontend import Framing, LogMel, PowerSpectrum, Standardise, mel_weights
from networks.split import split_segments
from networks.tracing import trace_network

SETTINGS = settings(derandomize=True, database=None, deadline=None, max_examples=40)


def _sound(batch: int, samples: int, seed: int) -> torch.Tensor:
    random = np.random.default_rng(seed)
    return torch.from_numpy(random.uniform(-1, 1, (batch, 1, samples)).astype(np.float32))


def _frames(sound: torch.Tensor, length: int, hop: int) -> NDArray[np.float64]:
    views = np.lib.stride_tricks.sliding_window_view(sound[:, 0].double().numpy(), length, axis=1)
    return np.asarray(views[:, ::hop])


@SETTINGS
@given(
    hop=st.integers(1, 40), more=st.integers(0, 120), extra=st.integers(0, 200), seed=st.integers(0)
)
def test_frames_are_those_of_a_sliding_window(hop: int, more: int, extra: int, seed: int) -> None:
    sound = _sound(2, hop + more + extra, seed % 2**32)
    cut = Framing(hop + more, hop)(sound)
    np.testing.assert_array_equal(cut.numpy(), _frames(sound, hop + more, hop).astype(np.float32))


@SETTINGS
@given(half=st.integers(1, 200), count=st.integers(1, 4), seed=st.integers(0, 99))
def test_the_spectrum_is_that_of_numpy(half: int, count: int, seed: int) -> None:
    length = 2 * half
    frames = _sound(3, count * length, seed).reshape(3, count, length)
    window = np.hanning(length + 1)[:-1] if seed % 2 else np.linspace(0, 1, length)
    spectrum = PowerSpectrum(length, None if seed % 2 else window)
    assert sorted(spectrum.order.tolist()) == list(range(half))
    expected = np.abs(np.fft.rfft(frames.double().numpy() * window))[..., spectrum.order] ** 2
    np.testing.assert_allclose(spectrum(frames).numpy(), expected, rtol=1e-4, atol=1e-4)


@SETTINGS
@given(
    shape=st.sampled_from(((256, 128, 40), (240, 80, 20), (512, 256, 40), (400, 200, 24))),
    rate_hz=st.sampled_from((8000, 16000)),
    level=st.sampled_from((0.0, 1e-3, 1.0)),
    seed=st.integers(0, 99),
)
def test_log_mel_is_that_of_numpy(
    shape: tuple[int, int, int], rate_hz: int, level: float, seed: int
) -> None:
    length, hop, bands = shape
    sound = level * _sound(2, 2000, seed)
    power = np.abs(np.fft.rfft(_frames(sound, length, hop) * np.hanning(length + 1)[:-1])) ** 2
    bands_power = power[..., :-1] @ mel_weights(rate_hz, length, bands).T
    front = LogMel(rate_hz, length=length, hop=hop, bands=bands, floor=1e-3)
    result = front(sound)
    np.testing.assert_allclose(
        result.numpy(), np.log(bands_power + 1e-3).transpose(0, 2, 1), rtol=1e-4, atol=1e-4
    )
    assert torch.equal(result, front(sound))


def test_a_tone_is_in_its_band() -> None:
    sound = torch.sin(2 * torch.pi * 1000 * torch.arange(8000) / 8000).reshape(1, 1, -1)
    front = LogMel(8000, floor=1e-6)
    loudest = front(sound)[0].mean(dim=1).argmax()
    edges = np.linspace(0, 2595 * np.log10(1 + 4000 / 700), 42)
    assert edges[loudest] < 2595 * np.log10(1 + 1000 / 700) < edges[loudest + 2]
    # A full sine under a Hann window: its peak is a quarter of the frame.
    assert PowerSpectrum(256)(sound[:, :, :256]).max() == pytest.approx(64**2, rel=1e-3)


def test_bands_overlap_and_add_up() -> None:
    weights = mel_weights(8000, 512, 20)
    peaks = weights.argmax(axis=1)
    inner = weights[:, peaks[0] + 1 : peaks[-1]]
    np.testing.assert_allclose(inner.sum(axis=0), 1)


def test_traced_work_is_that_of_its_matrices() -> None:
    front = nn.Sequential(LogMel(8000, floor=1e-3), Standardise(40), nn.Conv1d(40, 8, 3))
    sound = _sound(1, 8000, 0)
    traced = trace_network(front.eval(), sound, name="front")
    macs = {o.name: (o.kind, o.macs) for o in traced.taskgraph.operators if o.macs}
    assert list(macs.values()) == [
        ("matmul", 61 * 16 * 16 * 32),
        ("linear", 61 * 16 * 32 * 16),
        ("linear", 61 * 128 * 40),
        ("conv", 59 * 8 * 40 * 3),
    ]
    activation = sound
    for piece in split_segments(traced):
        activation = piece(activation)
    np.testing.assert_allclose(
        activation.detach().numpy(), front(sound).detach().numpy(), atol=1e-4
    )


def test_only_what_is_learned_from_data_is_kept_with_the_weights() -> None:
    front = nn.Sequential(LogMel(8000, floor=1e-3), Standardise(40))
    assert set(front.state_dict()) == {"1.mean", "1.variance"}


@SETTINGS
@given(channels=st.integers(1, 5), rest=st.lists(st.integers(1, 4), max_size=2))
def test_standardised_training_data_have_mean_0_and_variance_1(
    channels: int, rest: list[int]
) -> None:
    shape = (50, channels, *rest)
    values = np.random.default_rng(1).normal(3, 7, shape).astype(np.float32)
    standardise = Standardise(channels)
    standardise.learn(values)
    result = standardise(torch.from_numpy(values)).double().numpy()
    axes = (0, *range(2, len(shape)))
    np.testing.assert_allclose(result.mean(axis=axes), 0, atol=1e-5)
    np.testing.assert_allclose(result.var(axis=axes), 1, rtol=1e-4)


def test_what_cannot_be_built() -> None:
    with pytest.raises(
        ValueError, match="a hop of 300 samples is not from 1 to the 256 of a frame"
    ):
        Framing(256, 300)
    with pytest.raises(ValueError, match="255 samples are less than one frame"):
        Framing(256, 128)(_sound(1, 255, 0))
    with pytest.raises(ValueError, match="a frame of 255 samples is not even"):
        PowerSpectrum(255)
    with pytest.raises(ValueError, match="lies between two bins of a frame of 64 samples"):
        LogMel(8000, length=64, hop=32, floor=1e-3)
    with pytest.raises(ValueError, match="floor above 0"):
        LogMel(8000, floor=0.0)
