"""Faults must fit the platform and each other, and fallback plans the plans that they stand for."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from devicemodels.documents.errors import InputError, Problem
from devicemodels.documents.explain import did_you_mean
from devicemodels.platform import Platform
from scheduler.plan import Plan
from simulator.faults.kinds import (
    MOST_RETRIES,
    BrownOut,
    CoreFailure,
    CoreStall,
    Fault,
    Faults,
    LinkCorruption,
    LinkLoss,
    Reaction,
)


def require_sound(faults: Faults, plans: Sequence[Plan]) -> None:
    """Raise ``InputError`` with all that is wrong with the faults of a run of these plans."""
    problems = [*_of_faults(faults.faults, plans[0].platform)]
    if faults.reactions and len(faults.reactions) != len(plans):
        problems.append(f"{len(faults.reactions)} reactions for {len(plans)} pipelines")
    for plan, reaction in zip(plans, faults.reactions, strict=False):
        problems.extend(_of_reaction(reaction, plan))
    if problems:
        raise InputError(Problem(message) for message in problems)


def _of_faults(faults: Sequence[Fault], platform: Platform) -> Iterator[str]:
    busy: dict[str, list[tuple[int, float, str]]] = {}
    for fault in faults:
        match fault:
            case CoreStall():
                yield from _of_core(fault.name, fault.core, fault.at_ns, fault.lasts_ns, platform)
                end_ns = float(fault.at_ns + fault.lasts_ns)
                busy.setdefault(fault.core, []).append((fault.at_ns, end_ns, fault.name))
            case CoreFailure():
                end_ns = float("inf") if fault.until_ns is None else fault.until_ns
                lasts_ns = end_ns - fault.from_ns
                yield from _of_core(fault.name, fault.core, fault.from_ns, lasts_ns, platform)
                busy.setdefault(fault.core, []).append((fault.from_ns, end_ns, fault.name))
            case LinkLoss() | LinkCorruption():
                links = [link.name for link in platform.links]
                yield from _named("link", fault.link, links, platform)
                if not 0.0 <= fault.probability <= 1.0:
                    yield f"{fault.name}: the probability is from 0 to 1, not {fault.probability}"
            case BrownOut():
                if platform.battery is None:
                    yield f"brown-out: platform '{platform.name}' has no battery"
                share = fault.at_remaining_share
                if not 0.0 <= share < 1.0:
                    yield f"brown-out: the share is from 0 to below 1, not {share}"
    for spans in busy.values():
        for (_, end_ns, first), (start_ns, _, second) in pairwise(sorted(spans)):
            if start_ns < end_ns:
                yield f"{second}: it begins before the {first} ahead of it has ended"
    single = [fault.name for fault in faults if not isinstance(fault, CoreStall | CoreFailure)]
    for name in sorted({name for name in single if single.count(name) > 1}):
        yield f"{name}: it is there {single.count(name)} times; give it once"


def _of_core(
    what: str, core: str, from_ns: int, lasts_ns: float, platform: Platform
) -> Iterator[str]:
    yield from _named("core", core, [one.name for one in platform.cores], platform)
    if from_ns < 0 or lasts_ns < 1:
        yield f"{what}: it begins at 0 or later and lasts at least 1 ns"


def _named(what: str, name: str, names: Sequence[str], platform: Platform) -> Iterator[str]:
    if name not in names:
        hint = did_you_mean(name, names, f"its {what}s")
        yield f"platform '{platform.name}' has no {what} '{name}' that could fail: {hint}"


def _of_reaction(reaction: Reaction, plan: Plan) -> Iterator[str]:
    if not 0 <= reaction.retries <= MOST_RETRIES:
        yield f"retries are from 0 to {MOST_RETRIES}, not {reaction.retries}"
    for core, fallback in reaction.fallbacks.items():
        where = f"the fallback of plan '{plan.name}' for core '{core}'"
        yield from _named("core", core, [one.name for one in plan.platform.cores], plan.platform)
        if fallback.platform != plan.platform:
            yield f"{where} is for another platform, '{fallback.platform.name}'"
        if fallback.task_graph != plan.task_graph or fallback.gates != plan.gates:
            yield f"{where} is for another task graph, or has other gates"
        for placement in fallback.placements:
            if placement.core == core:
                yield f"{where} puts segment '{placement.segment}' on that very core"
