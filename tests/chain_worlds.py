"""Small chains with everything that a planner may choose, next to all plans that they have."""

from dataclasses import dataclass
from itertools import product
from math import prod

from hypothesis import assume, reject
from hypothesis import strategies as st

from scheduler.enumeration import codec_choices
from scheduler.expectation import Assignment, accuracy_loss, events, expect
from scheduler.infeasible import Infeasible
from scheduler.memory import MemoryUse, memory_use
from scheduler.plan import Expected
from scheduler.problem import Limits, Problem
from wakepath.testing.describe import describe_problem
from wakepath.testing.world_strategies import worlds


@dataclass(frozen=True, slots=True)
class Candidate:
    """One assignment of a small problem, and what it would be."""

    assignment: Assignment
    expected: Expected
    latency_ns: int
    loss: float
    memories: tuple[MemoryUse, ...]

    def keeps(self, limits: Limits) -> bool:
        return (
            not any(use.excess for use in self.memories)
            and self.latency_ns <= limits.latency_max_ns
            and self.loss <= limits.loss
            and self.expected.energy_per_sample_j <= limits.energy_j
            and self.expected.latency_mean_s * 1e9 <= limits.latency_mean_ns
            and self.expected.latency_p99_s * 1e9 <= limits.latency_p99_ns
            and self.expected.energy_delay_product_js <= limits.energy_delay_js
        )


@dataclass(frozen=True, slots=True, repr=False)
class Enumerated:
    """A problem, and every assignment that can run at all, whatever the limits."""

    problem: Problem
    candidates: tuple[Candidate, ...]

    @property
    def feasible(self) -> list[Candidate]:
        return [c for c in self.candidates if c.keeps(self.problem.limits)]

    def __repr__(self) -> str:
        return f"{describe_problem(self.problem)}\n{len(self.candidates)} assignments"


def everything(problem: Problem) -> tuple[Candidate, ...]:
    """All assignments that use no work, link or codec that does not exist."""
    found = []
    idles = list(product(*(range(len(powers)) for powers in problem.idle_power_w)))
    knobs = list(product(*(range(len(rows)) for rows in problem.knobs)))
    for modes in product(range(len(problem.modes)), repeat=len(problem.knobs)):
        for codecs in codec_choices(problem, modes):
            for gates, knob, idle in product(range(len(problem.gate_choices)), knobs, idles):
                assignment = Assignment(modes, codecs, idle, gates, knob)
                try:
                    expected = expect(problem, assignment)
                except ValueError:
                    continue
                found.append(
                    Candidate(
                        assignment,
                        expected,
                        sum(event.cost.time_ns for event in events(problem, assignment)),
                        accuracy_loss(problem, assignment),
                        memory_use(problem, assignment),
                    )
                )
    return tuple(found)


def size(problem: Problem) -> int:
    """At most so many assignments."""
    return (
        len(problem.modes) ** len(problem.knobs)
        * prod(len(rows) for rows in problem.codecs)
        * prod(len(rows) for rows in problem.knobs)
        * len(problem.gate_choices)
        * prod(len(powers) for powers in problem.idle_power_w)
    )


@st.composite
def enumerated(
    draw: st.DrawFn, max_segments: int = 3, max_cores: int = 2, most: int = 1500
) -> Enumerated:
    """A random problem of at most ``most`` assignments, limits binding, and all of them."""
    numbers = draw(st.sampled_from(("round", "any", "any")))
    world = draw(worlds(max_segments, max_cores, numbers=numbers))  # type: ignore[arg-type]
    try:
        problem = world.problem()
    except Infeasible:
        reject()
    assume(size(problem) <= most)
    return Enumerated(problem, everything(problem))
