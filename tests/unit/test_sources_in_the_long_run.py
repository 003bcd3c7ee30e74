"""Frequencies, gaps and dwell times of long runs, against what they should come to."""

from math import exp

import numpy as np
import pytest

from simulator.sources.fates import Drawn, Replayed
from simulator.sources.feed import workload
from simulator.sources.long_run import mean_interval_ns, positive_share
from simulator.sources.moves import cut_off, move_shares, visits
from simulator.sources.releases import Jittered, Modulated, Periodic, Poisson, State
from simulator.sources.source import Source
from tests.source_strategies import PLAN, recording

QUIET_AND_BUSY = Modulated(
    (
        State(Periodic(1000), dwell_ns=400_000, positive_share=0.001),
        State(Poisson(50), dwell_ns=20_000, positive_share=0.5),
    )
)
THREE_WAYS = Modulated(
    (
        State(Jittered(700, 700), 9_000, 0.1, next_shares=(0.0, 0.75, 0.25)),
        State(None, 30_000, next_shares=(1.0, 0.0, 0.0)),
        State(Poisson(40), 2_000, 1.0, next_shares=(0.5, 0.5, 0.0)),
    )
)


def test_gaps_of_a_poisson_source_are_exponential():
    """Kolmogorov and Smirnov's distance, at the level of 1 in 1000."""
    times = workload(Source(Poisson(1_000_000)), PLAN, 10**11, seed=5).release_ns
    in_turn = np.diff(times, prepend=0)
    gaps = np.sort(in_turn)
    n = len(gaps)
    expected = 1.0 - np.exp(-gaps / 1e6)
    distance = np.abs(expected - (np.arange(n) + 0.5) / n).max() + 0.5 / n
    assert n == pytest.approx(100_000, abs=3.3 * 100_000**0.5)
    assert distance < 1.95 / n**0.5
    assert abs(np.corrcoef(in_turn[:-1], in_turn[1:])[0, 1]) < 3.3 / n**0.5


def test_a_jitter_is_uniform_and_its_own_for_each_release():
    times = workload(Source(Jittered(1000, 400)), PLAN, 10**8, seed=5).release_ns
    delays = times - 1000 * np.arange(len(times))
    assert (delays.min(), delays.max()) == (0, 399)
    counts = np.bincount(delays, minlength=400)
    chi_squared = float(((counts - 250.0) ** 2 / 250.0).sum())
    assert chi_squared < 399 + 3.3 * (2 * 399) ** 0.5
    assert abs(np.corrcoef(delays[:-1], delays[1:])[0, 1]) < 0.011


@pytest.mark.parametrize("release", [QUIET_AND_BUSY, THREE_WAYS], ids=["two", "three"])
def test_a_long_run_comes_to_its_limits(release):
    """By batches: the mean over 20 of them lies within four of its standard errors."""
    source = Source(release, Drawn(0.25))
    made = workload(source, PLAN, 4 * 10**9, seed=11)
    batches = 20
    edges = np.searchsorted(made.release_ns, np.linspace(0, 4e9, batches + 1))
    counts = np.diff(edges)
    positives = np.add.reduceat(made.label.astype(np.int64), edges[:-1])
    for rates, expected in (
        (counts / (4e9 / batches), 1.0 / mean_interval_ns(release)),
        (positives / counts, positive_share(release, 0.25)),
    ):
        error = rates.std(ddof=1) / batches**0.5
        assert rates.mean() == pytest.approx(expected, abs=4 * error)
        assert error < 0.03 * expected


def test_limits_by_hand():
    """Quiet: 1 / (1 - exp(-1/400)) releases a stay; busy: 400."""
    quiet = 1.0 / (1.0 - exp(-1.0 / 400.0))
    assert mean_interval_ns(QUIET_AND_BUSY) == pytest.approx(420_000 / (quiet + 400.0))
    assert positive_share(QUIET_AND_BUSY, 0.9) == pytest.approx(
        (0.001 * quiet + 0.5 * 400.0) / (quiet + 400.0)
    )
    assert mean_interval_ns(Periodic(7)) == mean_interval_ns(Poisson(7)) == 7.0
    assert mean_interval_ns(Jittered(7, 3)) == 7.0
    assert positive_share(Poisson(7), 0.25) == 0.25


def test_visits_balance_and_lost_states_are_found():
    shares = move_shares([state.next_shares for state in THREE_WAYS.states])
    often = np.array(visits(shares))
    assert often.sum() == pytest.approx(1.0)
    assert often @ np.array(shares) == pytest.approx(often)
    assert visits(move_shares([None, None, None])) == pytest.approx([1 / 3] * 3)
    assert cut_off(shares) is None
    assert cut_off(((0.5, 0.5), (0.0, 1.0))) == (1, 0)


def test_dwell_times_and_moves():
    """Events every ns tell how long each stay was, and which state came next."""
    loud = Modulated(
        tuple(
            State(Periodic(1), 300, share, next_shares=(0.0, 0.25, 0.75) if index == 0 else None)
            for index, share in enumerate((0.0, 1.0, 0.0))
        )
    )
    made = workload(Source(loud), PLAN, 4_000_000, seed=3)
    assert made.release_ns.tolist() == list(range(4_000_000))
    often = visits(move_shares([state.next_shares for state in loud.states]))
    assert made.label.mean() == pytest.approx(often[1], abs=0.02)
    starts = np.flatnonzero(np.diff(made.label))
    lengths = np.diff(starts)[made.label[starts[:-1] + 1] == 1]
    assert lengths.mean() == pytest.approx(300, rel=4 / len(lengths) ** 0.5)
    assert lengths.std() == pytest.approx(300, rel=8 / len(lengths) ** 0.5)


@pytest.mark.parametrize("share", [0.001, 0.25, 0.5])
@pytest.mark.parametrize("of", [Drawn, lambda share: Replayed(recording(), share)])
def test_the_class_prior_is_a_knob(share, of):
    made = workload(Source(Periodic(10), of(share)), PLAN, 4_000_000, seed=2)
    n = len(made.label)
    assert made.label.mean() == pytest.approx(share, abs=3.3 * (share * (1 - share) / n) ** 0.5)


def test_a_drawn_window_is_any_of_its_class():
    windows = recording(windows=9)
    made = workload(Source(Periodic(1), Replayed(windows, 0.5)), PLAN, 90_000, seed=2)
    in_order = workload(Source(Periodic(1), Replayed(windows)), PLAN, 9, seed=2)
    for label in (0, 1):
        fates = {
            (int(gate), int(answer))
            for gate, answer in zip(
                in_order.exit_gate[in_order.label == label],
                in_order.answer[in_order.label == label],
                strict=True,
            )
        }
        these = made.label == label
        drawn = list(zip(made.exit_gate[these], made.answer[these], strict=True))
        assert set(drawn) == fates
        for fate in fates:
            expected = sum(
                (int(g), int(a)) == fate
                for g, a, truth in zip(
                    in_order.exit_gate, in_order.answer, in_order.label, strict=True
                )
                if truth == label
            ) / int((in_order.label == label).sum())
            share = sum((int(g), int(a)) == fate for g, a in drawn) / len(drawn)
            assert share == pytest.approx(expected, abs=0.01)
