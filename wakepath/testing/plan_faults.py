"""Named faults of plans: what they are made of, and the book of all of them.

A fault takes a sound plan and yields it broken in one way, in every variant that the plan allows
(none, if it allows none). Each variant breaks a rule by construction, never by what the checker
says of it. Where a changed task graph or platform would show in its hash alone, the hash is forged.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from devicemodels.documents.files import document_hash
from devicemodels.platform import Platform
from scheduler.plan import Expected, Placement, Plan
from scheduler.taskgraph import Operator, TaskGraph

Breaks = Callable[[Plan], Iterator[Plan]]


@dataclass(frozen=True, slots=True)
class PlanFault:
    """One way to break a plan."""

    kind: str
    """Its name, such as ``deadline-missed``."""
    violations: tuple[str, ...]
    """Kinds of violation that a checker must find, every one of them."""
    breaks: Breaks
    """The variants of a sound plan that have the fault."""


PLAN_FAULTS: dict[str, PlanFault] = {}
"""Every fault by its kind; filled by the modules that ``broken_plan_strategies`` imports."""


def plan_fault(*violations: str) -> Callable[[Breaks], Breaks]:
    """Enter a function into the book of faults; its name becomes the kind."""

    def enter(breaks: Breaks) -> Breaks:
        kind = breaks.__name__.replace("_", "-")
        PLAN_FAULTS[kind] = PlanFault(kind, violations, breaks)
        return breaks

    return enter


def with_graph(plan: Plan, graph: TaskGraph) -> Plan:
    """With another task graph and a hash that agrees with it."""
    return replace(plan, task_graph=graph, task_graph_sha256=document_hash(graph))


def with_platform(plan: Plan, platform: Platform) -> Plan:
    """With another platform and a hash that agrees with it."""
    return replace(plan, platform=platform, platform_sha256=document_hash(platform))


def with_placement(plan: Plan, index: int, placement: Placement) -> Plan:
    """With another placement of one segment."""
    before, after = plan.placements[:index], plan.placements[index + 1 :]
    return replace(plan, placements=(*before, placement, *after))


def with_operator(plan: Plan, index: int, operator: Operator) -> Plan:
    """With another operator in the task graph, hash forged."""
    rows = plan.task_graph.operators
    changed = (*rows[:index], operator, *rows[index + 1 :])
    return with_graph(plan, replace(plan.task_graph, operators=changed))


def with_expected(plan: Plan, expected: Expected) -> Plan:
    """With other expected figures."""
    return replace(plan, expected=expected)
