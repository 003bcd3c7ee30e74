"""What the arrays of the compiled engine hold: the names of their columns.

A named tuple of arrays is a world, a state or a sink of figures; the loop gets a few of these and
no Python objects. All times are integer nanoseconds.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

FAR = 2**63 - 1
"""A time that never comes."""
NONE = -1
"""An index, a duration or a capacity that is not there."""

# World.steps: one row a segment, pipeline after pipeline.
STEP_CORE, STEP_POINT, STEP_COMPUTE, STEP_GATE, STEP_GATE_NS = 0, 1, 2, 3, 4
STEP_LINK, STEP_ENCODE, STEP_TRANSFER, STEP_DECODE, STEP_LAST = 5, 6, 7, 8, 9
STEP_COLUMNS = 10

# World.pipelines
PIPELINE_FIRST, PIPELINE_PRIORITY, PIPELINE_DEADLINE = 0, 1, 2
PIPELINE_COLUMNS = 3

# World.rule
CAPACITY, DROPS_OLDEST, LOOKUP = 0, 1, 2

# World.cores
CORE_SWITCH, CORE_FIRST_STATE, CORE_ONLY_STATE = 0, 1, 2
"""The idle state of a core that is never in another one, or NONE."""
CORE_COLUMNS = 3

# State.clock
NOW, IN_FLIGHT, FREE, DRAWN_UNTIL = 0, 1, 2, 3
"""The instant under way, the samples under way, the first free slot, and until when ``State.drawn``
counts."""
CLOCK_COLUMNS = 4

# State.stations: one row a core, then one a link. HEAD is that of a FIFO link's ring.
JOB, POINT, WAITING, FROM_OUTSIDE, HEAD, SINCE, RESTED = 0, 1, 2, 3, 4, 5, 6
"""SINCE when a core rests, or a fair link carries something; how many stays a core has ended."""
STATION_COLUMNS = 7

# State.slots: one row a sample under way. NEXT_FREE is meant where no sample is.
RELEASE, PIPELINE, SAMPLE, STEP, EXIT, LABEL, ANSWER, OUTSIDE = 0, 1, 2, 3, 4, 5, 6, 7
PRIORITY, ENTERED, NEXT_FREE = 8, 9, 10
SLOT_COLUMNS = 11

# State.fair: one row a link. A transfer is done when SERVED, in PARTS of a nanosecond, is there.
FAIR_NOW, PARTS, SERVED, ENTRIES, UNDER_WAY = 0, 1, 2, 3, 4
FAIR_COLUMNS = 5
# State.shares: a heap of rows a link.
DONE, ENTRY, CARRIED = 0, 1, 2
SHARE_COLUMNS = 3

# World.step_power: the watts of computing, gate, encoding and decoding by the number of the
# activity, and what the transfer takes. World.idle_power: by core and idle state.
TRANSFER_J = 4
POWER_COLUMNS = 5
REST_W, ENTRY_J, EXIT_J = 0, 1, 2
# World.regulator
OUTPUT_W, INPUT_W = 0, 1
# State.pieces: by station and piece, in order of time.
PIECE_W, PIECE_JOLT_J = 0, 1
# State.drawn: the sum and its correction, energy spent at this instant, and the load before it.
DRAWN_J, CORRECTION_J, JOLTS_J, LOAD_W = 0, 1, 2, 3

# Arrivals.span: one row a pipeline. NEXT and END are places in the columns; the sample at NEXT
# has the number NEXT + NUMBERING.
NEXT, END, NUMBERING = 0, 1, 2
SPAN_COLUMNS = 3

# Record.filled
ROWS, STAYS = 0, 1
# Record.rows
ROW_START, ROW_END, ROW_RESOURCE, ROW_ACTIVITY, ROW_PIPELINE, ROW_SEGMENT, ROW_SAMPLE = range(7)
ROW_COLUMNS = 7
# Record.stays
STAY_CORE, STAY_STATE, STAY_START, STAY_END, STAY_ENTERED, STAY_WOKE = range(6)
STAY_COLUMNS = 6

# Counters.work: one row a segment.
RUNS, STOPS, HEADS_NEGATIVE, HEADS_POSITIVE, WAKES, WAKE_NS, SWITCHES, TRANSFERS, TRANSFER_NS = (
    range(9)
)
WORK_COLUMNS = 9
# Counters.ends: one row a pipeline.
RELEASED, COMPLETED, DROPPED, IN_TIME, LATENCY_SUM, LATENCY_MAX, LAST_FINISH = range(7)
END_COLUMNS = 7
# Counters.rests: by core and idle state.
REST_NS, ENTRIES_MADE, EXITS_MADE = 0, 1, 2
REST_COLUMNS = 3

# What ``loop.advance`` returns.
REACHED, PAUSED, ROWS_FULL, SLOTS_FULL, TOO_FINE = 0, 1, 2, 3, 4


class World(NamedTuple):
    """What does not change while an engine runs."""

    steps: Integers
    """Shape (segments of all pipelines, STEP_COLUMNS)."""
    pipelines: Integers
    """Shape (pipelines, PIPELINE_COLUMNS)."""
    cores: Integers
    """Shape (cores, CORE_COLUMNS)."""
    fair: Integers
    """Shape (links,): 1 for a fair link, 0 for a FIFO one."""
    rule: Integers
    """Shape (3,): CAPACITY, or NONE; DROPS_OLDEST; LOOKUP of the idle policy."""
    idle_count: Integers
    """Shape (4, cores): as in ``simulator.idling.tables``, like the next three."""
    idle_state: Integers
    """Shape (4, cores, most)."""
    idle_offset_ns: Integers
    """Shape (4, cores, most)."""
    idle_exit_ns: Integers
    """Shape (cores, most idle states)."""
    step_power: Floats
    """Shape (segments of all pipelines, 5): watts of each kind of work, joules of the transfer."""
    switch_j: Floats
    """Shape (cores,)."""
    idle_power: Floats
    """Shape (cores, most idle states, 3): power, entry energy, exit energy."""
    rail_w: Floats
    """Shape (1,)."""
    regulator: Floats
    """Shape (2, corners): its law, see ``devicemodels.regulator``. No corners: nobody asks what
    the battery gives."""
    alone: Integers
    """Shape (pipelines, gates + 1): how long a sample takes that has the platform to itself, by
    its exit gate + 1. No rows: samples are never only counted."""


class State(NamedTuple):
    """Where an engine stands between two events."""

    due: Integers
    """Shape (2 stations + 1,): when the next event of each kind is due, in the order in which
    they go at one instant: what ends at each station, the release, what each station chooses."""
    clock: Integers
    """Shape (CLOCK_COLUMNS,)."""
    stations: Integers
    """Shape (cores + links, STATION_COLUMNS)."""
    slots: Integers
    """Shape (slots, SLOT_COLUMNS)."""
    queues: Integers
    """Shape (cores + links, slots): slots that wait; a heap a core, a ring a FIFO link."""
    fair: Integers
    """Shape (links, FAIR_COLUMNS)."""
    shares: Integers
    """Shape (links, slots, SHARE_COLUMNS): transfers under way on a fair link."""
    lengths: Integers
    """Shape (cores, HISTORY): how long the last stays of each core were, for predictions."""
    place: Integers
    """Shape (stations,): the piece of ``pieces`` that each station is in."""
    piece_ends_ns: Integers
    """Shape (stations, pieces): until when each piece of what a station does lasts."""
    pieces: Floats
    """Shape (stations, pieces, 2): its power, and the energy spent at once where it begins."""
    drawn: Floats
    """Shape (4,): what the battery has given."""


class Arrivals(NamedTuple):
    """The samples that are known so far, pipeline after pipeline."""

    release_ns: Integers
    """Shape (n,)."""
    label: NDArray[np.int8]
    """Shape (n,)."""
    exit_gate: NDArray[np.int16]
    """Shape (n,)."""
    answer: NDArray[np.int8]
    """Shape (n,)."""
    span: Integers
    """Shape (pipelines, SPAN_COLUMNS)."""


class Record(NamedTuple):
    """Where everything is written down; without rows nothing is."""

    rows: Integers
    """Shape (room, ROW_COLUMNS): activities."""
    stays: Integers
    """Shape (room, STAY_COLUMNS): idle states."""
    filled: Integers
    """Shape (2,): how many ROWS and STAYS there are."""
    finish_ns: Integers
    """Shape (samples,): at the sample's place in ``Arrivals``."""
    outcome: NDArray[np.int8]
    """Shape (samples,): likewise."""


class Counters(NamedTuple):
    """What happened, counted."""

    work: Integers
    """Shape (segments of all pipelines, WORK_COLUMNS)."""
    ends: Integers
    """Shape (pipelines, END_COLUMNS); only of samples that went through the loop."""
    fates: Integers
    """Shape (pipelines, 2 x (gates + 1) x 2): completed samples, see ``fates.fate``."""
    alone: Integers
    """The same shape: those of them that were only counted."""
    latencies: Integers
    """Shape (pipelines, buckets, 2): count and excess, see ``histogram``; only of samples that
    went through the loop."""
    overlap_ns: Integers
    """Shape (links,): by how much the transfers of a fair link are longer, all together, than the
    time in which it carried something."""
    rests: Integers
    """Shape (cores, most idle states, REST_COLUMNS): stays that have ended; not of cores that are
    only ever in one idle state."""
