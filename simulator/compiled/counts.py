"""What the counters of a run say: time and number of everything, as a trace's totals."""

import numpy as np

from simulator.compiled.layout import (
    CORE_SWITCH,
    HEADS_NEGATIVE,
    HEADS_POSITIVE,
    NONE,
    PIPELINE_FIRST,
    RUNS,
    STEP_COMPUTE,
    STEP_CORE,
    STEP_DECODE,
    STEP_ENCODE,
    STEP_GATE_NS,
    STEP_LINK,
    STOPS,
    SWITCHES,
    TRANSFER_NS,
    TRANSFERS,
    WAKE_NS,
    WAKES,
    Integers,
    World,
)
from simulator.power.energy import Totals
from simulator.trace import Activity


def totals_by_pipeline(world: World, work: Integers) -> list[Totals]:
    """The totals of each pipeline, from ``Counters.work`` (prototypes' work included)."""
    ends = [*world.pipelines[1:, PIPELINE_FIRST].tolist(), len(world.steps)]
    return [
        _totals(world, slice(int(first), end), work)
        for first, end in zip(world.pipelines[:, PIPELINE_FIRST], ends, strict=True)
    ]


def _totals(world: World, mine: slice, work: Integers) -> Totals:
    steps, done = world.steps[mine], work[mine]
    shape = (len(world.cores) + len(world.fair), len(Activity), len(steps))
    time_ns, count = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    core, segment = steps[:, STEP_CORE], np.arange(len(steps))
    heads = done[:, HEADS_NEGATIVE] + done[:, HEADS_POSITIVE]
    encoded = np.where(steps[:, STEP_ENCODE] == NONE, 0, done[:, RUNS] - done[:, STOPS])
    decoded = np.where(steps[:, STEP_DECODE] == NONE, 0, done[:, RUNS])
    for activity, times, lasts_ns in (
        (Activity.COMPUTE, done[:, RUNS], steps[:, STEP_COMPUTE]),
        (Activity.GATE, heads, steps[:, STEP_GATE_NS]),
        (Activity.ENCODE, encoded, steps[:, STEP_ENCODE]),
        (Activity.DECODE, decoded, steps[:, STEP_DECODE]),
        (Activity.SWITCH, done[:, SWITCHES], world.cores[core, CORE_SWITCH]),
    ):
        count[core, activity, segment] = times
        time_ns[core, activity, segment] = times * lasts_ns
    count[core, Activity.WAKE, segment] = done[:, WAKES]
    time_ns[core, Activity.WAKE, segment] = done[:, WAKE_NS]
    crosses = np.flatnonzero(steps[:, STEP_LINK] != NONE)
    link = len(world.cores) + steps[crosses, STEP_LINK]
    count[link, Activity.TRANSFER, crosses] = done[crosses, TRANSFERS]
    time_ns[link, Activity.TRANSFER, crosses] = done[crosses, TRANSFER_NS]
    return Totals(time_ns, count)
