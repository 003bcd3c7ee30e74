"""Deliberately wrong schedulers: the contract suites catch each of them, for the right reason."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from scheduler.expectation import Assignment, make_plan
from scheduler.feasibility import is_feasible
from scheduler.graphs.figures import make_schedule
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.schedule import Schedule
from scheduler.graphs.timed import Timing
from scheduler.graphs.timing import play
from scheduler.graphs.validity import check_schedule
from scheduler.infeasible import Infeasible
from scheduler.plan import Plan
from scheduler.problem import Problem
from wakepath.testing import (
    BrokenContract,
    Contract,
    GraphSchedulerContract,
    SchedulerContract,
    examine,
    graph_problems,
    worlds,
)


def fastest_modes(problem: GraphProblem) -> tuple[int, ...]:
    """By task the mode of least ticks; all on the first core if some output could not cross."""
    modes = tuple(
        min(range(len(task.modes)), key=lambda mode, task=task: task.modes[mode].ticks)
        for task in problem.tasks
    )
    chosen = [task.modes[mode] for task, mode in zip(problem.tasks, modes, strict=True)]
    try:
        for edge in problem.edges:
            problem.link_between(chosen[edge.source], chosen[edge.target], edge)
    except ValueError:
        return (0,) * len(modes)
    return modes


def answer(problem: GraphProblem, modes: Sequence[int], timing: Timing) -> Schedule:
    """The document, with a bound that claims nothing."""
    return make_schedule(problem, modes, timing, method="wrong", status="feasible", lower_bound=0.0)


class Listed(GraphSchedulerContract):
    """A right one, to begin with: tasks in the order given, each in its fastest mode."""

    examples = graph_problems(4, 2)
    max_examples = 60
    hash_seeds = ()
    shrink = False

    def schedule(self, problem: GraphProblem) -> Schedule:
        modes = fastest_modes(problem)
        made = answer(problem, modes, play(problem, modes, range(len(problem.tasks))))
        if check_schedule(made):
            raise Infeasible("the fastest modes keep not all limits", "nothing else was tried")
        return made


class IgnoresTransfers(Listed):
    """Outputs cross in no time."""

    examples = graph_problems(4, 2, limits=False)

    def schedule(self, problem: GraphProblem) -> Schedule:
        edges = tuple(replace(e, ticks=tuple(0 for _ in e.ticks)) for e in problem.edges)
        modes = fastest_modes(problem)
        timing = play(replace(problem, edges=edges), modes, range(len(modes)))
        return answer(problem, modes, timing)


class OverlapsOnCore(Listed):
    """Tasks wait for each other, but not for their core."""

    examples = graph_problems(4, 2, limits=False, energy=False, pools=False)
    ignored = ("switch",)

    def schedule(self, problem: GraphProblem) -> Schedule:
        resources = tuple(replace(r, capacity=99) for r in problem.resources)
        modes = fastest_modes(problem)
        timing = play(replace(problem, resources=resources), modes, range(len(modes)))
        return answer(problem, modes, timing)


class IgnoresDeadline(Listed):
    """A schedule is a schedule, however late."""

    examples = graph_problems(4, 2, energy=False)
    ignored = ("budget", "accuracy")

    def schedule(self, problem: GraphProblem) -> Schedule:
        modes = fastest_modes(problem)
        return answer(problem, modes, play(problem, modes, range(len(modes))))


class ForgetsWake(Listed):
    """Cores are awake from the start."""

    examples = graph_problems(4, 2, limits=False, energy=False)

    def schedule(self, problem: GraphProblem) -> Schedule:
        resources = tuple(replace(resource, wake_ticks=0) for resource in problem.resources)
        modes = fastest_modes(problem)
        timing = play(replace(problem, resources=resources), modes, range(len(modes)))
        return answer(problem, modes, timing)


class ClaimsTheShortest(Listed):
    """What it finds, it calls optimal."""

    def schedule(self, problem: GraphProblem) -> Schedule:
        made = super().schedule(problem)
        value = made.objective_value
        claim = replace(made.certificate, status="optimal", lower_bound=value, gap=0.0)
        return replace(made, certificate=claim)


class PicksFromASet(Listed):
    """The first core that comes out of a set of names."""

    hash_seeds = (0, 1, 2, 3, 4)

    def schedule(self, problem: GraphProblem) -> Schedule:
        favourite = list({resource.name for resource in problem.resources})[0]  # noqa: RUF015
        index = [resource.name for resource in problem.resources].index(favourite)
        modes = tuple(
            next((m for m, mode in enumerate(task.modes) if mode.core == index), 0)
            for task in problem.tasks
        )
        try:
            made = answer(problem, modes, play(problem, modes, range(len(modes))))
        except ValueError as apart:
            raise Infeasible("no link", str(apart)) from None
        if check_schedule(made):
            raise Infeasible("it keeps not all limits", "nothing else was tried")
        return made


class OneMode(SchedulerContract):
    """A right one, to begin with: the whole chain in the first mode that can run it."""

    examples = worlds(3, 2)
    max_examples = 60
    hash_seeds = ()
    shrink = False

    def schedule(self, problem: Problem) -> Plan:
        return self.plan(problem, next(self.possible(problem), None))

    def possible(self, problem: Problem) -> Iterator[Assignment]:
        count, cores = len(problem.knobs), len(problem.idle_power_w)
        for mode in range(len(problem.modes)):
            for gates in range(len(problem.gate_choices)):
                one = Assignment((mode,) * count, (None,) * (count - 1), (0,) * cores, gates)
                if self.accepts(problem, one):
                    yield one

    def accepts(self, problem: Problem, one: Assignment) -> bool:
        return is_feasible(problem, one)

    def plan(self, problem: Problem, one: Assignment | None) -> Plan:
        if one is None:
            raise Infeasible("no single mode does it", "nothing else was tried")
        return make_plan(problem, one, method="wrong", status="feasible", lower_bound=0.0)


class LiesAboutEnergy(OneMode):
    """A tenth less than it takes."""

    def schedule(self, problem: Problem) -> Plan:
        plan = super().schedule(problem)
        energy_j = 0.9 * plan.expected.energy_per_sample_j
        return replace(plan, expected=replace(plan.expected, energy_per_sample_j=energy_j))


class ClaimsTheBest(OneMode):
    """What it finds, it calls optimal."""

    def plan(self, problem: Problem, one: Assignment | None) -> Plan:
        plan = super().plan(problem, one)
        claim = replace(
            plan.certificate, status="optimal", lower_bound=plan.objective_value, gap=0.0
        )
        return replace(plan, certificate=claim)


class IgnoresMemory(OneMode):
    """Memories are as large as they need to be."""

    def accepts(self, problem: Problem, one: Assignment) -> bool:
        memories = tuple(replace(m, size_bytes=10**9) for m in problem.platform.memories)
        roomy = replace(problem.platform, memories=memories)
        return is_feasible(replace(problem, platform=roomy), one)


class BreaksTiesByName(OneMode):
    """The core whose name comes first, not the first core."""

    max_examples = 400  # it needs two modes that are equally good

    def schedule(self, problem: Problem) -> Plan:
        names = [problem.platform.cores[mode.core].name for mode in problem.modes]
        found = sorted(self.possible(problem), key=lambda one: names[one.modes[0]])
        return self.plan(problem, found[0] if found else None)


class AnswersAnotherQuestion(OneMode):
    """With a deadline that it can meet more easily."""

    def schedule(self, problem: Problem) -> Plan:
        plan = super().schedule(problem)
        period_s = plan.requirements.period_s
        return replace(plan, requirements=replace(plan.requirements, deadline_s=period_s))


class GivesUp(OneMode):
    """Says that it is exact, and looks at one mode only."""

    exact = True


class Stumbles(OneMode):
    """Has not thought of a chain of one segment."""

    def schedule(self, problem: Problem) -> Plan:
        problem.codecs[0]
        return super().schedule(problem)


def laws_broken(contract: type[Contract]) -> dict[str, BrokenContract]:
    return {broken.law: broken for broken in examine(contract)}


@pytest.mark.parametrize("contract", [Listed, OneMode])
def test_the_right_ones_pass(contract: type[Contract]) -> None:
    assert laws_broken(contract) == {}


WRONG: tuple[tuple[type[Contract], str, str], ...] = (
    (IgnoresTransfers, "test_answers_are_sound", "transfer-time"),
    (OverlapsOnCore, "test_answers_are_sound", "exclusivity"),
    (IgnoresDeadline, "test_answers_are_sound", "deadline"),
    (ForgetsWake, "test_answers_are_sound", "wake"),
    (ClaimsTheShortest, "test_best_is_not_beaten", "not-optimal"),
    (PicksFromASet, "test_hash_seed_does_not_matter", "hash-seed"),
    (LiesAboutEnergy, "test_answers_are_sound", "figure"),
    (LiesAboutEnergy, "test_figures_are_played", "played"),
    (ClaimsTheBest, "test_best_is_not_beaten", "not-optimal"),
    (IgnoresMemory, "test_answers_are_sound", "memory"),
    (BreaksTiesByName, "test_names_do_not_matter", "names"),
    (AnswersAnotherQuestion, "test_answers_are_sound", "question"),
    (GivesUp, "test_best_is_not_beaten", "infeasible or not-optimal"),
    (Stumbles, "test_answers_are_sound", "exception"),
)


@pytest.mark.parametrize(
    ("contract", "law", "kind"), WRONG, ids=lambda one: getattr(one, "__name__", one)
)
def test_the_wrong_ones_are_caught(contract: type[Contract], law: str, kind: str) -> None:
    with pytest.raises(BrokenContract) as caught:
        getattr(contract(), law)()
    assert caught.value.law == law
    assert set(kind.split(" or ")) & set(caught.value.kinds)
    assert contract.__name__ in str(caught.value)


class Overlaps(OverlapsOnCore):
    shrink = True


class Lies(LiesAboutEnergy):
    shrink = True


def test_a_counter_example_is_small_and_drawn_as_a_grid() -> None:
    (broken,) = (one for one in examine(Overlaps) if one.law == "test_answers_are_sound")
    assert str(broken).splitlines() == [
        "Overlaps, test_answers_are_sound: what it answers is not sound: exclusivity",
        "the problem:",
        "minimise makespan",
        "  c0: a core",
        "  t0: c0/p0 takes 1",
        "  t1: c0/p0 takes 1",
        "the answer:",
        "drawn: 1 ticks; a column is 1 from tick 0 on",
        "c0 |!|",
        "! a t0: c0/p0, 0 to 1",
        "! b t1: c0/p0, 0 to 1",
        "! exclusivity: 'c0' runs 't0' until 1, and 't1' from 0",
    ]


def test_a_plan_that_lies_is_drawn_as_a_grid() -> None:
    broken = laws_broken(Lies)
    assert set(broken) == {"test_answers_are_sound", "test_figures_are_played"}
    asked, drawn = str(broken["test_answers_are_sound"]).split("the answer:")
    assert len(asked.splitlines()) <= 6, "more than one core and one segment are asked about"
    assert "! [figure] expected.energy_per_sample_j is stated as" in drawn
