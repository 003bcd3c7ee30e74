"""What a scenario's idle policy and faults must fulfil beyond their form."""

from collections.abc import Iterator
from itertools import pairwise
from math import inf

from devicemodels.cost import LONGEST_S
from devicemodels.documents.errors import Problem
from devicemodels.documents.explain import did_you_mean
from devicemodels.documents.source import Source, TreePath, child
from devicemodels.platform import Platform
from simulator.faults.kinds import MOST_RETRIES
from wakepath.conduct_choice import FaultChoice, FaultsChoice, IdleChoice

NANOSECOND = 1e-9
NEEDS = {
    "stall": ("core", "at", "lasts"),
    "failure": ("core", "at"),
    "loss": ("link", "probability"),
    "corruption": ("link", "probability"),
    "brown-out": ("remaining",),
}
"""By kind of fault: the keys that it needs."""
EXAMPLES = {
    "core": "core: dsp",
    "at": "at: 3 h",
    "lasts": "lasts: 20 ms",
    "link": "link: bus",
    "probability": "probability: 1 %",
    "remaining": "remaining: 10 %",
}
MAY = {**NEEDS, "failure": ("core", "at", "lasts")}


def conduct_problems(idle: IdleChoice, faults: FaultsChoice, source: Source) -> Iterator[Problem]:
    """Whatever does not belong together."""
    yield from _idle(idle, source)
    for index, fault in enumerate(faults.events):
        yield from _fault(fault, source, ("faults", "events", index))
    yield from _together(faults, source)
    if not 0 <= faults.retries <= MOST_RETRIES:
        message = f"faults.retries: {faults.retries} is not from 0 to {MOST_RETRIES}"
        yield source.problem(("faults", "retries"), message)


def conduct_names(source: Source, platform: Platform | None) -> Iterator[Problem]:
    """Cores and links that the platform does not have, and a battery that it lacks."""
    events = child(child(source.tree, "faults"), "events")
    if platform is None or not isinstance(events, list):
        return
    has = {
        "core": [core.name for core in platform.cores],
        "link": [link.name for link in platform.links],
    }
    for index, event in enumerate(events):
        path: TreePath = ("faults", "events", index)
        for what, names in has.items():
            name = child(event, what)
            if isinstance(name, str) and name not in names:
                where = source.dotted((*path, what))
                message = f"{where}: platform '{platform.name}' has no {what} '{name}'"
                hint = did_you_mean(name, names, f"its {what}s")
                yield source.problem((*path, what), message, hint=hint)
        if child(event, "kind") == "brown-out" and platform.battery is None:
            message = f"{source.dotted(path)}: platform '{platform.name}' has no battery"
            yield source.problem(path, message, hint="leave the brown-out out, or add a battery")


def _idle(idle: IdleChoice, source: Source) -> Iterator[Problem]:
    path: TreePath = ("idle_policy",)
    if idle.name == "timeout" and idle.after_s is None:
        message = "'idle_policy.after' is missing: policy 'timeout' needs it"
        yield source.problem(path, message, hint="add 'after: 20 ms'")
    if idle.name != "timeout" and idle.after_s is not None:
        message = f"idle_policy.after: policy '{idle.name}' has no timeouts"
        yield source.problem((*path, "after"), message, hint="leave it out, or name 'timeout'")
    if idle.name == "fixed" and idle.exit_latency_limit_s is not None:
        message = "idle_policy.exit_latency_limit: policy 'fixed' rests in the plan's states"
        yield source.problem((*path, "exit_latency_limit"), message, hint="leave it out")
    if isinstance(idle.after_s, float):
        yield from _too_long(source, (*path, "after"), idle.after_s)
    if isinstance(idle.after_s, tuple):
        for place, time_s in enumerate(idle.after_s):
            yield from _too_long(source, (*path, "after", place), time_s)
        for place, (before, after) in enumerate(pairwise(idle.after_s)):
            if after < before:
                message = f"idle_policy.after[{place + 1}]: it is before the one ahead of it"
                hint = "give them in rising order: all count from the beginning of a stay"
                yield source.problem((*path, "after", place + 1), message, hint=hint)


def _too_long(source: Source, path: TreePath, time_s: float | None) -> Iterator[Problem]:
    if time_s is not None and time_s > LONGEST_S:
        message = (
            f"{source.dotted(path)}: it is too long; at most 1e9 s, thirty years, are possible"
        )
        yield source.problem(path, message)


def _fault(fault: FaultChoice, source: Source, path: TreePath) -> Iterator[Problem]:
    where = source.dotted(path)
    given = [key for key in EXAMPLES if child(child_at(source.tree, path), key) is not None]
    for key in NEEDS[fault.kind]:
        if key not in given:
            message = f"'{where}.{key}' is missing: kind '{fault.kind}' needs it"
            yield source.problem(path, message, hint=f"add '{EXAMPLES[key]}'")
    for key in given:
        if key not in MAY[fault.kind]:
            message = f"{where}.{key}: kind '{fault.kind}' has none"
            yield source.problem((*path, key), message, hint="leave it out")
    if fault.lasts_s is not None and fault.lasts_s < NANOSECOND:
        message = f"{where}.lasts: it is too short; at least 1 ns is needed"
        yield source.problem((*path, "lasts"), message)
    for key, time_s in (("at", fault.at_s), ("lasts", fault.lasts_s)):
        yield from _too_long(source, (*path, key), time_s)
    if fault.kind == "brown-out" and fault.remaining is not None and fault.remaining >= 1.0:
        message = f"{where}.remaining: a battery that is full is not empty; below 100 % is needed"
        yield source.problem((*path, "remaining"), message)


def _together(faults: FaultsChoice, source: Source) -> Iterator[Problem]:
    """Faults of one core may not overlap, and a link has one of a kind."""
    path: TreePath = ("faults", "events")
    spans = sorted(
        (one.core, one.at_s, inf if one.lasts_s is None else one.at_s + one.lasts_s, index)
        for index, one in enumerate(faults.events)
        if one.core is not None and one.at_s is not None
    )
    for (core, _, end_s, first), (other, start_s, _, second) in pairwise(spans):
        if core == other and start_s < end_s:
            message = (
                f"faults.events[{second}].at: faults.events[{first}] of core '{core}' is not over "
                "by then"
            )
            yield source.problem((*path, second, "at"), message, hint="let one follow the other")
    seen: set[tuple[str, str | None]] = set()
    for index, one in enumerate(faults.events):
        if one.core is None:
            if (one.kind, one.link) in seen:
                of = f" of link '{one.link}'" if one.link else ""
                message = f"faults.events[{index}]: there is a {one.kind}{of} already"
                yield source.problem((*path, index), message, hint="give it once")
            seen.add((one.kind, one.link))


def child_at(tree: object, path: TreePath) -> object:
    """What is at ``path``; None if nothing is."""
    for part in path:
        tree = child(tree, part)
    return tree
