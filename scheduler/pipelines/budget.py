"""How much of a device several pipelines may use together."""

from dataclasses import dataclass
from typing import Literal

from devicemodels.platform import Platform

Counted = Literal["worst_case", "expected"]
"""Which samples count: all as if no gate stopped any, or each segment by the share that reaches
it."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The highest utilisation of each core and link: busy time over period, added up.

    In the worst case more than 1 cannot be served: queues would grow for as long as no gate stops
    anything. A limit on the expected utilisation lets gates pay off in it, at the price that
    deadlines hold on average only; leave some air below 1 then.
    """

    counted: Counted = "worst_case"
    """What is added up."""
    core: float = 1.0
    """For every core; wake-ups count, as if every sample met an idle core."""
    link: float = 1.0
    """For every link."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What there is to share: one limit a row of the master problem."""

    core: tuple[float, ...]
    """By core: highest utilisation."""
    link: tuple[float, ...]
    """By link: highest utilisation."""
    memory_bytes: tuple[int, ...]
    """By memory: size."""


def capacity(platform: Platform, budget: Budget) -> Capacity:
    """The limits of a device."""
    return Capacity(
        core=(budget.core,) * len(platform.cores),
        link=(budget.link,) * len(platform.links),
        memory_bytes=tuple(memory.size_bytes for memory in platform.memories),
    )
