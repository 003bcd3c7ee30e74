"""Durations that were measured on the very core."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from devicemodels.documents.quantities import Seconds
from devicemodels.laws.busy import Busy, UnsupportedOperator
from devicemodels.operators import Operation


@dataclass(frozen=True, slots=True)
class MeasuredTimes:
    """Durations measured on the very core, by key of the piece of work.

    Keys: ``segment:NAME``, ``gate:NAME``, ``encode:EDGE/CODEC``, ``decode:EDGE/CODEC``.
    """

    time_s: Mapping[str, Seconds]
    """Median duration by key."""
    law: Literal["measured"] = field(default="measured")
    """Tells the laws apart in documents."""

    def busy(
        self, core: str, work: str, operators: Sequence[Operation], frequency_hz: float
    ) -> Busy:
        """The measured time; raises ``UnsupportedOperator`` if the piece was not measured."""
        return Busy(self.seconds(core, work) * frequency_hz)

    def seconds(self, core: str, work: str) -> float:
        """The measured time itself, whatever the clock."""
        try:
            return self.time_s[work]
        except KeyError:
            reason = "it was not measured: run `wakepath calibrate`"
            raise UnsupportedOperator(core, work, reason) from None
