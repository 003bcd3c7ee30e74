"""Months of sensing: sources played in chunks through the compiled loop, which only counts.

Memory is that of one chunk, whatever the duration. What the figures are made of are integers, so a
run that was stopped and resumed, or cut into other chunks, comes to the same to the last digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np

from devicemodels.platform import Regulator
from scheduler.pipelines.priorities import rate_monotonic
from scheduler.plan import Plan
from simulator.compiled import checkpoint as on_disk
from simulator.compiled.arrival import figures_of
from simulator.compiled.engine import require_fates
from simulator.compiled.journey import Course, Journey
from simulator.compiled.layout import CORE_ONLY_STATE, NONE, World
from simulator.compiled.long_run import Batches, LongRun
from simulator.compiled.prototypes import Prototypes, prototypes
from simulator.compiled.state import resting_state, zero_counters
from simulator.compiled.tables import world_of
from simulator.engine import Progress, require_one_platform
from simulator.idling.policies import FIXED, Clairvoyant, IdlePolicy
from simulator.power.battery import batch_ends_ns
from simulator.queues import QueueRule
from simulator.sources.fates import ReplayedTable
from simulator.sources.feed import prepare
from simulator.sources.source import Source
from simulator.workload import period_ns

MOST_BATCHES = 512
"""Batches of a run, for confidence intervals."""
SAVE_EVERY_S = 20.0
"""Between two checkpoints, on the clock on the wall."""


@dataclass(frozen=True, slots=True)
class Precision:
    """When a run has been long enough."""

    relative: float
    """Half width of the interval of the mean power, as a share of it."""
    level: float = 0.95
    """Probability of the interval."""

    def __post_init__(self) -> None:
        if not (self.relative > 0.0 and 0.0 < self.level < 1.0):
            raise ValueError(f"a precision is above 0 and its level between 0 and 1: {self}")

    def reached(self, batches: Batches) -> bool:
        """Whether the interval is narrow enough, and its batches long enough to believe it."""
        power = batches.mean_power_w(self.level)
        return (
            power is not None
            and not power.dependent
            and power.half_width <= self.relative * power.value
        )


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A file in which a run is kept while it goes on."""

    path: Path
    """Written now and then, and at the end."""
    resume: bool = False
    """Whether to go on from it; otherwise it is overwritten."""


def simulate_long(
    pipelines: Sequence[tuple[Plan, Source]],
    duration_ns: int,
    seed: int = 0,
    queue: QueueRule = QueueRule(),  # noqa: B008 - frozen
    progress: Progress | None = None,
    priorities: Sequence[int] | None = None,
    idle: IdlePolicy = FIXED,
    precision: Precision | None = None,
    checkpoint: Checkpoint | None = None,
) -> LongRun:
    """The figures of ``simulator.engine.simulate_together``, for as long a time as you like.

    ``progress`` is told how many nanoseconds have been simulated, and how many were asked for. With
    a ``precision`` the run may end earlier, at the end of a batch. Faults are for the reference
    engine alone. Raises what the engine raises, and ``InputError`` if more samples pile up than
    fit, or a checkpoint cannot be gone on from.
    """
    course = _course(pipelines, seed, queue, priorities, idle)
    ends_ns = batch_ends_ns(
        min(duration_ns, *(feed.new_ns for feed in course.feeds)),
        max(period_ns(plan) for plan in course.plans),
        MOST_BATCHES,
    )[1:].tolist()
    length_ns = ends_ns[0] if ends_ns else duration_ns
    belongs_to = on_disk.identity(course, duration_ns, length_ns)
    journey = _departure(course)
    if checkpoint is not None and checkpoint.resume:
        journey = on_disk.load(checkpoint.path, belongs_to, journey)
    before, saved_s, precise = journey.tally(course, journey.at_ns), monotonic(), False
    for stop_ns in _stops(ends_ns, journey.at_ns, duration_ns):
        if precision is not None and precision.reached(_batches(course, journey, length_ns)):
            precise = True
            break
        journey.go_to(course, stop_ns)
        if len(journey.samples) < len(ends_ns) and stop_ns == ends_ns[len(journey.samples)]:
            before = journey.end_batch(course, before)
        if checkpoint is not None and monotonic() - saved_s > SAVE_EVERY_S:
            on_disk.save(checkpoint.path, belongs_to, journey)
            saved_s = monotonic()
        if progress is not None:
            progress(stop_ns, duration_ns)
    if checkpoint is not None:
        on_disk.save(checkpoint.path, belongs_to, journey)
    batches = _batches(course, journey, length_ns)
    return figures_of(course, journey, batches, duration_ns, precise)


def _stops(ends_ns: Sequence[int], at_ns: int, duration_ns: int) -> list[int]:
    """When a run is looked at: at the ends of its batches, and as often in what is left then."""
    begin_ns = ends_ns[-1] if ends_ns else 0
    step_ns = max(1, begin_ns // max(1, len(ends_ns)), -(-duration_ns // MOST_BATCHES))
    others = [*range(begin_ns + step_ns, duration_ns, step_ns), duration_ns]
    return sorted({stop for stop in (*ends_ns, *others) if stop > at_ns})


def _course(
    pipelines: Sequence[tuple[Plan, Source]],
    seed: int,
    queue: QueueRule,
    priorities: Sequence[int] | None,
    idle: IdlePolicy,
) -> Course:
    plans = tuple(plan for plan, _ in pipelines)
    require_one_platform(plans)
    if priorities is None:
        priorities = rate_monotonic(plans)
    if len(priorities) != len(plans):
        raise ValueError(f"{len(priorities)} priorities for {len(plans)} pipelines")
    world = world_of(plans, queue, priorities, idle, _regulator(plans, idle))
    lone = prototypes(world, tuple(len(plan.gates) for plan in plans))
    world = with_shortcut(world, lone)
    feeds = tuple(
        prepare(source, plan, seed, index) for index, (plan, source) in enumerate(pipelines)
    )
    for feed in feeds:
        if isinstance(feed.fates, ReplayedTable):
            require_fates(*feed.fates.windows)
    return Course(plans, feeds, world, lone)


def with_shortcut(world: World, lone: Prototypes) -> World:
    """Let lone samples be counted only, where they all do the same: where cores rest in one way."""
    if (world.cores[:, CORE_ONLY_STATE] == NONE).any():
        return world
    return world._replace(alone=lone.latency_ns)


def _regulator(plans: Sequence[Plan], idle: IdlePolicy) -> Regulator | None:
    """The platform's regulator, if what it draws can be told as time goes by."""
    platform = plans[0].platform
    fair = {link.name for link in platform.links if link.arbitration == "fair"}
    if isinstance(idle, Clairvoyant) or any(
        crossing.link in fair for plan in plans for crossing in plan.crossings
    ):
        return None
    return None if platform.battery is None else platform.battery.regulator


def _departure(course: Course) -> Journey:
    return Journey(
        state=resting_state(course.world),
        counters=zero_counters(course.world, max(len(plan.gates) for plan in course.plans)),
        cursors=[feed.start() for feed in course.feeds],
        energy_j=[],
        battery_j=[],
        samples=[],
        misses=[],
    )


def _batches(course: Course, journey: Journey, length_ns: int) -> Batches:
    energy_j, battery = np.array(journey.energy_j), course.plans[0].platform.battery
    battery_j = None
    if course.world.regulator.shape[1]:
        battery_j = np.array(journey.battery_j)
    elif battery is not None and battery.regulator is None:
        battery_j = energy_j
    return Batches(
        length_ns=length_ns,
        energy_j=energy_j,
        battery_j=battery_j,
        samples=np.array(journey.samples, dtype=np.int64),
        misses=np.array(journey.misses, dtype=np.int64),
    )
