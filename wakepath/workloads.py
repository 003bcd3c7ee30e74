"""From a scenario's workload to a source, and how far a plan is from the source it is run on."""

from collections.abc import Iterator

from devicemodels.cost import nanoseconds
from scheduler.plan import Plan
from scheduler.recording import Recording
from simulator.sources.fates import Drawn, Replayed
from simulator.sources.long_run import mean_interval_ns, positive_share
from simulator.sources.releases import (
    Burst,
    Jittered,
    Modulated,
    Pace,
    Periodic,
    Poisson,
    Release,
    State,
)
from simulator.sources.source import Source
from wakepath.units import percent, quantity
from wakepath.workload_choice import StateChoice, WorkloadChoice

WORTH_SAYING = 0.01
"""Relative difference between a plan's figure and the source's."""


def source_of(workload: WorkloadChoice, recording: Recording | None) -> Source:
    """The source that a scenario describes; ``recording`` is what it replays, if it does."""
    share = workload.positive_share
    return Source(
        release_of(workload),
        Drawn(share) if recording is None else Replayed(recording, share),
        tuple(
            Burst(nanoseconds(burst.at_s), burst.samples, nanoseconds(burst.every_s))
            for burst in workload.bursts
        ),
    )


def release_of(workload: WorkloadChoice) -> Release:
    """When a scenario's samples are released."""
    if workload.release != "modulated":
        return _pace(workload.release, workload.period_s, workload.jitter_s)
    names = [state.name for state in workload.states]
    return Modulated(
        tuple(
            State(
                None
                if state.release == "silent" or state.period_s is None
                else _pace(state.release, state.period_s, state.jitter_s),
                nanoseconds(state.dwell_s),
                state.positive_share,
                None if state.next is None else _next(state, names),
            )
            for state in workload.states
        )
    )


def departures(plan: Plan, source: Source) -> Iterator[str]:
    """What a simulation has to say where the source is not what the plan counts with."""
    interval_s, period_s = mean_interval_ns(source.release) / 1e9, plan.requirements.period_s
    if abs(interval_s / period_s - 1.0) > WORTH_SAYING:
        yield (
            f"samples come every {quantity(interval_s, 's')} on average; the plan and its "
            f"prediction are for one every {quantity(period_s, 's')}"
        )
    prior = plan.requirements.class_prior["positive"]
    share = _share(source, prior)
    if abs(share - prior) > WORTH_SAYING * max(prior, share):
        yield (
            f"{percent(share)} of the samples are positive; the plan and its prediction are for "
            f"{percent(prior)}"
        )


def _share(source: Source, prior: float) -> float:
    """Share of positives in the long run; the prior where the windows of a replay come in order."""
    stated = source.fates.positive_share
    return positive_share(source.release, prior if stated is None else stated)


def _pace(release: str, period_s: float, jitter_s: float | None) -> Pace:
    period_ns = nanoseconds(period_s)
    if release == "jittered" and jitter_s is not None:
        return Jittered(period_ns, nanoseconds(jitter_s))
    return Poisson(period_ns) if release == "poisson" else Periodic(period_ns)


def _next(state: StateChoice, names: list[str]) -> tuple[float, ...]:
    shares = state.next or {}
    return tuple(shares.get(name, 0.0) for name in names)
