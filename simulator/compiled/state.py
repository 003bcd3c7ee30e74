"""The state of an engine at the beginning of a run, and more room in it."""

import numpy as np

from simulator.compiled.drawing import begin_rest
from simulator.compiled.histogram import BUCKETS
from simulator.compiled.layout import (
    CLOCK_COLUMNS,
    END_COLUMNS,
    FAIR_COLUMNS,
    FAR,
    FREE,
    HEAD,
    NEXT_FREE,
    NONE,
    NOW,
    PARTS,
    POINT,
    REST_COLUMNS,
    ROW_COLUMNS,
    SHARE_COLUMNS,
    SLOT_COLUMNS,
    STATION_COLUMNS,
    STAY_COLUMNS,
    WORK_COLUMNS,
    Counters,
    Integers,
    Record,
    State,
    World,
)
from simulator.compiled.work import MOST_ROWS
from simulator.idling.prediction import HISTORY
from simulator.trace import UNFINISHED, Outcome

FIRST_SLOTS = 64
"""Samples under way for which there is room at the beginning."""


def resting_state(world: World, slots: int = FIRST_SLOTS) -> State:
    """All cores are idle, all links free, and nothing is under way."""
    cores, links = len(world.cores), len(world.fair)
    stations = np.zeros((cores + links, STATION_COLUMNS), dtype=np.int64)
    stations[:, POINT] = NONE
    clock = np.zeros(CLOCK_COLUMNS, dtype=np.int64)
    clock[NOW] = -1
    pieces = 1 + max(MOST_ROWS, 1 + world.idle_state.shape[2])
    fair = np.zeros((links, FAIR_COLUMNS), dtype=np.int64)
    fair[:, PARTS] = 1
    state = State(
        due=np.full(2 * (cores + links) + 1, FAR, dtype=np.int64),
        clock=clock,
        stations=stations,
        slots=np.zeros((slots, SLOT_COLUMNS), dtype=np.int64),
        queues=np.zeros((cores + links, slots), dtype=np.int64),
        fair=fair,
        shares=np.zeros((links, slots, SHARE_COLUMNS), dtype=np.int64),
        lengths=np.zeros((cores, HISTORY), dtype=np.int64),
        place=np.zeros(cores + links, dtype=np.int64),
        piece_ends_ns=np.full((cores + links, pieces), FAR, dtype=np.int64),
        pieces=np.zeros((cores + links, pieces, 2), dtype=np.float64),
        drawn=np.zeros(4, dtype=np.float64),
    )
    if world.regulator.shape[1]:
        for core in range(cores):
            begin_rest(world, state, core, 0)
    clock[FREE] = NONE
    _free(state, 0)
    return state


def with_room(state: State) -> State:
    """The same state with twice as many slots; all of the old ones must be taken."""
    before = len(state.slots)
    larger = with_slots(state, 2 * before)
    for queue, head in zip(larger.queues, state.stations[:, HEAD], strict=True):
        queue[:before] = np.roll(queue[:before], -head)
    state.stations[:, HEAD] = 0
    _free(larger, before)
    return larger


def with_slots(state: State, slots: int) -> State:
    """The same state with more room, none of which is in use."""
    return state._replace(
        slots=_longer(state.slots, 0, slots),
        queues=_longer(state.queues, 1, slots),
        shares=_longer(state.shares, 1, slots),
    )


def _longer(array: Integers, axis: int, length: int) -> Integers:
    room = list(array.shape)
    room[axis] = length - room[axis]
    return np.concatenate([array, np.zeros(room, dtype=np.int64)], axis=axis)


def _free(state: State, begin: int) -> None:
    """Chain the slots from ``begin`` on as the free ones."""
    end = len(state.slots)
    state.slots[begin:, NEXT_FREE] = np.arange(begin + 1, end + 1)
    state.slots[end - 1, NEXT_FREE] = NONE
    state.clock[FREE] = begin


def zero_counters(world: World, gates: int) -> Counters:
    """Nothing has happened; ``gates`` is the most that a pipeline has."""
    pipelines = len(world.pipelines)
    return Counters(
        work=np.zeros((len(world.steps), WORK_COLUMNS), dtype=np.int64),
        ends=np.zeros((pipelines, END_COLUMNS), dtype=np.int64),
        fates=np.zeros((pipelines, 4 * (gates + 1)), dtype=np.int64),
        alone=np.zeros((pipelines, 4 * (gates + 1)), dtype=np.int64),
        latencies=np.zeros((pipelines, BUCKETS, 2), dtype=np.int64),
        overlap_ns=np.zeros(len(world.fair), dtype=np.int64),
        rests=np.zeros((*world.idle_exit_ns.shape, REST_COLUMNS), dtype=np.int64),
    )


def record_of(rows: int, samples: int) -> Record:
    """Room to write down activities, as many idle states, and what becomes of samples.

    With none, nothing is written down.
    """
    return Record(
        rows=np.empty((rows, ROW_COLUMNS), dtype=np.int64),
        stays=np.empty((rows, STAY_COLUMNS), dtype=np.int64),
        filled=np.zeros(2, dtype=np.int64),
        finish_ns=np.full(samples, UNFINISHED, dtype=np.int64),
        outcome=np.full(samples, Outcome.LOST, dtype=np.int8),
    )
