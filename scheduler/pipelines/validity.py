"""The independent checker of shared plans: is each plan sound, and do they fit together?

It takes the document alone, and shares no code with what planned it.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import fsum, isclose, isfinite

from devicemodels.cost import nanoseconds
from scheduler.pipelines.occupancy import Occupancy, occupancy, resting_power_w
from scheduler.pipelines.shared_plan import SharedPlan
from scheduler.tolerance import FIGURE_RELATIVE
from scheduler.validity import Violation, check


def check_shared(shared: SharedPlan) -> tuple[Violation, ...]:
    """Everything that is wrong with ``shared``; empty if it is sound.

    What rests on something broken is not looked at. Deadlines are those that each pipeline keeps
    alone, by its own plan, and those that the confirmation says were seen; nothing is simulated.
    """
    found = tuple(
        Violation(violation.kind, f"pipeline {p} ('{plan.name}'): {violation.message}")
        for p, plan in enumerate(shared.plans)
        for violation in check(plan)
    )
    found = found or tuple(_together(shared))
    if found:
        return found
    asked = [occupancy(plan) for plan in shared.plans]
    return (
        *_utilisation(shared, asked),
        *_memory(shared, asked),
        *_power(shared, asked),
        *_certificate(shared),
        *_confirmation(shared),
    )


def _together(shared: SharedPlan) -> Iterator[Violation]:
    if not shared.plans:
        yield Violation("pipelines", "there are no plans")
        return
    first = shared.plans[0]
    for plan in shared.plans[1:]:
        if plan.platform_sha256 != first.platform_sha256:
            yield Violation(
                "platform",
                f"'{plan.name}' is for platform {plan.platform_sha256[:12]}..., '{first.name}' for "
                f"{first.platform_sha256[:12]}...",
            )
    for plan in shared.plans:
        if plan.idle != shared.idle:
            yield Violation("idle", f"'{plan.name}' rests in other idle states than all together")
    if len(shared.priorities) != len(shared.plans):
        yield Violation(
            "pipelines", f"{len(shared.priorities)} priorities for {len(shared.plans)} plans"
        )
    if not (isfinite(shared.budget.core) and isfinite(shared.budget.link)):
        yield Violation("utilisation", "a limit on the utilisation is not a number")


def _utilisation(shared: SharedPlan, asked: Sequence[Occupancy]) -> Iterator[Violation]:
    counted = shared.budget.counted
    shares = [one.worst_case if counted == "worst_case" else one.expected for one in asked]
    platform = shared.plans[0].platform
    for kind, names, stated, limit in (
        ("core", [c.name for c in platform.cores], shared.core_utilisation, shared.budget.core),
        ("link", [x.name for x in platform.links], shared.link_utilisation, shared.budget.link),
    ):
        yield from _names(f"{kind}_utilisation", stated, names)
        for name in names:
            actual = fsum(share.get(f"{kind} {name}", 0.0) for share in shares)
            yield from _compare(f"{kind}_utilisation.{name}", stated.get(name, -1.0), actual, 1.0)
            if actual > limit * (1.0 + FIGURE_RELATIVE):
                yield Violation(
                    "utilisation",
                    f"{kind} '{name}' is used {actual:.4%} of the time, the limit is {limit:.4%}",
                )


def _memory(shared: SharedPlan, asked: Sequence[Occupancy]) -> Iterator[Violation]:
    memories = shared.plans[0].platform.memories
    yield from _names("memory", shared.memory, [memory.name for memory in memories])
    for memory in memories:
        weights = sum(one.weights_bytes[memory.name] for one in asked)
        largest = max(one.activations_bytes[memory.name] for one in asked)
        stated = shared.memory.get(memory.name)
        if stated is not None and (stated.weights_bytes, stated.activations_bytes) != (
            weights,
            largest,
        ):
            yield Violation(
                "figure",
                f"memory '{memory.name}' is said to hold {stated.weights_bytes} bytes of weights "
                f"and {stated.activations_bytes} of activations, it holds {weights} and {largest}",
            )
        if weights + largest > memory.size_bytes:
            yield Violation(
                "memory",
                f"memory '{memory.name}' needs {weights + largest} bytes ({weights} of weights, "
                f"{largest} of activations) and has {memory.size_bytes}",
            )


def _power(shared: SharedPlan, asked: Sequence[Occupancy]) -> Iterator[Violation]:
    power_w = fsum((resting_power_w(shared.plans[0]), *(one.dynamic_power_w for one in asked)))
    yield from _compare("mean_power_w", shared.mean_power_w, power_w, power_w)


def _certificate(shared: SharedPlan) -> Iterator[Violation]:
    certificate, value = shared.certificate, shared.mean_power_w
    if not certificate.lower_bound <= value * (1.0 + FIGURE_RELATIVE):
        yield Violation(
            "certificate", f"the lower bound {certificate.lower_bound} is above the value {value}"
        )
    gap = (value - certificate.lower_bound) / value if value > 0.0 else 0.0
    if not isclose(certificate.gap, gap, rel_tol=FIGURE_RELATIVE, abs_tol=FIGURE_RELATIVE):
        yield Violation("certificate", f"the gap is stated as {certificate.gap}, it is {gap}")
    if certificate.status == "optimal" and gap > FIGURE_RELATIVE:
        yield Violation("certificate", f"called optimal with a gap of {gap}")


def _confirmation(shared: SharedPlan) -> Iterator[Violation]:
    seen = shared.confirmation
    if seen is None:
        return
    if len(seen.pipelines) != len(shared.plans):
        yield Violation(
            "confirmation", f"{len(seen.pipelines)} pipelines for {len(shared.plans)} plans"
        )
        return
    total = sum(one.samples for one in seen.pipelines)
    if total != seen.confirmed_samples:
        yield Violation(
            "confirmation", f"{seen.confirmed_samples} samples confirmed, {total} by pipeline"
        )
    for plan, one in zip(shared.plans, seen.pipelines, strict=True):
        deadline_ns = nanoseconds(plan.requirements.deadline_s)
        if one.late or nanoseconds(one.latency_max_s) > deadline_ns:
            yield Violation(
                "deadline",
                f"'{plan.name}': {one.late} of {one.samples} samples were late, the longest took "
                f"{one.latency_max_s} s, the deadline is {plan.requirements.deadline_s} s",
            )


def _names(figure: str, stated: Mapping[str, object], wanted: Sequence[str]) -> Iterator[Violation]:
    if list(stated) != list(wanted):
        yield Violation("figure", f"{figure} is of {list(stated)}, the platform has {wanted}")


def _compare(name: str, claim: float, truth: float, scale: float) -> Iterator[Violation]:
    """A violation if ``claim`` is off by more than rounding, for a figure of size ``scale``."""
    slack = abs(scale) * FIGURE_RELATIVE
    if not isfinite(claim) or not isclose(claim, truth, rel_tol=FIGURE_RELATIVE, abs_tol=slack):
        yield Violation("figure", f"{name} is stated as {claim}, it is {truth}")
