"""The plainest law: cycles a MAC by kind of operator, and weights that stream in beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from devicemodels.documents.quantities import BytesPerSecond
from devicemodels.laws.busy import Busy, require_kinds
from devicemodels.operators import Operation


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

    def busy(
        self, core: str, work: str, operators: Sequence[Operation], frequency_hz: float
    ) -> Busy:
        """Cycles and memory time of ``operators`` in one dispatch, one after the other.

        Raises ``UnsupportedOperator`` if the law has no entry for an operator's kind.
        """
        require_kinds(core, work, operators, self.cycles_per_mac, self.cycles_per_element)
        cycles = self.cycles_per_dispatch
        weight_bytes = 0
        for operator in operators:
            cycles += self.cycles_per_operator
            cycles += operator.macs * self.cycles_per_mac.get(operator.kind, 0.0)
            cycles += operator.output_elements * self.cycles_per_element.get(operator.kind, 0.0)
            weight_bytes += operator.weight_bytes
        return Busy(cycles, weight_bytes / self.weight_bandwidth_bytes_per_s)
