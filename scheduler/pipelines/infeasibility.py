"""Why no plans for several pipelines were found: what binds, and by how much."""

from collections.abc import Sequence

from scheduler.infeasible import Infeasible
from scheduler.pipelines.budget import Budget
from scheduler.pipelines.trial import Refused
from scheduler.problem import Problem


def explain_shared(
    problems: Sequence[Problem],
    budget: Budget,
    refused: Sequence[Refused],
    shortage: tuple[float, ...] | None,
) -> Infeasible:
    """The resource or the deadline that binds, and by how much.

    ``shortage`` is by row (cores, links, memories) what the least short mix of plans lacks.
    """
    names = ", ".join(f"'{problem.name}'" for problem in problems)
    platform = problems[0].platform
    where = f"of {names} together on platform '{platform.name}'"
    if refused:
        return _deadline(refused, where)
    if shortage is None:
        return Infeasible(
            f"no plans {where} were found",
            "mixes of plans are within all limits, but no combination of whole plans is: allow "
            "more of a core, a link or a memory, or a longer period",
        )
    rows = [
        *(("core", core.name, budget.core) for core in platform.cores),
        *(("link", link.name, budget.link) for link in platform.links),
        *(("memory", memory.name, float(memory.size_bytes)) for memory in platform.memories),
    ]
    worst = max(range(len(rows)), key=lambda row: shortage[row])
    (kind, name, limit), short = rows[worst], shortage[worst]
    if kind == "memory":
        return Infeasible(
            f"no plans {where}: memory '{name}' is too small",
            f"it has {limit:.0f} bytes, the best mix of plans needs {limit * short:.0f} more; use "
            "narrower networks, or a larger memory",
        )
    counted = "worst case" if budget.counted == "worst_case" else "expected"
    return Infeasible(
        f"no plans {where}: {kind} '{name}' is overloaded",
        f"the best mix of plans uses {limit + short:.1%} of it ({counted}), the limit is "
        f"{limit:.1%}; lengthen a period"
        + (", or plan for the expected utilisation" if budget.counted == "worst_case" else ""),
    )


def _deadline(refused: Sequence[Refused], where: str) -> Infeasible:
    best = min(refused, key=lambda one: sum(seen.late for seen in one.confirmation.pipelines))
    missed = [
        f"'{plan.name}' took up to {seen.latency_max_s:.6g} s, its deadline is "
        f"{plan.requirements.deadline_s:.6g} s ({seen.late} of {seen.samples} samples late)"
        for plan, seen in zip(best.plans, best.confirmation.pipelines, strict=True)
        if seen.late
    ]
    return Infeasible(
        f"no plans {where} kept all deadlines when simulated",
        f"{len(refused)} combinations were tried; in the one with the fewest late samples, "
        + "; ".join(missed)
        + ": allow more time, or other priorities",
    )
