"""How long work takes on a core: duration = cycles / frequency + memory time.

``CyclesLaw`` is for modelled cores; ``MeasuredTimes`` is for real cores, whose durations
``wakepath calibrate`` wrote down. Both answer in integer nanoseconds, rounded once, here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, assert_never

from devicemodels.documents.quantities import BytesPerSecond, Seconds
from devicemodels.operators import Operation

NANOSECONDS_PER_SECOND = 1_000_000_000

LONGEST_S = 1e9
"""Thirty years: no duration of a device is longer, and sums of nanoseconds still fit 64 bits."""


class TooLong(Exception):
    """A duration that no device can have follows from the numbers given."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"something takes {seconds:.3g} s, the limit is {LONGEST_S:.0e} s: look for a clock or "
            "a bandwidth that is far too small, or a latency that is far too large"
        )


def nanoseconds(seconds: float) -> int:
    """A duration as the integer that everything counts in; raises ``TooLong``."""
    if not seconds <= LONGEST_S:
        raise TooLong(seconds)
    return round(seconds * NANOSECONDS_PER_SECOND)


class UnsupportedOperator(Exception):
    """A core has no way to run an operator, or no measured time for a piece of work."""

    def __init__(self, core: str, work: str, reason: str) -> None:
        super().__init__(f"core '{core}' cannot run {work}: {reason}")
        self.core = core
        self.work = work
        self.reason = reason


@dataclass(frozen=True, slots=True)
class CyclesLaw:
    """Cycles by operator kind, and a memory time that does not scale with the clock."""

    cycles_per_mac: Mapping[str, float]
    """By operator kind, for kinds that multiply and accumulate."""
    cycles_per_element: Mapping[str, float]
    """By operator kind, for kinds without MACs: cycles an output element."""
    cycles_per_operator: float
    """Set-up of one operator."""
    cycles_per_dispatch: float
    """Set-up of one piece of work (a segment, a gate head, a codec)."""
    weight_bandwidth_bytes_per_s: BytesPerSecond
    """Rate at which weights stream in; this time does not scale with the clock."""
    law: Literal["cycles"] = field(default="cycles")
    """Tells the laws apart in documents."""

    def duration_ns(
        self, core: str, work: str, operators: Sequence[Operation], frequency_hz: float
    ) -> int:
        """Duration of ``operators`` in one dispatch, at a clock.

        Raises ``UnsupportedOperator`` if the law has no entry for an operator's kind.
        """
        cycles = self.cycles_per_dispatch
        weight_bytes = 0
        for operator in operators:
            per_mac = self.cycles_per_mac.get(operator.kind)
            per_element = self.cycles_per_element.get(operator.kind)
            if per_mac is None and per_element is None:
                supported = ", ".join(sorted({*self.cycles_per_mac, *self.cycles_per_element}))
                reason = f"operator '{operator.name}' is a {operator.kind}; it runs {supported}"
                raise UnsupportedOperator(core, work, reason)
            cycles += self.cycles_per_operator
            cycles += operator.macs * (per_mac or 0.0)
            cycles += operator.output_elements * (per_element or 0.0)
            weight_bytes += operator.weight_bytes
        seconds = cycles / frequency_hz + weight_bytes / self.weight_bandwidth_bytes_per_s
        return nanoseconds(seconds)


@dataclass(frozen=True, slots=True)
class MeasuredTimes:
    """Durations measured on the very core, by key of the piece of work.

    Keys: ``segment:NAME``, ``gate:NAME``, ``encode:EDGE/CODEC``, ``decode:EDGE/CODEC``.
    """

    time_s: Mapping[str, Seconds]
    """Median duration by key."""
    law: Literal["measured"] = field(default="measured")
    """Tells the laws apart in documents."""

    def duration_ns(self, core: str, work: str) -> int:
        """Duration of the piece of work; raises ``UnsupportedOperator`` if it was not measured."""
        try:
            seconds = self.time_s[work]
        except KeyError:
            reason = "it was not measured: run `wakepath calibrate`"
            raise UnsupportedOperator(core, work, reason) from None
        return nanoseconds(seconds)


def duration_ns(
    law: CyclesLaw | MeasuredTimes,
    core: str,
    work: str,
    operators: Sequence[Operation],
    frequency_hz: float,
) -> int:
    """Nanoseconds that a core needs for one piece of work at a clock.

    ``work`` is the key of the piece (see ``MeasuredTimes``). Raises ``UnsupportedOperator`` and
    ``TooLong``.
    """
    match law:
        case CyclesLaw():
            return law.duration_ns(core, work, operators, frequency_hz)
        case MeasuredTimes():
            return law.duration_ns(core, work)
        case _:
            assert_never(law)


def transfer_ns(latency_s: float, bandwidth_bytes_per_s: float, size_bytes: int) -> int:
    """Nanoseconds for which a transfer holds its link: latency + bytes / bandwidth."""
    return nanoseconds(latency_s + size_bytes / bandwidth_bytes_per_s)
