"""A plan under the conditions of a scenario, simulated by either engine."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from devicemodels.cost import nanoseconds
from devicemodels.documents.errors import InputError
from scheduler.plan import Plan
from scheduler.recording import Recording
from simulator.engine import Progress, simulate
from simulator.faults.kinds import Faults
from simulator.idling.policies import FIXED, IdlePolicy
from simulator.metrics import EmptyRun, Metrics, metrics
from simulator.power.battery import battery_life
from simulator.queues import QueueRule
from simulator.sources.fates import Drawn, Replayed
from simulator.sources.feed import prepare, workload
from simulator.sources.long_run import mean_interval_ns
from simulator.sources.releases import Periodic
from simulator.sources.source import Source
from simulator.trace import Trace
from simulator.workload import period_ns
from wakepath.conduct import faults_of, idle_policy
from wakepath.scenario import Scenario
from wakepath.terminal import say
from wakepath.workloads import departures, source_of

if TYPE_CHECKING:
    from simulator.compiled.long_run import LongRun

MANY_SAMPLES = 2_000_000
"""With more the reference engine takes minutes."""
MOST_TRACED = 10_000_000
"""With more its trace takes more memory than machines have."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What a plan is simulated under."""

    source: Source
    """What the sensor releases."""
    duration_s: float
    """For how long."""
    seed: int
    """Everything random follows from it."""
    queue: QueueRule
    """What happens to samples that cannot be served at once."""
    idle: IdlePolicy = FIXED
    """How cores rest."""
    faults: Faults | None = None
    """What goes wrong."""


def conditions_of(scenario: Scenario, plan: Plan, recording: Recording | None) -> Conditions:
    """Those of a scenario; samples are drawn where there is no ``recording`` to replay."""
    return Conditions(
        source=source_of(scenario.workload, recording),
        duration_s=scenario.workload.duration_s,
        seed=scenario.seed,
        queue=QueueRule(scenario.queue.capacity, scenario.queue.policy),
        idle=idle_policy(scenario.idle_policy),
        faults=faults_of(scenario.faults, plan, scenario.seed),
    )


def drawn_conditions(
    plan: Plan,
    duration_s: float,
    seed: int,
    positive_share: float | None = None,
    idle: IdlePolicy = FIXED,
    recording: Recording | None = None,
) -> Conditions:
    """A sample every period of the plan; needs no network.

    They are drawn from the gates' stop rates, or replay a ``recording``. ``positive_share`` of them
    are positive, None = as many as the plan's class prior says, or as the recording has.
    """
    fates = Drawn(positive_share) if recording is None else Replayed(recording, positive_share)
    source = Source(Periodic(period_ns(plan)), fates)
    return Conditions(source, duration_s, seed, QueueRule(), idle)


def simulate_under(plan: Plan, conditions: Conditions, progress: Progress | None) -> Trace:
    """The whole trace, by the reference engine; ``InputError`` if that would not fit."""
    _say_departures(plan, conditions)
    source, lasts_ns = conditions.source, nanoseconds(conditions.duration_s)
    expected = lasts_ns / mean_interval_ns(source.release)
    if expected > MOST_TRACED:
        raise InputError.single(
            f"{conditions.duration_s:,.9g} s make {expected:,.4g} samples; the reference engine "
            f"keeps a trace of at most {MOST_TRACED:,}",
            hint="add `--engine compiled`, or simulate for less time",
        )
    if expected > MANY_SAMPLES:
        say("this takes the reference engine minutes; `--engine compiled` takes seconds")
    made = workload(source, plan, lasts_ns, conditions.seed)
    return simulate(plan, made, conditions.queue, progress, conditions.idle, conditions.faults)


def simulated_figures(trace: Trace, conditions: Conditions) -> Metrics:
    """Figures of a simulated run, days of battery included.

    How sure these are rests on what was new in the run: on the first pass of a recording. Where
    something goes wrong at stated times, nothing is said of that: the run is no sample of others.
    Raises ``InputError`` if nothing was released.
    """
    new_ns = 0
    if conditions.faults is None:
        new_ns = prepare(conditions.source, trace.plan, conditions.seed).new_ns
    try:
        figures = metrics(trace)
    except EmptyRun:
        raise _nothing(conditions) from None
    return replace(figures, battery=battery_life(trace, new_ns))


def simulate_long_under(
    plan: Plan,
    conditions: Conditions,
    progress: Progress | None,
    precision: float | None = None,
    checkpoint: Path | None = None,
) -> "LongRun":
    """The figures alone, by the compiled engine, however long it is.

    The run may end once the interval of the mean power is within ``precision`` of it, as a share.
    With a ``checkpoint`` the run is kept in that file, and goes on from it if it is there. Raises
    ``InputError`` if there are faults, which this engine does not play, or nothing is released.
    """
    from simulator.compiled.streaming import Checkpoint, Precision, simulate_long  # noqa: PLC0415

    _refuse_faults(conditions)
    _say_departures(plan, conditions)
    try:
        return simulate_long(
            [(plan, conditions.source)],
            nanoseconds(conditions.duration_s),
            conditions.seed,
            conditions.queue,
            progress,
            idle=conditions.idle,
            precision=None if precision is None else Precision(precision),
            checkpoint=None if checkpoint is None else Checkpoint(checkpoint, checkpoint.exists()),
        )
    except EmptyRun:
        raise _nothing(conditions) from None


def first_part(plan: Plan, conditions: Conditions, length_s: float) -> Trace:
    """The trace of a run's beginning, by the compiled engine. Raises as ``simulate_long_under``."""
    from simulator.compiled.engine import simulate_compiled  # noqa: PLC0415

    _refuse_faults(conditions)
    lasts_ns = nanoseconds(min(length_s, conditions.duration_s))
    made = workload(conditions.source, plan, lasts_ns, conditions.seed)
    return simulate_compiled([(plan, made)], conditions.queue, idle=conditions.idle).traces[0]


def _say_departures(plan: Plan, conditions: Conditions) -> None:
    """Where the source is not what the plan counts with, that is said."""
    for line in departures(plan, conditions.source):
        say(line)


def _refuse_faults(conditions: Conditions) -> None:
    if conditions.faults is not None:
        raise InputError.single(
            "the compiled engine does not play faults",
            hint="take `--engine reference`, or a scenario without `faults`",
        )


def _nothing(conditions: Conditions) -> InputError:
    return InputError.single(
        f"no sample is released within {conditions.duration_s:g} s", hint="simulate for longer"
    )
