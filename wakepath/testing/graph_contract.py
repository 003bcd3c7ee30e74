"""The contract of a scheduler of graphs: subclass ``GraphSchedulerContract`` and give it yours."""

from collections.abc import Sequence
from math import factorial, prod
from typing import ClassVar

from hypothesis import strategies as st

from scheduler.graphs.algorithms import brute_force
from scheduler.graphs.documents import dump_schedule, load_schedule
from scheduler.graphs.figures import make_schedule
from scheduler.graphs.grid import draw_grid
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.schedule import Schedule
from scheduler.graphs.validity import check_schedule
from scheduler.validity import Violation
from wakepath.testing.contract_base import Contract, Domain, Law
from wakepath.testing.contract_laws import LAWS
from wakepath.testing.describe import describe_graph
from wakepath.testing.graph_strategies import graph_problems
from wakepath.testing.relabelling import renamed_problem, reversed_problem
from wakepath.testing.scaling import slower_graph
from wakepath.testing.schedule_invariants import SCHEDULE_INVARIANTS

ENOUGH = 1000
"""Choices of modes and orders up to which a problem is compared with brute force."""

STRUCTURE = {"problem", "task", "mode", "link", "transfer"}
"""Kinds of violation of a schedule that cannot be looked at any further."""


class _Graphs(Domain[GraphProblem, GraphProblem, Schedule]):
    """Schedules of graphs of tasks."""

    def question(self, example: GraphProblem) -> GraphProblem:
        return example

    def violations(self, question: GraphProblem, answer: Schedule) -> Sequence[Violation]:
        other = answer.problem != question
        found = [Violation("question", "the schedule is one of another problem")] if other else []
        return (*found, *check_schedule(answer))

    def played(self, answer: Schedule) -> None:
        if not {violation.kind for violation in check_schedule(answer)} & STRUCTURE:
            for invariant in SCHEDULE_INVARIANTS:
                invariant(answer)

    def value(self, answer: Schedule) -> float:
        return answer.objective_value

    def certificate(self, answer: Schedule) -> tuple[bool, float]:
        return answer.certificate.status == "optimal", answer.certificate.lower_bound

    def best(self, question: GraphProblem) -> Schedule | None:
        modes = prod(len(task.modes) for task in question.tasks)
        fair = any(link.sharing == "fair" for link in question.links)
        if fair or modes * factorial(len(question.tasks)) > ENOUGH:
            return None
        best = brute_force.solve(question)
        return make_schedule(
            question,
            best.modes,
            best.timing,
            method="brute-force",
            status=best.status,
            lower_bound=best.lower_bound,
        )

    def renamed(self, example: GraphProblem, salt: str = "") -> GraphProblem:
        return renamed_problem(example, salt)

    def reordered(self, example: GraphProblem) -> GraphProblem:
        return reversed_problem(example)

    def slower(self, example: GraphProblem, factor: int) -> tuple[GraphProblem, float]:
        return slower_graph(example, factor), factor if example.objective == "makespan" else 1.0

    def described(self, question: GraphProblem) -> str:
        return describe_graph(question)

    def drawn(self, answer: Schedule, violations: Sequence[Violation] = ()) -> str:
        return draw_grid(answer, violations)

    def dumped(self, answer: Schedule) -> str:
        return dump_schedule(answer)

    def loaded(self, document: str) -> Schedule:
        return load_schedule(document, "schedule.json")


GRAPHS: Domain[GraphProblem, GraphProblem, Schedule] = _Graphs()
"""Scheduling of graphs, as the laws see it."""


class GraphSchedulerContract(Contract):
    """What every scheduler of graphs must keep; subclass it in a test module.

    Define ``schedule(self, problem) -> Schedule``, which raises ``Infeasible`` if it finds none
    (``scheduler.graphs.timing.play`` times a placement, ``scheduler.graphs.figures.make_schedule``
    makes the document). The options are class attributes, those of ``Contract`` and two strategies
    of examples: a scheduler that knows no fair links, say, is given
    ``graph_problems(sharings=("unlimited", "fifo"))``.
    """

    examples: ClassVar[st.SearchStrategy[GraphProblem]] = graph_problems()
    """What the scheduler is asked."""
    small_examples: ClassVar[st.SearchStrategy[GraphProblem]] = graph_problems(
        4, 2, sharings=("unlimited", "fifo")
    )
    """What its answers are compared with brute force on, where that has little to try."""
    laws: ClassVar[tuple[Law, ...]] = LAWS
    domain = GRAPHS

    def schedule(self, problem: GraphProblem) -> Schedule:
        """Schedule ``problem``; raises ``Infeasible`` if no schedule is found."""
        raise NotImplementedError(f"{type(self).__name__} must define schedule(self, problem)")
