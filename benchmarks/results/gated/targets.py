"""What was asked for, and whether the test data say so."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.results.gated.figures import Outcome
from benchmarks.results.gated.sets import ANSWERING, GATED, PLATFORMS, UNGATED
from benchmarks.results.gated.summary import Findings, Rival, bytes_saved

LEAST_SETS = 3
"""Data sets on which the higher of two limits is asked for, of negatives stopped."""


@dataclass(frozen=True, slots=True)
class Target:
    """One row of the table."""

    asked: str
    """In words."""
    found: tuple[str, ...]
    """By data set, the mean over seeds."""
    met_on: tuple[bool, ...]
    """By data set, whether its own limit is met."""
    met: bool
    """Whether the whole target is."""


def targets(findings: Findings) -> Iterator[Target]:
    """All rows, in order; energies per platform, beyond the floor and in total."""
    yield _two_limits(
        findings,
        "negatives stopped before the last segment: at least 96 % on three sets, 90 % on all",
        lambda outcome: outcome.network.stopped["negative"],
        (0.96, LEAST_SETS),
        0.90,
    )
    yield _two_limits(
        findings,
        "positives' bytes across the cuts reduced: by at least 97 % on one set, 90 % on all",
        bytes_saved,
        (0.97, 1),
        0.90,
    )
    stops = [
        findings.spread(s.name, GATED, lambda o: o.network.stopped["positive"]).mean
        for s in findings.sets
    ]
    yield _all(
        "false stops: at most 2 % of positives",
        [f"{stop:.1%}" for stop in stops],
        [stop <= 0.02 for stop in stops],
    )
    losses = [_lost(findings, data_set.name) for data_set in findings.sets]
    yield _all(
        "accuracy lost against the ungated network: at most 0.5 points",
        [f"{100 * loss:+.1f}" for loss in losses],
        [loss <= 0.005 for loss in losses],
    )
    for platform in PLATFORMS:
        single = [findings.one_core(s.name, platform) for s in findings.sets]
        yield from _times(
            f"the ungated network on its best core of {findings.on(platform)}", single, 5.0
        )
    for platform in PLATFORMS:
        rivals = [findings.strongest(s.name, platform) for s in findings.sets]
        name = f"the strongest baseline of equal recall on {findings.on(platform)}"
        yield from _times(name, rivals, 2.0, named=True)
    for platform in PLATFORMS:
        rivals = [findings.strongest(s.name, platform, as_accurate=True) for s in findings.sets]
        name = f"the strongest baseline of equal recall and accuracy on {findings.on(platform)}"
        yield next(_times(name, rivals, 2.0, named=True))
    yield from _answering(findings)


def _answering(findings: Findings) -> Iterator[Target]:
    """The rows of energy beyond the floor, for gates that answer "positive" too."""
    for platform in PLATFORMS:
        on = f"on {findings.on(platform)}, with gates that answer too"
        single = [findings.one_core(s.name, platform, ANSWERING) for s in findings.sets]
        yield next(_times(f"the ungated network on its best core, {on}", single, 5.0))
        rivals = [findings.strongest(s.name, platform, ours=ANSWERING) for s in findings.sets]
        yield next(_times(f"the strongest baseline of equal recall, {on}", rivals, 2.0, named=True))


def _lost(findings: Findings, data_set: str) -> float:
    """Accuracy of the ungated network less ours, means over seeds."""
    return (
        findings.spread(data_set, UNGATED, _accuracy).mean
        - findings.spread(data_set, GATED, _accuracy).mean
    )


def _accuracy(outcome: Outcome) -> float:
    return outcome.network.accuracy


def _two_limits(
    findings: Findings,
    asked: str,
    of: Callable[[Outcome], float],
    high: tuple[float, int],
    low: float,
) -> Target:
    means = [findings.spread(s.name, GATED, of).mean for s in findings.sets]
    limit, sets = high
    met_on = tuple(mean >= low for mean in means)
    enough = sum(mean >= limit for mean in means) >= sets
    return Target(asked, tuple(f"{mean:.1%}" for mean in means), met_on, all(met_on) and enough)


def _times(
    than: str, rivals: list[Rival | None], least: float, *, named: bool = False
) -> Iterator[Target]:
    ways: tuple[tuple[str, Callable[[Rival], float]], ...] = (
        ("energy beyond the floor", lambda rival: rival.times),
        ("all energy", lambda rival: rival.times_total),
    )
    for what, of in ways:
        found, met_on = [], []
        for rival in rivals:
            found.append(_rival_text(rival, of, named))
            met_on.append(rival is not None and of(rival) >= least)
        yield _all(f"{what} a sample, at least {least:g}x below {than}", found, met_on)


def _rival_text(rival: Rival | None, of: Callable[[Rival], float], named: bool) -> str:
    if rival is None:
        return "none so good" if named else "no plan"
    text = f"{of(rival):.2f}x"
    if named:
        return f"{text} ({rival.contender})"
    return text if rival.one_core else f"{text} (on several cores: no one runs it)"


def _all(asked: str, found: list[str], met_on: list[bool]) -> Target:
    return Target(asked, tuple(found), tuple(met_on), all(met_on))
