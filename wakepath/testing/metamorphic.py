"""What two answers of one scheduler have in common, as functions that raise ``AssertionError``.

They are for any function that plans a ``Problem`` or schedules a ``GraphProblem``, and any example
of what it is asked: a ``World`` or a ``GraphProblem``. The contract suites have them as laws.
"""

from collections.abc import Callable
from typing import Any

from scheduler.graphs.problem import GraphProblem
from scheduler.infeasible import Infeasible
from wakepath.testing.contract_base import Domain
from wakepath.testing.contract_laws import SLOWER, value_difference
from wakepath.testing.graph_contract import GRAPHS
from wakepath.testing.scheduler_contract import CHAINS
from wakepath.testing.world_strategies import World

Scheduler = Callable[[Any], Any]
"""Answers a problem, or raises ``Infeasible``."""


def assert_time_scales(
    schedule: Scheduler, example: World | GraphProblem, factor: int = SLOWER
) -> None:
    """All durations times ``factor``: times of the answer too, joules as they were.

    Holds for exact schedulers, and for others that compare ratios only.
    """
    domain = _domain(example)
    other, by = domain.slower(example, factor)
    _assert_same(domain, schedule, (example, other), by, f"all durations times {factor}:")


def assert_names_do_not_matter(schedule: Scheduler, example: World | GraphProblem) -> None:
    """Other names, which sort the other way round: the same value."""
    domain = _domain(example)
    _assert_same(domain, schedule, (example, domain.renamed(example)), 1.0, "under other names")


def assert_order_does_not_matter(schedule: Scheduler, example: World | GraphProblem) -> None:
    """Cores, modes and tasks by other indices: the same value. Holds for exact schedulers."""
    domain = _domain(example)
    _assert_same(domain, schedule, (example, domain.reordered(example)), 1.0, "in another order")


def _domain(example: World | GraphProblem) -> Domain[Any, Any, Any]:
    return CHAINS if isinstance(example, World) else GRAPHS


def _assert_same(
    domain: Domain[Any, Any, Any],
    schedule: Scheduler,
    examples: tuple[Any, Any],
    factor: float,
    how: str,
) -> None:
    answers = [_answer(domain, schedule, example) for example in examples]
    differs = value_difference(domain, answers[0], answers[1], factor)
    if differs:
        drawn = [
            str(answer) if isinstance(answer, Infeasible) else domain.drawn(answer)
            for answer in answers
        ]
        asked = domain.described(domain.question(examples[0]))
        raise AssertionError("\n".join([f"{how} {differs}", asked, *drawn]))


def _answer(domain: Domain[Any, Any, Any], schedule: Scheduler, example: Any) -> Any:
    try:
        return schedule(domain.question(example))
    except Infeasible as answer:
        return answer
