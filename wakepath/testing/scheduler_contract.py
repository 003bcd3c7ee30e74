"""The contract of a scheduler for chains: subclass ``SchedulerContract`` and give it yours."""

from collections.abc import Sequence
from math import prod
from typing import ClassVar

from hypothesis import strategies as st

from scheduler.algorithms import brute_force
from scheduler.bounds import idle_choices
from scheduler.documents import dump_plan, load_plan
from scheduler.expectation import Assignment, configured, make_plan
from scheduler.plan import Plan
from scheduler.problem import Problem
from scheduler.validity import Violation, check
from wakepath.testing.chain_grid import plan_grid
from wakepath.testing.contract_base import Contract, Domain, Law
from wakepath.testing.contract_laws import LAWS
from wakepath.testing.describe import describe_problem
from wakepath.testing.plan_invariants import assert_expectation_is_simulated, assert_memory_fits
from wakepath.testing.relabelling import renamed_world, reversed_world
from wakepath.testing.scaling import objective_factor, slower_world
from wakepath.testing.world_strategies import World, worlds

ENOUGH = 1000
"""Assignments up to which a problem is compared with brute force."""


class _Chains(Domain[World, Problem, Plan]):
    """Plans for chains of segments."""

    def question(self, example: World) -> Problem:
        return example.problem()

    def violations(self, question: Problem, answer: Plan) -> Sequence[Violation]:
        return (*_other_question(question, answer), *check(answer))

    def played(self, answer: Plan) -> None:
        if not {violation.kind for violation in check(answer)} & STRUCTURE:
            assert_expectation_is_simulated(answer)
            assert_memory_fits(answer)

    def value(self, answer: Plan) -> float:
        return answer.objective_value

    def certificate(self, answer: Plan) -> tuple[bool, float]:
        return answer.certificate.status == "optimal", answer.certificate.lower_bound

    def best(self, question: Problem) -> Plan | None:
        if _assignments(question) > ENOUGH:
            return None
        best = brute_force.solve(question)
        return make_plan(
            question,
            best.assignment,
            method="brute-force",
            status=best.status,
            lower_bound=best.lower_bound,
        )

    def renamed(self, example: World, salt: str = "") -> World:
        return renamed_world(example, salt)

    def reordered(self, example: World) -> World:
        return reversed_world(example)

    def slower(self, example: World, factor: int) -> tuple[World, float]:
        objective = example.requirements.objective
        return slower_world(example, factor), objective_factor(objective, factor)

    def described(self, question: Problem) -> str:
        return describe_problem(question)

    def drawn(self, answer: Plan, violations: Sequence[Violation] = ()) -> str:
        return plan_grid(answer, violations)

    def dumped(self, answer: Plan) -> str:
        return dump_plan(answer)

    def loaded(self, document: str) -> Plan:
        return load_plan(document, "plan.json")


STRUCTURE = {
    "hash",
    "task-graph",
    "requirements",
    "placement",
    "crossing",
    "gate",
    "idle",
    "unsupported",
}
"""Kinds of violation of a plan that cannot be simulated."""


def _other_question(question: Problem, answer: Plan) -> list[Violation]:
    """Where a plan is one for something else than was asked."""
    found = []
    if answer.requirements != question.requirements:
        found.append(Violation("question", "the plan is made for other requirements"))
    if answer.platform != question.platform:
        found.append(Violation("question", "the plan is made for another platform"))
    if answer.task_graph not in _configurations(question, answer):
        message = "the plan's task graph is none that can be chosen from the problem's"
        found.append(Violation("question", message))
    return found


def _configurations(question: Problem, answer: Plan) -> list[object]:
    """The task graphs with the plan's knobs, one for each choice of gates."""
    stated = {placement.segment: placement.knob for placement in answer.placements}
    knobs = []
    for segment in question.graph.segments:
        names = ["", *(knob.name for knob in segment.knobs)]
        chosen = stated.get(segment.name, "")
        if chosen not in names:
            return []
        knobs.append(names.index(chosen))
    count = len(question.graph.segments)
    return [
        configured(
            question, Assignment((0,) * count, (None,) * (count - 1), (), gates, tuple(knobs))
        )
        for gates in range(len(question.gate_choices))
    ]


def _assignments(problem: Problem) -> int:
    """At most as many as brute force would try."""
    ways = prod(len(rows) for rows in (*problem.codecs, *problem.knobs, problem.gate_choices))
    modes: int = len(problem.modes) ** len(problem.knobs)
    return modes * ways * len(idle_choices(problem))


CHAINS: Domain[World, Problem, Plan] = _Chains()
"""Planning of chains, as the laws see it."""


class SchedulerContract(Contract):
    """What every scheduler of chains must keep; subclass it in a test module.

    Define ``schedule(self, problem) -> Plan``, which raises ``Infeasible`` if it finds no plan
    (``scheduler.expectation.make_plan`` makes the plan of an assignment). The options are class
    attributes, those of ``Contract`` and two strategies of examples. Each law is a test of its
    own; a broken one raises ``BrokenContract`` with the smallest problem found and the plan as a
    grid.
    """

    examples: ClassVar[st.SearchStrategy[World]] = worlds()
    """What the scheduler is asked."""
    small_examples: ClassVar[st.SearchStrategy[World]] = worlds(3, 2, max_gates=1)
    """What its answers are compared with brute force on, where that has little to try."""
    laws: ClassVar[tuple[Law, ...]] = LAWS
    domain = CHAINS

    def schedule(self, problem: Problem) -> Plan:
        """Plan ``problem``; raises ``Infeasible`` if no plan is found."""
        raise NotImplementedError(f"{type(self).__name__} must define schedule(self, problem)")
