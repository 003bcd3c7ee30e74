"""What a source comes to in the long run: how often it releases, and how many are positive.

Both are limits for an endless run, bursts aside, from how often each state is visited and how long
a stay lasts. Exact for the exponential dwell times that sources have.
"""

from math import expm1

from simulator.sources.moves import move_shares, visits
from simulator.sources.releases import Jittered, Modulated, Pace, Periodic, Poisson, Release


def mean_interval_ns(release: Release) -> float:
    """Time over releases."""
    match release:
        case Periodic(period_ns) | Jittered(period_ns):
            return float(period_ns)
        case Poisson(mean_interval_ns):
            return float(mean_interval_ns)
        case Modulated():
            stays = _stays(release)
            return sum(time for time, _ in stays) / sum(count for _, count in stays)


def positive_share(release: Release, otherwise: float) -> float:
    """Share of positives; ``otherwise`` is that of samples of states that state none."""
    if not isinstance(release, Modulated):
        return otherwise
    shares = [
        otherwise if state.positive_share is None else state.positive_share
        for state in release.states
    ]
    counts = [count for _, count in _stays(release)]
    return sum(n * share for n, share in zip(counts, shares, strict=True)) / sum(counts)


def _stays(release: Modulated) -> list[tuple[float, float]]:
    """By state: time in it, and releases in it, for each stay in any state."""
    moves = move_shares([state.next_shares for state in release.states])
    return [
        (visited * state.dwell_ns, visited * _releases(state.pace, state.dwell_ns))
        for visited, state in zip(visits(moves), release.states, strict=True)
    ]


def _releases(pace: Pace | None, dwell_ns: int) -> float:
    """Expected number of releases in a stay.

    Release k of a periodic pace, at ``k * period``, is made with probability
    ``exp(-k * period / dwell)``; the average over a jitter J makes that
    ``(1 - exp(-J / dwell)) * dwell / J`` times as much.
    """
    match pace:
        case None:
            return 0.0
        case Poisson(mean_interval_ns):
            return dwell_ns / mean_interval_ns
        case Periodic(period_ns):
            return -1.0 / expm1(-period_ns / dwell_ns)
        case Jittered(period_ns, jitter_ns):
            lost = -expm1(-jitter_ns / dwell_ns) * dwell_ns / jitter_ns
            return -lost / expm1(-period_ns / dwell_ns)
