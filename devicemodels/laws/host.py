"""A Linux-class CPU: vector units before caches and a memory with a rate of its own.

An operator takes the longer of its multiplications, at the rate that a matrix kernel reaches with
whole vectors, and of its traffic: weights, input and output once through memory.

Source: the roofline model (see ``devicemodels.laws.busy.roofline``); whole vectors after K. Goto,
R. van de Geijn, "Anatomy of high-performance matrix multiplication", ACM TOMS 34(3), 2008.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from devicemodels.documents.quantities import BytesPerSecond
from devicemodels.laws.busy import Busy, require_kinds, roofline
from devicemodels.laws.shape import input_elements, padded_channel_macs, weight_elements
from devicemodels.operators import MAC_KINDS, Operation


@dataclass(frozen=True, slots=True)
class HostLaw:
    """Multiplications in whole vectors against the traffic to memory."""

    macs_per_cycle: Mapping[str, float]
    """By operator kind, with whole vectors, as a good kernel reaches it."""
    vector_lanes: int
    """Output channels that one vector holds; the rest of the last vector is lost."""
    cycles_per_element: Mapping[str, float]
    """By operator kind, for kinds without MACs: cycles an output element."""
    cycles_per_operator: float
    """Set-up of one operator."""
    cycles_per_dispatch: float
    """Set-up of one piece of work (a segment, a gate head, a codec)."""
    memory_bandwidth_bytes_per_s: BytesPerSecond
    """Rate of weights and activations to and from memory, whatever the clock."""
    element_bytes: int = 4
    """Bytes of one weight or activation as the CPU keeps it."""
    law: Literal["host"] = field(default="host")
    """Tells the laws apart in documents."""

    def busy(
        self, core: str, work: str, operators: Sequence[Operation], frequency_hz: float
    ) -> Busy:
        """Cycles of ``operators`` in one dispatch, and what they wait for memory at that clock.

        Raises ``UnsupportedOperator`` if the law has no entry for an operator's kind.
        """
        require_kinds(core, work, operators, self.macs_per_cycle, self.cycles_per_element)
        its = roofline(operators, self._cycles, self._memory_s, frequency_hz)
        return Busy(its.cycles + self.cycles_per_dispatch, its.stall_s)

    def _cycles(self, operator: Operation) -> float:
        if operator.kind in MAC_KINDS:
            macs = padded_channel_macs(operator, 1, self.vector_lanes)
            return self.cycles_per_operator + macs / self.macs_per_cycle[operator.kind]
        per_element = self.cycles_per_element[operator.kind]
        return self.cycles_per_operator + per_element * operator.output_elements

    def _memory_s(self, operator: Operation) -> float:
        elements = weight_elements(operator) + input_elements(operator) + operator.output_elements
        return elements * self.element_bytes / self.memory_bandwidth_bytes_per_s
