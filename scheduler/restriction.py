"""The same problem with fewer choices: without gates, or with raw activations only."""

from dataclasses import dataclass, replace

from scheduler.infeasible import Infeasible
from scheduler.problem import Problem


@dataclass(frozen=True, slots=True)
class Variant:
    """What a baseline is given to choose from."""

    gates: bool
    """Whether it may use gates."""
    codecs: bool
    """Whether it may compress what crosses."""

    @property
    def name(self) -> str:
        """As tables call it."""
        match self.gates, self.codecs:
            case True, True:
                return "gates and codecs"
            case True, False:
                return "gates only"
            case False, True:
                return "codecs only"
            case _:
                return "neither"


VARIANTS = (
    Variant(gates=True, codecs=True),
    Variant(gates=True, codecs=False),
    Variant(gates=False, codecs=True),
    Variant(gates=False, codecs=False),
)
"""From the most to choose from to the least."""

BARE = " without gates and codecs"
"""Behind the name of an algorithm that was given neither."""


def restrict(problem: Problem, *, gates: bool, codecs: bool) -> Problem:
    """``problem`` without its gates unless ``gates``, with raw crossings only unless ``codecs``.

    What is left means what it meant: accuracies stay relative to the same task graph, and plans of
    the result are plans of ``problem``. Raises ``Infeasible`` if gates are to go and the task graph
    does not say how accurate the network is without them.
    """
    if not gates:
        problem = _without_gates(problem)
    return problem if codecs else _with_raw_crossings(problem)


def _without_gates(problem: Problem) -> Problem:
    free = tuple(choice for choice in problem.gate_choices if not choice.gates)
    if not free:
        raise Infeasible(
            f"'{problem.graph.name}' cannot be planned without its gates",
            f"none of its {len(problem.gate_choices)} choices of gates leaves all of them out, so "
            "its accuracy without them is not known: measure that choice too",
        )
    return replace(problem, graph=replace(problem.graph, gate_choices=free), gate_choices=free)


def _with_raw_crossings(problem: Problem) -> Problem:
    edges = tuple(replace(edge, codecs=edge.codecs[:1]) for edge in problem.graph.edges)
    return replace(
        problem,
        graph=replace(problem.graph, edges=edges),
        codecs=tuple(rows[:1] for rows in problem.codecs),
    )
