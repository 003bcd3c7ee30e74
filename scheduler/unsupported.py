"""A network that no core of a platform can run: one answer for planner, scheduler and catalog."""

from collections.abc import Mapping

from devicemodels.laws.busy import UnsupportedOperator
from devicemodels.platform import Platform
from scheduler.infeasible import Infeasible


def nobody_runs(
    platform: Platform, what: str, refusals: Mapping[str, UnsupportedOperator]
) -> Infeasible:
    """No core can run ``what``: by core the operator, its kind, and what the core does run."""
    reasons = [f"core '{core}': {refused.reason}" for core, refused in refusals.items()]
    return Infeasible(f"no core of platform '{platform.name}' can run {what}", "; ".join(reasons))
