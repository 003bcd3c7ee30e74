"""Columns of the master problem: one way to run one pipeline, and what that asks of the device."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from scheduler.expectation import Assignment, events, expect
from scheduler.memory import memory_use
from scheduler.pipelines.budget import Counted
from scheduler.problem import Problem


@dataclass(frozen=True, slots=True)
class Column:
    """A plan for one pipeline, by what it costs and uses."""

    assignment: Assignment
    """What is decided."""
    power_w: float
    """Mean power beyond that of the device at rest: dynamic energy over period."""
    core_share: tuple[float, ...]
    """By core: time of work over period."""
    link_share: tuple[float, ...]
    """By link: transfer time over period."""
    weight_bytes: tuple[int, ...]
    """By memory: resident bytes."""
    activation_bytes: tuple[int, ...]
    """By memory: the largest activation; pipelines take turns in one buffer."""
    latency_ns: int
    """Longest latency alone on the device."""


def resting_power_w(problem: Problem, idle: Sequence[int]) -> float:
    """Rail and idle power of a device to which nothing ever happens."""
    return problem.platform.rail.power_w + problem.idle_power(idle)


def mean_power_w(resting_w: float, columns: Sequence[Column]) -> float:
    """Mean power of the device that runs all of ``columns``."""
    return fsum((resting_w, *(column.power_w for column in columns)))


def make_column(problem: Problem, assignment: Assignment, counted: Counted) -> Column:
    """The column of an assignment; ``ValueError`` if it uses what does not exist."""
    reach = problem.reach(assignment.gates)
    busy_ns: list[list[float]] = [[] for _ in problem.platform.cores]
    latency_ns = 0
    for event in events(problem, assignment):
        latency_ns += event.cost.time_ns
        if event.core is not None and event.cause not in ("wake", "switch"):
            weight = reach[event.segment] if counted == "expected" else 1.0
            busy_ns[event.core].append(weight * event.cost.time_ns)
    held = memory_use(problem, assignment)
    resting_w = resting_power_w(problem, assignment.idle)
    return Column(
        assignment=assignment,
        power_w=expect(problem, assignment).mean_power_w - resting_w,
        core_share=tuple(fsum(times) / problem.period_ns for times in busy_ns),
        link_share=_link_share(problem, assignment, counted),
        weight_bytes=tuple(use.weights for use in held),
        activation_bytes=tuple(use.activations for use in held),
        latency_ns=latency_ns,
    )


def _link_share(problem: Problem, assignment: Assignment, counted: Counted) -> tuple[float, ...]:
    reach = problem.reach(assignment.gates)
    held_ns: list[list[float]] = [[] for _ in problem.platform.links]
    for edge, codec in enumerate(assignment.codecs):
        if codec is None:
            continue
        sender, receiver = (problem.modes[mode].core for mode in assignment.modes[edge : edge + 2])
        link = problem.link[sender][receiver]
        if link is None:
            raise ValueError(f"edge {edge} changes core without a link")
        weight = reach[edge + 1] if counted == "expected" else 1.0
        held_ns[link].append(weight * problem.codecs[edge][codec].transfer[link].time_ns)
    return tuple(fsum(times) / problem.period_ns for times in held_ns)
