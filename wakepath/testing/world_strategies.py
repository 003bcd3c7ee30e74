"""Strategies for planning problems: a task graph, a platform, and what is required of a plan.

A world is drawn around a witness, a plan that is possible: deadline, memories, floors and limits
lie at the witness's figures or a little beside them, so that they bind. A world drawn with
``feasible=True`` is one whose witness keeps them all; otherwise there may be no plan.
"""

from dataclasses import dataclass, replace
from typing import Any, get_args

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from devicemodels.platform import Memory, Platform
from scheduler.expectation import Assignment, expect
from scheduler.infeasible import Infeasible
from scheduler.memory import memory_use
from scheduler.plan import Expected, Objective, Requirements
from scheduler.problem import Problem
from scheduler.tabulation import make_problem
from scheduler.taskgraph import TaskGraph
from wakepath.testing.amounts import Numbers, pick, share
from wakepath.testing.assignment_strategies import assignments, polished
from wakepath.testing.describe import describe_problem
from wakepath.testing.network_strategies import task_graphs
from wakepath.testing.platform_strategies import platforms

OBJECTIVES: tuple[Objective, ...] = get_args(Objective)
"""All that can be minimised."""

PERIODS_S = (0.001, 0.002)
"""Of round worlds, unless the witness takes longer."""
SLOW_PERIODS_S = (0.1, 1.0)
"""Of worlds with any numbers, likewise."""


@dataclass(frozen=True, slots=True, repr=False)
class World:
    """A task graph, a platform and what is required of a plan."""

    graph: TaskGraph
    """What is planned."""
    platform: Platform
    """What it is planned for."""
    requirements: Requirements
    """What the plan must meet."""

    def problem(self) -> Problem:
        """The table that algorithms read; raises ``Infeasible`` as ``make_problem`` does."""
        return make_problem("drawn", self.graph, self.platform, self.requirements)

    def __repr__(self) -> str:
        try:
            return describe_problem(self.problem())
        except Infeasible as answer:
            return f"a world without a plan: {answer}"

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """How Hypothesis shows it."""
        printer.text(repr(self))


@dataclass(frozen=True, slots=True)
class Witness:
    """A world with one assignment that solves it."""

    world: World
    """What is asked."""
    assignment: Assignment
    """An answer that keeps every limit; not the best one."""


@st.composite
def witnesses(
    draw: st.DrawFn,
    max_segments: int = 4,
    max_cores: int = 3,
    *,
    max_gates: int = 2,
    numbers: Numbers = "round",
    objectives: tuple[Objective, ...] = OBJECTIVES,
    limits: bool = True,
    codecs: bool = True,
    knobs: bool = True,
    gate_choices: bool = True,
) -> Witness:
    """Problems drawn around an assignment that solves them; for the options see ``worlds``."""
    graph = draw(
        task_graphs(
            max_segments,
            max_gates,
            numbers=numbers,
            with_codecs=codecs,
            with_knobs=knobs,
            with_gate_choices=gate_choices,
        )
    )
    positive = draw(share(numbers))
    period_s = pick(draw, PERIODS_S if numbers == "round" else SLOW_PERIODS_S)
    loose = Requirements(
        objective=pick(draw, objectives),
        period_s=period_s,
        deadline_s=period_s,
        accuracy_floor=0.0,
        class_prior={"negative": 1.0 - positive, "positive": positive},
    )
    world = World(graph, draw(platforms(max_cores, numbers)), loose)
    return draw(_tightened(world, draw(assignments(world.problem())), limits))


@st.composite
def _tightened(draw: st.DrawFn, world: World, assignment: Assignment, limits: bool) -> Witness:
    """Requirements and memories that the assignment just keeps, or keeps easily."""
    problem = world.problem()
    match pick(draw, ("as drawn", "fast", "frugal")):
        case "fast":
            assignment = polished(problem, assignment, lambda it: it.latency_max_s)
        case "frugal":
            assignment = polished(problem, assignment, lambda it: it.energy_per_sample_j)
    latency_s = expect(problem, assignment).latency_max_s
    if latency_s > world.requirements.period_s:
        required = replace(world.requirements, period_s=latency_s, deadline_s=latency_s)
        world = replace(world, requirements=required)
        problem = world.problem()
    expected, required = expect(problem, assignment), world.requirements
    assume(expected.accuracy >= 0.0)  # a network that is never right, computed less accurately
    if draw(st.booleans()) and expected.latency_max_s > 0.0:
        required = replace(required, deadline_s=expected.latency_max_s)
    if draw(st.booleans()):
        required = replace(required, accuracy_floor=min(1.0, max(0.0, expected.accuracy)))
    if draw(st.booleans()):
        required = replace(required, recall_floor=expected.recall)
    if limits:
        required = draw(_limited(required, expected))
    platform = world.platform
    if draw(st.booleans()):
        spare = pick(draw, (0, 4))
        sizes = [use.weights + use.activations + spare for use in memory_use(problem, assignment)]
        rows = zip(platform.memories, sizes, strict=True)
        platform = replace(platform, memories=tuple(Memory(m.name, size) for m, size in rows))
    chosen = problem.gate_choices[assignment.gates]
    tight = World(world.graph, platform, required)
    kept = tight.problem().gate_choices.index(chosen)
    return Witness(tight, replace(assignment, gates=kept))


@st.composite
def _limited(draw: st.DrawFn, required: Requirements, expected: Expected) -> Requirements:
    """With none or some of the limits, each at what is expected."""
    figures: dict[str, Any] = {
        "energy_limit_j": expected.energy_per_sample_j,
        "mean_power_limit_w": expected.mean_power_w,
        "latency_mean_limit_s": expected.latency_mean_s,
        "latency_p99_limit_s": expected.latency_p99_s,
        "energy_delay_limit_js": expected.energy_delay_product_js,
    }
    for name in draw(st.lists(st.sampled_from(sorted(figures)), max_size=2, unique=True)):
        if figures[name] > 0.0:
            required = replace(required, **{name: figures[name]})
    return required


@st.composite
def requirements(
    draw: st.DrawFn,
    numbers: Numbers = "round",
    objectives: tuple[Objective, ...] = OBJECTIVES,
) -> Requirements:
    """Requirements by themselves: objective, period, deadline, accuracy floor, class prior."""
    positive = draw(share(numbers))
    period_s = pick(draw, PERIODS_S if numbers == "round" else SLOW_PERIODS_S)
    return Requirements(
        objective=pick(draw, objectives),
        period_s=period_s,
        deadline_s=period_s * pick(draw, (1.0, 0.5, 0.1)),
        accuracy_floor=draw(share(numbers)),
        class_prior={"negative": 1.0 - positive, "positive": positive},
    )


@st.composite
def worlds(
    draw: st.DrawFn,
    max_segments: int = 4,
    max_cores: int = 3,
    *,
    max_gates: int = 2,
    numbers: Numbers = "round",
    objectives: tuple[Objective, ...] = OBJECTIVES,
    limits: bool = True,
    codecs: bool = True,
    knobs: bool = True,
    gate_choices: bool = True,
    feasible: bool = False,
) -> World:
    """Planning problems whose limits bind.

    ``numbers`` is ``round`` for numbers that one can add up in the head, ``any`` for floats;
    ``objectives`` are those to draw from; ``limits``, ``codecs``, ``knobs`` and ``gate_choices``
    say whether these occur at all. ``feasible`` worlds have a plan; half of the others are
    asked for more than their witness gives, and may have none.
    """
    witness = draw(
        witnesses(
            max_segments,
            max_cores,
            max_gates=max_gates,
            numbers=numbers,
            objectives=objectives,
            limits=limits,
            codecs=codecs,
            knobs=knobs,
            gate_choices=gate_choices,
        )
    )
    return witness.world if feasible else draw(_demanding(witness.world))


@st.composite
def _demanding(draw: st.DrawFn, world: World) -> World:
    """Perhaps with a shorter deadline, a smaller memory or a higher floor."""
    required, platform = world.requirements, world.platform
    match pick(draw, ("", "", "", "", "deadline", "half", "memory", "accuracy")):
        case "deadline":
            shorter = max(required.deadline_s - 1e-6, required.deadline_s / 2)
            required = replace(required, deadline_s=shorter)
        case "half":
            required = replace(required, deadline_s=required.deadline_s / 2)
        case "memory":
            first = platform.memories[0]
            smaller = replace(first, size_bytes=first.size_bytes // 2)
            platform = replace(platform, memories=(smaller, *platform.memories[1:]))
        case "accuracy":
            required = replace(required, accuracy_floor=min(1.0, required.accuracy_floor + 0.01))
    return World(world.graph, platform, required)
