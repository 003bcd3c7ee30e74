"""How much of a device several pipelines may use together."""

from dataclasses import dataclass
from typing import Literal

from devicemodels.platform import Platform

Counted = Literal["worst_case", "expected"]
"""Which samples count: all as if no gate stopped any, or each segment by the share that reaches
it."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The highest utilisation of each core and link: time of work over period, added up.

    Wake-ups and switches do not count, for a core that is short of time has no time to sleep. So
    more than 1 in the worst case cannot be served by any schedule: queues would grow for as long
    as no gate stops anything. A limit on the expected utilisation lets gates make room for more
    pipelines, at the price that deadlines hold on average only; leave some air below 1 then.
    """

    counted: Counted = "worst_case"
    """What is added up."""
    core: float = 1.0
    """For every core."""
    link: float = 1.0
    """For every link."""


WORST_CASE = Budget()
"""No gate may be needed to keep up."""

EXPECTED = Budget("expected", 0.9, 0.9)
"""Gates make room; a tenth is left for samples that come in bunches."""


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
