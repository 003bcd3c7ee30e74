"""A fixed-function accelerator: an array of multipliers that takes channels in whole groups.

Input and output channels fill the lanes of the array in groups, and the rest of a group stays idle:
a first layer with one or three channels uses little of it. Weights come over a bus of their own,
clocked with the array, before a layer starts or while it runs, and, from outside the die, at a rate
of their own. What a host spends on starting an inference does not scale with the array's clock.
While an operator is set up the array stands still: that time counts as waiting, which draws less on
a core that says so (``Core.stall_activity``).

Source of the structure: Y.-H. Chen et al., "Eyeriss v2: a flexible accelerator for emerging deep
neural networks on mobile devices", IEEE JETCAS 9(2), 2019, section II (utilisation by the shape of
a layer, and the bandwidth that bounds what is left).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from devicemodels.documents.quantities import BytesPerSecond, Seconds
from devicemodels.laws.busy import Busy, require_kinds, roofline
from devicemodels.laws.shape import padded_channel_macs, weight_elements
from devicemodels.operators import MAC_KINDS, Operation


@dataclass(frozen=True, slots=True)
class FixedFunctionLaw:
    """Cycles of an array of multipliers with whole lanes, and the bandwidths of its weights."""

    macs_per_cycle: Mapping[str, float]
    """By operator kind, with all lanes in use."""
    input_lanes: int
    """Input channels are taken in groups of so many."""
    output_lanes: int
    """Output channels are taken in groups of so many."""
    cycles_per_element: Mapping[str, float]
    """By operator kind, for kinds without MACs: cycles an output element."""
    cycles_per_output: float
    """Requantising and storing an output element of a kind with MACs."""
    cycles_per_operator: float
    """Set-up of one operator, in which the array stands still."""
    cycles_per_dispatch: float
    """Set-up of one piece of work (a segment, a gate head, a codec), likewise."""
    weight_bytes_per_cycle: float
    """Rate at which weights are loaded into the array; the longer of loading and computing counts.
    """
    weight_bandwidth_bytes_per_s: BytesPerSecond
    """Rate at which weights come in from outside, whatever the clock."""
    fixed_time_s: Seconds
    """Part of each piece of work that does not scale with the clock."""
    fixed_time_per_operator_s: Seconds = 0.0
    """Part of each operator that does not scale with the clock."""
    weight_element_bytes: int = 1
    """Bytes of one weight as the accelerator keeps it."""
    law: Literal["fixed-function"] = field(default="fixed-function")
    """Tells the laws apart in documents."""

    def busy(
        self, core: str, work: str, operators: Sequence[Operation], frequency_hz: float
    ) -> Busy:
        """Cycles in which the array works, and the time in which it is set up or waits.

        Raises ``UnsupportedOperator`` if the law has no entry for an operator's kind.
        """
        require_kinds(core, work, operators, self.macs_per_cycle, self.cycles_per_element)
        stall_s = roofline(operators, self.cycles_of, self.memory_s, frequency_hz).stall_s
        count = len(operators)
        return Busy(
            cycles=sum(self._array_cycles(operator) for operator in operators),
            stall_s=stall_s + self.fixed_time_s + self.fixed_time_per_operator_s * count,
            waiting_cycles=self.cycles_per_operator * count + self.cycles_per_dispatch,
        )

    def cycles_of(self, operator: Operation) -> float:
        """Cycles of one operator, its set-up and the loading of its weights included."""
        return self.cycles_per_operator + self._array_cycles(operator)

    def _array_cycles(self, operator: Operation) -> float:
        if operator.kind not in MAC_KINDS:
            return self.cycles_per_element[operator.kind] * operator.output_elements
        macs = padded_channel_macs(operator, self.input_lanes, self.output_lanes)
        computing = macs / self.macs_per_cycle[operator.kind]
        computing += self.cycles_per_output * operator.output_elements
        return max(computing, self._weight_bytes(operator) / self.weight_bytes_per_cycle)

    def memory_s(self, operator: Operation) -> float:
        """Seconds in which the weights of one operator come in from outside."""
        return self._weight_bytes(operator) / self.weight_bandwidth_bytes_per_s

    def _weight_bytes(self, operator: Operation) -> float:
        return weight_elements(operator) * self.weight_element_bytes
