"""The tally of a run of which no trace is kept: counters, and what they amount to at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scheduler.plan import Plan
from simulator.compiled.counts import totals_by_pipeline
from simulator.compiled.layout import (
    CORE_ONLY_STATE,
    ENTRIES_MADE,
    EXITS_MADE,
    NONE,
    REST_NS,
    Counters,
    Integers,
    State,
    World,
)
from simulator.compiled.prototypes import Prototypes
from simulator.compiled.rests import end_stays
from simulator.compiled.state import record_of
from simulator.idling.stays import RestTotals
from simulator.power.energy import Totals, joules_by_cause
from simulator.trace import Activity


@dataclass(frozen=True, slots=True)
class Tally:
    """What was done until some time, and how the cores rested.

    Work counts when it is begun, so a core that is at work at that time has rested a little less.
    """

    at_ns: int
    """The time."""
    totals: tuple[Totals, ...]
    """One a pipeline."""
    rest: RestTotals
    """Of the cores."""

    def since(self, before: "Tally") -> "Tally":
        """What came after an earlier tally."""
        ours, theirs = self.rest, before.rest
        return Tally(
            self.at_ns - before.at_ns,
            tuple(
                Totals(now.time_ns - then.time_ns, now.count - then.count)
                for now, then in zip(self.totals, before.totals, strict=True)
            ),
            RestTotals(
                ours.time_ns - theirs.time_ns,
                ours.entries - theirs.entries,
                ours.exits - theirs.exits,
            ),
        )

    def energy_j(self, plans: Sequence[Plan]) -> float:
        """Of the device."""
        pipelines = list(zip(plans, self.totals, strict=True))
        return sum(joules_by_cause(self.at_ns, self.rest, pipelines).values())


def work_done(counters: Counters, lone: Prototypes) -> Integers:
    """``Counters.work`` of all samples, those included that were only counted."""
    work: Integers = counters.work + lone.work_of(counters.alone)
    return work


def tally(world: World, state: State, counters: Counters, lone: Prototypes, at_ns: int) -> Tally:
    """All that was done until ``at_ns``, with stays cut there; changes nothing."""
    totals = tuple(totals_by_pipeline(world, work_done(counters, lone)))
    looked_at = counters._replace(rests=counters.rests.copy())
    end_stays(world, state, record_of(0, 0), looked_at, at_ns)
    rests = looked_at.rests
    only = world.cores[:, CORE_ONLY_STATE]
    for core in np.flatnonzero(only != NONE):
        busy_ns = sum(int(one.time_ns[core].sum()) for one in totals)
        wakes = sum(int(one.count[core, Activity.WAKE].sum()) for one in totals)
        rests[core, only[core], REST_NS] = at_ns - busy_ns
        rests[core, only[core], ENTRIES_MADE] = wakes
        rests[core, only[core], EXITS_MADE] = wakes
    rest = RestTotals(rests[:, :, REST_NS], rests[:, :, ENTRIES_MADE], rests[:, :, EXITS_MADE])
    return Tally(at_ns, totals, rest)
