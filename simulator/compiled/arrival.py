"""The figures of a long run that has come to its end."""

from dataclasses import replace
from math import fsum

from devicemodels.cost import NANOSECONDS_PER_SECOND
from simulator.compiled.figures import pipeline_figures
from simulator.compiled.journey import Course, Journey
from simulator.compiled.long_run import Batches, LongRun
from simulator.compiled.tally import Tally, work_done
from simulator.metrics import EmptyRun, PipelineMetrics, Provenance, metrics_of
from simulator.power.battery import BatteryLife
from simulator.power.battery import life as life_of
from simulator.power.energy import joules_by_cause
from simulator.power.residency import residencies_of
from simulator.shared_metrics import SharedMetrics
from simulator.trace import Activity


def figures_of(
    course: Course, journey: Journey, batches: Batches, asked_ns: int, precise: bool
) -> LongRun:
    """Let what is under way end, and say what the run came to.

    Raises ``EmptyRun`` if a pipeline released nothing or nothing lasted, as ``metrics`` does.
    """
    if 0 in journey.released or journey.at_ns == 0:
        raise EmptyRun
    duration_ns = journey.go_home(course)
    done = journey.tally(course, duration_ns)
    pairs = list(zip(course.plans, done.totals, strict=True))
    by_cause_j = joules_by_cause(duration_ns, done.rest, pairs)
    work = work_done(journey.counters, course.lone)
    own = tuple(
        pipeline_figures(
            course.world, journey.counters, course.lone, work, totals, plan, index, released
        )
        for index, ((plan, totals), released) in enumerate(
            zip(pairs, journey.released, strict=True)
        )
    )
    life = _life(course, journey, fsum(by_cause_j.values()), duration_ns, batches)
    alone = None
    if len(own) == 1:
        provenance = Provenance("simulated", "modelled", course.feeds[0].fates.answers)
        figures = metrics_of(own[0], by_cause_j, duration_ns, provenance)
        alone = replace(figures, battery=life)
    return LongRun(
        duration_s=duration_ns / NANOSECONDS_PER_SECOND,
        asked_s=asked_ns / NANOSECONDS_PER_SECOND,
        metrics=alone,
        shared=_shared(course, journey, done, own),
        battery=life,
        batches=batches,
        cores=residencies_of(done.rest, pairs),
        precise=precise,
    )


def _life(
    course: Course, journey: Journey, device_j: float, duration_ns: int, batches: Batches
) -> BatteryLife | None:
    battery = course.plans[0].platform.battery
    if battery is None or batches.battery_j is None:
        return None
    battery_j = device_j
    if course.world.regulator.shape[1]:
        battery_j = journey.battery_given_j(course, duration_ns, last=True)
    return life_of(
        battery,
        device_j,
        battery_j,
        duration_ns / NANOSECONDS_PER_SECOND,
        batches.battery_j / (batches.length_ns / NANOSECONDS_PER_SECOND),
    )


def _shared(
    course: Course, journey: Journey, done: Tally, own: tuple[PipelineMetrics, ...]
) -> SharedMetrics:
    platform = course.plans[0].platform
    by_cause_j = joules_by_cause(
        done.at_ns, done.rest, list(zip(course.plans, done.totals, strict=True))
    )
    energy_j, duration_s = fsum(by_cause_j.values()), done.at_ns / NANOSECONDS_PER_SECOND
    rested_ns = done.rest.time_ns.sum(axis=1)
    held_ns = -journey.counters.overlap_ns
    for totals in done.totals:
        held_ns = held_ns + totals.time_ns[len(platform.cores) :, Activity.TRANSFER].sum(axis=1)
    return SharedMetrics(
        duration_s=duration_s,
        energy_j=energy_j,
        energy_by_cause_j=by_cause_j,
        mean_power_w=energy_j / duration_s,
        core_busy_share={
            core.name: (done.at_ns - int(rested)) / done.at_ns
            for core, rested in zip(platform.cores, rested_ns, strict=True)
        },
        link_busy_share={
            link.name: int(held) / done.at_ns
            for link, held in zip(platform.links, held_ns, strict=True)
        },
        pipelines=own,
    )
