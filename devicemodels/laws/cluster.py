"""A cluster of small cores that share the work of each operator.

The kernels are those of a microcontroller; the pixels of a feature map, or the features of a
linear, are dealt out to the workers, of which some have nothing to do where the numbers do not
divide; a barrier ends every operator.

Source of the structure: A. Garofalo et al., "PULP-NN: accelerating quantized neural networks on
parallel ultra-low-power RISC-V processors", Phil. Trans. R. Soc. A 378, 2020, section 4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from devicemodels.documents.quantities import BytesPerSecond
from devicemodels.laws.busy import Busy, require_kinds, roofline
from devicemodels.laws.microcontroller import MicrocontrollerLaw
from devicemodels.laws.shape import shared_out
from devicemodels.operators import Operation


@dataclass(frozen=True, slots=True)
class ClusterLaw:
    """Cycles of int8 kernels that ``workers`` cores share, and the bandwidth of their weights."""

    workers: int
    """Cores that compute at the same time."""
    cycles_per_mac: Mapping[str, float]
    """By operator kind, on one worker."""
    cycles_per_element: Mapping[str, float]
    """By operator kind, for kinds without MACs: cycles an output element on one worker."""
    cycles_per_output: float
    """Requantising and storing an output element of a kind with MACs, on one worker."""
    cycles_per_copy: float
    """Gathering one element into the column of a window, on one worker."""
    cycles_per_operator: float
    """Set-up of one operator and the barrier at its end, for all workers together."""
    cycles_per_dispatch: float
    """Set-up of one piece of work (a segment, a gate head, a codec)."""
    weight_bandwidth_bytes_per_s: BytesPerSecond
    """Rate at which weights come in, whatever the clock; computing goes on meanwhile."""
    lanes: int
    """Products that the inner loop takes in one step; sums are rounded up to whole steps."""
    weight_element_bytes: int = 1
    """Bytes of one weight as the cores keep it."""
    law: Literal["cluster"] = field(default="cluster")
    """Tells the laws apart in documents."""

    def busy(
        self, core: str, work: str, operators: Sequence[Operation], frequency_hz: float
    ) -> Busy:
        """Cycles of ``operators`` in one dispatch, and what they wait for weights at that clock.

        Raises ``UnsupportedOperator`` if the law has no entry for an operator's kind.
        """
        require_kinds(core, work, operators, self.cycles_per_mac, self.cycles_per_element)
        worker = self._worker()

        def cycles(operator: Operation) -> float:
            share = shared_out(operator, self.workers)
            return self.cycles_per_operator + worker.cycles_of(operator) * share

        its = roofline(operators, cycles, worker.memory_s, frequency_hz)
        return Busy(its.cycles + self.cycles_per_dispatch, its.stall_s)

    def _worker(self) -> MicrocontrollerLaw:
        """One worker alone, which sets nothing up."""
        return MicrocontrollerLaw(
            cycles_per_mac=self.cycles_per_mac,
            cycles_per_element=self.cycles_per_element,
            cycles_per_output=self.cycles_per_output,
            cycles_per_copy=self.cycles_per_copy,
            cycles_per_operator=0.0,
            cycles_per_dispatch=0.0,
            weight_bandwidth_bytes_per_s=self.weight_bandwidth_bytes_per_s,
            lanes=self.lanes,
            weight_element_bytes=self.weight_element_bytes,
        )
