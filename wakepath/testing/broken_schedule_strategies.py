"""Strategy for broken schedules: a sound schedule with one named fault."""

from collections.abc import Collection
from dataclasses import dataclass

from hypothesis import reject
from hypothesis import strategies as st

from scheduler.graphs.schedule import Schedule
from wakepath.testing import schedule_faults_answers as _answers
from wakepath.testing import schedule_faults_times as _times
from wakepath.testing.amounts import pick
from wakepath.testing.schedule_faults import SCHEDULE_FAULTS, ScheduleFault
from wakepath.testing.schedule_strategies import schedules

__all__ = [
    "SCHEDULE_FAULTS",
    "BrokenSchedule",
    "ScheduleFault",
    "broken_schedules",
    "schedule_mutations",
]

BOOKS = (_times, _answers)
"""The modules that fill ``SCHEDULE_FAULTS``, in its order."""


@dataclass(frozen=True, slots=True)
class BrokenSchedule:
    """A schedule with one fault in it."""

    schedule: Schedule
    """The broken schedule."""
    kind: str
    """Name of the fault, a key of ``SCHEDULE_FAULTS``."""
    violations: tuple[str, ...]
    """Kinds of violation that a checker must find, every one of them."""
    sound: Schedule
    """The schedule as it was."""


def schedule_mutations(
    schedule: Schedule, kinds: Collection[str] | None = None
) -> list[BrokenSchedule]:
    """Every variant of every fault that a sound schedule allows; of ``kinds`` only, if given."""
    return [
        BrokenSchedule(broken, fault.kind, fault.violations, schedule)
        for fault in SCHEDULE_FAULTS.values()
        if kinds is None or fault.kind in kinds
        for broken in fault.breaks(schedule)
    ]


@st.composite
def broken_schedules(
    draw: st.DrawFn,
    of: st.SearchStrategy[Schedule] | None = None,
    kinds: Collection[str] | None = None,
) -> BrokenSchedule:
    """Schedules with one fault, of ``kinds`` (all by default) that the drawn schedule allows.

    ``of`` draws the sound schedules. Raises ``KeyError`` for an unknown kind.
    """
    chosen = (
        list(SCHEDULE_FAULTS.values()) if kinds is None else [SCHEDULE_FAULTS[k] for k in kinds]
    )
    schedule = draw(schedules() if of is None else of)
    able = [fault for fault in chosen if next(fault.breaks(schedule), None) is not None]
    if not able:
        reject()
    fault = pick(draw, able)
    broken = pick(draw, list(fault.breaks(schedule)))
    return BrokenSchedule(broken, fault.kind, fault.violations, schedule)
