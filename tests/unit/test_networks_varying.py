"""Training batches varied as the world varies them."""

from math import pi

import torch

from networks.learning.varying import coloured, moved, noisy, stretched, uniform


def _images() -> torch.Tensor:
    return torch.rand(5, 1, 8, 8, generator=torch.Generator().manual_seed(1))


def _random() -> torch.Generator:
    return torch.Generator().manual_seed(2)


def test_nothing_to_move_by_moves_nothing() -> None:
    still = moved(_images(), _random(), turn_rad=0.0, shift_pixels=0.0, scale_share=0.0)
    torch.testing.assert_close(still, _images(), atol=1e-6, rtol=0)


def test_a_shift_is_in_pixels_and_black_comes_in() -> None:
    images = torch.ones(400, 1, 8, 8)
    shifted = moved(images, _random(), turn_rad=0.0, shift_pixels=2.0, scale_share=0.0)
    covered = shifted.sum(dim=(1, 2, 3)) / 8
    # At most two columns and two rows leave, and what stays is as bright as it was.
    assert 6 * 6 / 8 <= float(covered.min()) < 5.2
    assert float(covered.max()) > 7.8
    assert float(shifted.max()) <= 1.0 + 1e-6


def test_a_turn_keeps_the_middle_and_what_is_round() -> None:
    centre = (torch.arange(17) - 8.0) ** 2
    disc = torch.exp(-(centre[:, None] + centre[None, :]) / 16).repeat(20, 1, 1, 1)
    turned = moved(disc, _random(), turn_rad=pi, shift_pixels=0.0, scale_share=0.0)
    torch.testing.assert_close(turned, disc, atol=0.05, rtol=0)


def test_larger_and_smaller() -> None:
    square = torch.zeros(200, 1, 12, 12)
    square[:, :, 4:8, 4:8] = 1
    area = moved(square, _random(), turn_rad=0.0, shift_pixels=0.0, scale_share=0.25)
    sizes = area.sum(dim=(1, 2, 3)).sqrt() / 4
    assert 0.7 < float(sizes.min()) < 0.8
    assert 1.2 < float(sizes.max()) < 1.3


def test_noise_is_no_louder_than_asked_and_differs_between_samples() -> None:
    noise = noisy(torch.zeros(300, 1, 20, 20), _random(), deviation=0.1)
    deviations = noise.flatten(1).std(dim=1)
    assert float(deviations.max()) < 0.12
    assert 0.04 < float(deviations.mean()) < 0.06


def test_the_seed_decides() -> None:
    def vary(seed: int) -> torch.Tensor:
        random = torch.Generator().manual_seed(seed)
        askew = moved(_images(), random, turn_rad=0.3, shift_pixels=1.0, scale_share=0.1)
        return noisy(askew, random, deviation=0.1)

    assert torch.equal(vary(3), vary(3))
    assert not torch.equal(vary(3), vary(4))


def test_evenly_drawn() -> None:
    drawn = uniform(_random(), 2000)
    assert -1 <= float(drawn.min()) < -0.98
    assert 0.98 < float(drawn.max()) < 1


def _sounds() -> torch.Tensor:
    return torch.randn(6, 1, 400, generator=torch.Generator().manual_seed(5))


def test_a_sound_neither_stretched_nor_shifted_is_itself() -> None:
    same = stretched(_sounds(), _random(), speed_share=0.0, shift_samples=0.0)
    torch.testing.assert_close(same, _sounds(), atol=1e-4, rtol=0)


def test_a_shifted_sound_keeps_its_order_and_silence_comes_in() -> None:
    ramp = torch.arange(1.0, 401).repeat(50, 1, 1)
    shifted = stretched(ramp, _random(), speed_share=0.0, shift_samples=100.0)
    inside = shifted[:, 0, 150:250]
    # Sound that is straight between samples stays straight, wherever it is moved to.
    torch.testing.assert_close(inside.diff(dim=1), torch.ones(50, 99), atol=1e-3, rtol=0)
    moved_by = inside[:, 0] - ramp[:, 0, 150]
    assert -100 <= float(moved_by.min()) < -80
    assert 80 < float(moved_by.max()) <= 100
    assert bool((shifted[:, 0, [0, -1]] == 0).any())


def test_a_faster_sound_is_higher() -> None:
    tone = torch.sin(torch.arange(4000) * 0.1).repeat(40, 1, 1)
    faster = stretched(tone, _random(), speed_share=0.2, shift_samples=0.0)
    middle = faster[:, 0, 1000:3000]
    crossings = (middle[:, :-1] * middle[:, 1:] < 0).sum(dim=1) / (2000 * 0.1 / torch.pi)
    assert 0.78 < float(crossings.min()) < 0.87
    assert 1.13 < float(crossings.max()) < 1.22


def test_a_level_in_decibels_and_a_tilt_of_the_spectrum() -> None:
    sounds = torch.randn(300, 1, 2000, generator=_random())
    louder = coloured(sounds, _random(), level_db=6.0, tilt=0.0)
    gain_db = 20 * torch.log10(louder.std(dim=2) / sounds.std(dim=2))
    assert -6.1 < float(gain_db.min()) < -5.5
    assert 5.5 < float(gain_db.max()) < 6.1
    tilted = coloured(sounds, _random(), level_db=0.0, tilt=0.5)
    power = torch.fft.rfft(tilted).abs().square()
    balance = power[:, 0, :500].mean(dim=1) / power[:, 0, 500:].mean(dim=1)
    assert float(balance.min()) < 0.5
    assert float(balance.max()) > 2
