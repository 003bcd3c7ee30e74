"""One column a pipeline, taken together: what they use, and which interfere with which."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import fsum

from scheduler.pipelines.budget import Capacity
from scheduler.pipelines.columns import Column
from scheduler.pipelines.shared_plan import MemoryHeld
from scheduler.tolerance import LIMIT_RELATIVE

TIGHTEN = 0.8
"""What is left of a contended core or link, of what was used of it."""

Combination = tuple[Column, ...]
"""One column a pipeline."""

Cut = tuple[tuple[int, Column], ...]
"""Pipelines and columns that may not all be chosen together."""


@dataclass(frozen=True, slots=True)
class Used:
    """What columns use together."""

    core: tuple[float, ...]
    """By core: utilisation."""
    link: tuple[float, ...]
    """By link: utilisation."""
    memory: tuple[MemoryHeld, ...]
    """By memory."""


def used(columns: Combination) -> Used:
    """What the columns use together; cores and links add up, and so do weights."""
    return Used(
        core=tuple(map(fsum, zip(*(c.core_share for c in columns), strict=True))),
        link=tuple(map(fsum, zip(*(c.link_share for c in columns), strict=True))),
        memory=tuple(
            MemoryHeld(
                sum(c.weight_bytes[m] for c in columns), max(c.activation_bytes[m] for c in columns)
            )
            for m in range(len(columns[0].weight_bytes))
        ),
    )


def fits(columns: Combination, limits: Capacity) -> bool:
    """Whether the columns are within all limits, without a solver's tolerance."""
    together = used(columns)
    shares = zip((*together.core, *together.link), (*limits.core, *limits.link), strict=True)
    held = zip(together.memory, limits.memory_bytes, strict=True)
    return all(share <= limit * (1.0 + LIMIT_RELATIVE) for share, limit in shares) and all(
        one.weights_bytes + one.activations_bytes <= size for one, size in held
    )


def forbids(cut: Cut, columns: Combination) -> bool:
    """Whether all of a cut's columns are among those chosen."""
    return all(columns[p].assignment == column.assignment for p, column in cut)


def interfering(columns: Combination, pipeline: int) -> tuple[int, ...]:
    """The pipelines that can have a say in when ``pipeline`` answers, itself included.

    Those that use a core or a link that it uses, or that one of these uses, and so on. The others
    could be left out without changing a nanosecond of it.
    """
    stations = [
        {r for r, share in enumerate((*c.core_share, *c.link_share)) if share > 0.0}
        for c in columns
    ]
    group, reached = {pipeline}, set(stations[pipeline])
    while True:
        more = {p for p, mine in enumerate(stations) if p not in group and mine & reached}
        if not more:
            return tuple(sorted(group))
        group |= more
        reached |= set().union(*(stations[p] for p in more))


def cuts_of(columns: Combination, late: Sequence[int]) -> list[Cut]:
    """What forbids each interfering set that made a pipeline of ``late`` late."""
    groups = dict.fromkeys(interfering(columns, pipeline) for pipeline in late)
    return [tuple((p, columns[p]) for p in group) for group in groups]


def contended(columns: Combination, late: Sequence[int]) -> tuple[list[int], list[int]]:
    """The cores and the links at which pipelines of ``late`` and those they meet wait in turn."""
    meet = {p for pipeline in late for p in interfering(columns, pipeline)}
    cores, links = len(columns[0].core_share), len(columns[0].link_share)
    return (
        [k for k in range(cores) if sum(columns[p].core_share[k] > 0.0 for p in meet) > 1],
        [k for k in range(links) if sum(columns[p].link_share[k] > 0.0 for p in meet) > 1],
    )


def tightened(limits: Capacity, columns: Combination, late: Sequence[int]) -> Capacity:
    """Limits that leave less of the contended cores and links than ``columns`` use of them."""
    core, link = list(limits.core), list(limits.link)
    together = used(columns)
    crowded_cores, crowded_links = contended(columns, late)
    for k in crowded_cores:
        core[k] = min(core[k], TIGHTEN * together.core[k])
    for k in crowded_links:
        link[k] = min(link[k], TIGHTEN * together.link[k])
    return replace(limits, core=tuple(core), link=tuple(link))
