"""Strategy for broken plans: a sound plan with one named fault."""

from collections.abc import Collection
from dataclasses import dataclass

from hypothesis import reject
from hypothesis import strategies as st

from scheduler.plan import Plan
from wakepath.testing import plan_faults_figures as _figures
from wakepath.testing import plan_faults_limits as _limits
from wakepath.testing import plan_faults_structure as _structure
from wakepath.testing.amounts import pick
from wakepath.testing.plan_faults import PLAN_FAULTS, PlanFault
from wakepath.testing.plan_strategies import plans

__all__ = ["PLAN_FAULTS", "BrokenPlan", "PlanFault", "broken_plans", "plan_mutations"]

BOOKS = (_structure, _limits, _figures)
"""The modules that fill ``PLAN_FAULTS``, in its order."""


@dataclass(frozen=True, slots=True)
class BrokenPlan:
    """A plan with one fault in it."""

    plan: Plan
    """The broken plan."""
    kind: str
    """Name of the fault, a key of ``PLAN_FAULTS``."""
    violations: tuple[str, ...]
    """Kinds of violation that a checker must find, every one of them."""
    sound: Plan
    """The plan as it was."""


def plan_mutations(plan: Plan, kinds: Collection[str] | None = None) -> list[BrokenPlan]:
    """Every variant of every fault that a sound plan allows; of ``kinds`` only, if given."""
    return [
        BrokenPlan(broken, fault.kind, fault.violations, plan)
        for fault in PLAN_FAULTS.values()
        if kinds is None or fault.kind in kinds
        for broken in fault.breaks(plan)
    ]


@st.composite
def broken_plans(
    draw: st.DrawFn,
    of: st.SearchStrategy[Plan] | None = None,
    kinds: Collection[str] | None = None,
) -> BrokenPlan:
    """Plans with one fault, of ``kinds`` (all by default) that the drawn plan allows.

    ``of`` draws the sound plans. Raises ``KeyError`` for an unknown kind.
    """
    chosen = list(PLAN_FAULTS.values()) if kinds is None else [PLAN_FAULTS[k] for k in kinds]
    plan = draw(plans() if of is None else of)
    able = [fault for fault in chosen if next(fault.breaks(plan), None) is not None]
    if not able:
        reject()
    fault = pick(draw, able)
    broken = pick(draw, list(fault.breaks(plan)))
    return BrokenPlan(broken, fault.kind, fault.violations, plan)
