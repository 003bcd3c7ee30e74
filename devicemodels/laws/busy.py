"""What a law says of a piece of work, and what it says where it cannot."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from devicemodels.operators import Operation


@dataclass(frozen=True, slots=True)
class Busy:
    """How a core spends the time of one piece of work: all cycles / frequency + stall."""

    cycles: float
    """Clock cycles in which the core works."""
    stall_s: float = 0.0
    """Seconds in which it waits for memory, whatever the clock."""
    waiting_cycles: float = 0.0
    """Clock cycles more in which it waits, as an accelerator does while it is set up."""

    def seconds(self, frequency_hz: float) -> float:
        """Duration at a clock."""
        return (self.cycles + self.waiting_cycles) / frequency_hz + self.stall_s

    def working_share(self, frequency_hz: float) -> float:
        """Part of the duration in which the core does not wait; 1 if it takes no time at all."""
        if not self.stall_s and not self.waiting_cycles:
            return 1.0
        return (self.cycles / frequency_hz) / self.seconds(frequency_hz)


class UnsupportedOperator(Exception):
    """A core has no way to run an operator, or no measured time for a piece of work."""

    def __init__(self, core: str, work: str, reason: str) -> None:
        super().__init__(f"core '{core}' cannot run {work}: {reason}")
        self.core = core
        self.work = work
        self.reason = reason


def require_kinds(
    core: str, work: str, operators: Iterable[Operation], *tables: Mapping[str, float]
) -> None:
    """Raise ``UnsupportedOperator`` if the kind of an operator is in none of a law's tables."""
    supported = {kind for table in tables for kind in table}
    for operator in operators:
        if operator.kind not in supported:
            reason = (
                f"operator '{operator.name}' is a {operator.kind}; "
                f"it runs {', '.join(sorted(supported))}"
            )
            raise UnsupportedOperator(core, work, reason)


def roofline(
    operators: Sequence[Operation],
    cycles: Callable[[Operation], float],
    memory_s: Callable[[Operation], float],
    frequency_hz: float,
) -> Busy:
    """Each operator takes the longer of its computation and its memory traffic, one by one.

    Source: S. Williams, A. Waterman, D. Patterson, "Roofline: an insightful visual performance
    model for multicore architectures", Communications of the ACM 52(4), 2009.
    """
    worked = stalled_s = 0.0
    for operator in operators:
        its = cycles(operator)
        worked += its
        stalled_s += max(0.0, memory_s(operator) - its / frequency_hz)
    return Busy(worked, stalled_s)
