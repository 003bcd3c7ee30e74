"""What happened: the one value that the simulator and real hardware both return.

Columns, not objects: a day of sensing is a million activities. Times are integer nanoseconds
from the start of the run. Energy is not stored: `simulator.metrics` integrates it from the
activities and the plan, the same way wherever the trace came from.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scheduler.plan import Plan
from simulator.faults.record import FaultRecord

TRACE_VERSION = "wakepath/trace@1"

AnswerSource = Literal["measured", "recorded", "drawn"]
"""Where gate decisions and answers come from: the real network as it ran, its recorded scores, or
random draws from its stop rates."""

NOT_STOPPED = -1
"""In ``exit_gate``: no gate stopped the sample."""
UNFINISHED = -1
"""In ``finish_ns``: the sample was dropped or lost."""


class Activity(IntEnum):
    """What a core or link was doing; idle is the rest of the time."""

    COMPUTE = 0
    GATE = 1
    ENCODE = 2
    DECODE = 3
    WAKE = 4
    SWITCH = 5
    TRANSFER = 6


class Outcome(IntEnum):
    """How a released sample ended."""

    COMPLETED = 0
    DROPPED = 1
    LOST = 2


@dataclass(frozen=True, slots=True)
class Samples:
    """One row a released sample, in order of release."""

    release_ns: NDArray[np.int64]
    """Shape (n,): when the sensor released it."""
    finish_ns: NDArray[np.int64]
    """Shape (n,): when its answer was there; ``UNFINISHED`` if it never was."""
    label: NDArray[np.int8]
    """Shape (n,): 1 = truly positive, 0 = truly negative."""
    answer: NDArray[np.int8]
    """Shape (n,): 1 = answered positive, 0 = negative, -1 = no answer."""
    exit_gate: NDArray[np.int16]
    """Shape (n,): index in ``plan.gates`` of the gate that it ended at, or ``NOT_STOPPED``."""
    outcome: NDArray[np.int8]
    """Shape (n,): an ``Outcome``."""


@dataclass(frozen=True, slots=True)
class Activities:
    """One row an activity, in order of (start, resource)."""

    start_ns: NDArray[np.int64]
    """Shape (m,)."""
    end_ns: NDArray[np.int64]
    """Shape (m,): not before ``start_ns``."""
    resource: NDArray[np.int16]
    """Shape (m,): index into the platform's cores, then its links."""
    activity: NDArray[np.int8]
    """Shape (m,): an ``Activity``."""
    segment: NDArray[np.int16]
    """Shape (m,): index of the segment concerned: the one that runs or that the gate follows;
    the sender for ENCODE and TRANSFER, the receiver for DECODE; for WAKE and SWITCH the segment
    whose arrival caused it."""
    sample: NDArray[np.int64]
    """Shape (m,): index of the sample."""


@dataclass(frozen=True, slots=True)
class Stays:
    """One row an idle state that a core entered, in order of (start, core), then as they happened.

    A state that was entered and left at once has a row too, for it may have cost something. The
    first row of a core is the state it was in when the run began. A core that goes from one idle
    state to a deeper one without waking has a row for each.
    """

    core: NDArray[np.int16]
    """Shape (k,): index into the platform's cores."""
    idle_state: NDArray[np.int16]
    """Shape (k,): index into that core's idle states."""
    start_ns: NDArray[np.int64]
    """Shape (k,)."""
    end_ns: NDArray[np.int64]
    """Shape (k,): not before ``start_ns``; the run's end where nothing followed."""
    entered: NDArray[np.bool_]
    """Shape (k,): whether the state's entry energy was spent at ``start_ns``; not where the run
    began."""
    woke: NDArray[np.bool_]
    """Shape (k,): whether work came at ``end_ns`` and the core left the state by its exit."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A run of a plan, simulated or measured."""

    origin: Literal["simulated", "measured"]
    """Whether the times are a simulation's or real."""
    plan: Plan
    """The plan that ran, with its platform and task graph."""
    duration_ns: int
    """Length of the run: all residencies of a resource add up to it."""
    samples: Samples
    """What was released and how it ended."""
    activities: Activities
    """What every core and link did."""
    answers: AnswerSource = "measured"
    """Where the gate decisions and answers come from."""
    stays: Stays | None = None
    """How the cores rested. None where nobody says: in a measured run, and in one pipeline of
    several, where it is a matter of the whole run; ``simulator.idling.stays`` takes the gaps."""
    faults: FaultRecord | None = None
    """What faults did to the samples; None in a run without any."""
