"""Why no plans for several pipelines were found: what binds, and by how much."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

from scheduler.infeasible import Infeasible
from scheduler.pipelines.budget import Budget
from scheduler.pipelines.search import Found
from scheduler.pipelines.shared_plan import Confirmation
from scheduler.plan import Plan
from scheduler.problem import Problem


@dataclass(slots=True)
class Tried:
    """What planning has seen so far."""

    problems: Sequence[Problem]
    """The pipelines."""
    budget: Budget
    """What they may use together."""
    shortage: tuple[float, ...] | None = None
    """By row (cores, links, memories): by which share the least short mix exceeds its limits."""
    late: list[tuple[tuple[Plan, ...], Confirmation]] = field(default_factory=list)
    """Combinations that missed a deadline when they were simulated."""

    def record(self, found: Found) -> None:
        """Keep the least shortage of all choices of idle states."""
        short = found.shortage
        if short is not None and (self.shortage is None or sum(short) < sum(self.shortage)):
            self.shortage = short


def explain_shared(tried: Tried) -> Infeasible:
    """The resource or the deadline that binds, and by how much."""
    names = ", ".join(f"'{problem.name}'" for problem in tried.problems)
    platform = tried.problems[0].platform
    where = f"of {names} together on platform '{platform.name}'"
    if tried.late:
        return _deadline(tried, where)
    if tried.shortage is None:
        return Infeasible(
            f"no plans {where} were found",
            "mixes of plans are within all limits, but no combination of whole plans is: allow "
            "more of a core, a link or a memory, or a longer period",
        )
    rows = [
        *(("core", core.name, tried.budget.core) for core in platform.cores),
        *(("link", link.name, tried.budget.link) for link in platform.links),
        *(("memory", memory.name, float(memory.size_bytes)) for memory in platform.memories),
    ]
    worst = max(range(len(rows)), key=lambda r: tried.shortage[r] if tried.shortage else -inf)
    (kind, name, limit), short = rows[worst], tried.shortage[worst]
    if kind == "memory":
        return Infeasible(
            f"no plans {where}: memory '{name}' is too small",
            f"it has {limit:.0f} bytes and at least {limit * short:.0f} more are needed; use "
            "narrower networks, or a larger memory",
        )
    counted = "worst case" if tried.budget.counted == "worst_case" else "expected"
    return Infeasible(
        f"no plans {where}: {kind} '{name}' is overloaded",
        f"its utilisation ({counted}) would be at least {limit + short:.1%}, the limit is "
        f"{limit:.1%}; lengthen a period"
        + (
            ", or plan for the expected utilisation" if tried.budget.counted == "worst_case" else ""
        ),
    )


def _deadline(tried: Tried, where: str) -> Infeasible:
    plans, confirmation = min(
        tried.late, key=lambda one: sum(seen.late for seen in one[1].pipelines)
    )
    missed = [
        f"'{plan.name}' took up to {seen.latency_max_s:.6g} s, its deadline is "
        f"{plan.requirements.deadline_s:.6g} s ({seen.late} of {seen.samples} samples late)"
        for plan, seen in zip(plans, confirmation.pipelines, strict=True)
        if seen.late
    ]
    return Infeasible(
        f"no plans {where} kept all deadlines when simulated",
        f"{len(tried.late)} combinations were tried; in the one with the fewest late samples, "
        + "; ".join(missed)
        + ": allow more time, or other priorities",
    )
