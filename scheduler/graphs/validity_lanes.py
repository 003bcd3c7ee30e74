"""What the checker asks of resources: exclusivity, capacity, switches, wake-ups, idle energy."""

from collections.abc import Iterator
from itertools import pairwise

from scheduler.graphs.placed import Placed
from scheduler.validity import Violation


def check_lanes(placed: Placed) -> Iterator[Violation]:
    """Violations of what resources allow; those of one resource follow each other."""
    for index, resource in enumerate(placed.problem.resources):
        lane = placed.lane(index)
        for task in lane:
            if placed.starts[task] < resource.wake_ticks:
                yield Violation(
                    "wake",
                    f"task '{placed.problem.tasks[task].name}' starts at {placed.starts[task]} on "
                    f"'{resource.name}', which is awake from {resource.wake_ticks}",
                )
        if resource.capacity == 1:
            yield from _one_at_a_time(placed, index, lane)
        else:
            yield from _within_capacity(placed, index, lane)


def _one_at_a_time(placed: Placed, index: int, lane: list[int]) -> Iterator[Violation]:
    resource, tasks = placed.problem.resources[index], placed.problem.tasks
    longest = None  # the task so far that finishes last: not always the one before
    for position, task in enumerate(lane):
        if longest is not None:
            gap = placed.starts[task] - placed.finishes[longest]
            before = lane[position - 1]
            if gap < 0:
                yield Violation(
                    "exclusivity",
                    f"'{resource.name}' runs '{tasks[longest].name}' until "
                    f"{placed.finishes[longest]}, and '{tasks[task].name}' from "
                    f"{placed.starts[task]}",
                )
            elif (
                placed.modes[before].point != placed.modes[task].point
                and gap < resource.switch_ticks
            ):
                yield Violation(
                    "switch",
                    f"'{resource.name}' changes its operating point between "
                    f"'{tasks[before].name}' and '{tasks[task].name}': {gap} ticks for "
                    f"{resource.switch_ticks}",
                )
        if longest is None or placed.finishes[task] >= placed.finishes[longest]:
            longest = task


def _within_capacity(placed: Placed, index: int, lane: list[int]) -> Iterator[Violation]:
    resource = placed.problem.resources[index]
    changes = []
    for task in lane:
        if placed.starts[task] < placed.finishes[task]:
            units = placed.modes[task].holds[index]
            changes += [(placed.starts[task], units), (placed.finishes[task], -units)]
    used = 0
    for tick, units in sorted(changes):  # at one tick what ends goes first
        used += units
        if units > 0 and used > resource.capacity:
            yield Violation(
                "capacity",
                f"'{resource.name}' has {resource.capacity} units, {used} are held at {tick}",
            )


def idle_joules(placed: Placed) -> list[float]:
    """Wake-ups, switches, idle and rail energy, part by part."""
    problem = placed.problem
    span, tick_s = problem.period_ticks, problem.tick_s
    counted = span is not None and tick_s is not None
    parts = [problem.rail_power_w * (span * tick_s)] if span and tick_s else []
    for index, resource in enumerate(problem.resources):
        lane = placed.lane(index)
        changes = 0
        if resource.capacity == 1:
            for before, task in pairwise(lane):
                changes += placed.modes[before].point != placed.modes[task].point
        parts += [resource.switch_energy_j] * changes
        parts += [resource.wake_energy_j] * bool(lane)
        if not counted:
            continue
        assert span is not None and tick_s is not None
        resting, awake_until = 0, 0
        for task in lane:
            resting += max(0, placed.starts[task] - awake_until)
            awake_until = max(awake_until, placed.finishes[task])
        resting += span - awake_until
        resting -= changes * resource.switch_ticks + bool(lane) * resource.wake_ticks
        parts.append(resource.idle_power_w * (resting * tick_s))
    return parts
