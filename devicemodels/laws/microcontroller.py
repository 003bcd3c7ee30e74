"""A microcontroller that runs int8 kernels in the manner of CMSIS-NN.

A convolution gathers the window of each pixel into a column (im2col), multiplies it with the
weights of all output channels in an inner loop that takes ``lanes`` products a step, and
requantises and stores each output element. A depthwise convolution has no sum over channels to
vectorise, and a linear reads each weight once, from flash as a rule: it waits if they come slowly.

Source of the structure: L. Lai, N. Suda, V. Chandra, "CMSIS-NN: efficient neural network kernels
for Arm Cortex-M CPUs", arXiv:1801.06601, sections 3.2 to 3.4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from devicemodels.documents.quantities import BytesPerSecond
from devicemodels.laws.busy import Busy, require_kinds, roofline
from devicemodels.laws.shape import copied_elements, padded_window_macs, weight_elements
from devicemodels.operators import MAC_KINDS, Operation


@dataclass(frozen=True, slots=True)
class MicrocontrollerLaw:
    """Cycles of int8 kernels on one scalar or SIMD core, and the bandwidth of its weights."""

    cycles_per_mac: Mapping[str, float]
    """By operator kind, for kinds that multiply and accumulate, in the inner loop."""
    cycles_per_element: Mapping[str, float]
    """By operator kind, for kinds without MACs: cycles an output element."""
    cycles_per_output: float
    """Requantising and storing an output element of a kind with MACs."""
    cycles_per_copy: float
    """Gathering one element into the column of a window."""
    cycles_per_operator: float
    """Set-up of one operator."""
    cycles_per_dispatch: float
    """Set-up of one piece of work (a segment, a gate head, a codec)."""
    weight_bandwidth_bytes_per_s: BytesPerSecond
    """Rate at which weights come in, whatever the clock; computing goes on meanwhile."""
    lanes: int
    """Products that the inner loop takes in one step; sums are rounded up to whole steps."""
    weight_element_bytes: int = 1
    """Bytes of one weight as the core keeps it."""
    law: Literal["microcontroller"] = field(default="microcontroller")
    """Tells the laws apart in documents."""

    def busy(
        self, core: str, work: str, operators: Sequence[Operation], frequency_hz: float
    ) -> Busy:
        """Cycles of ``operators`` in one dispatch, and what they wait for weights at that clock.

        Raises ``UnsupportedOperator`` if the law has no entry for an operator's kind.
        """
        require_kinds(core, work, operators, self.cycles_per_mac, self.cycles_per_element)
        its = roofline(operators, self.cycles_of, self.memory_s, frequency_hz)
        return Busy(its.cycles + self.cycles_per_dispatch, its.stall_s)

    def cycles_of(self, operator: Operation) -> float:
        """Cycles of one operator whose weights are at hand."""
        cycles = self.cycles_per_operator
        if operator.kind in MAC_KINDS:
            per_mac = self.cycles_per_mac[operator.kind]
            cycles += per_mac * padded_window_macs(operator, self.lanes)
            cycles += self.cycles_per_copy * copied_elements(operator)
            cycles += self.cycles_per_output * operator.output_elements
        else:
            cycles += self.cycles_per_element[operator.kind] * operator.output_elements
        return cycles

    def memory_s(self, operator: Operation) -> float:
        """Seconds in which the weights of one operator come in."""
        weight_bytes = weight_elements(operator) * self.weight_element_bytes
        return weight_bytes / self.weight_bandwidth_bytes_per_s
