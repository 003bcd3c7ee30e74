"""Arm's Ethos-U55: what bounds each operator, from how the accelerator is built.

An operator takes the longest of computing in whole blocks of whole units, traffic with SRAM, and
traffic with the flash, where its weights lie encoded; operators run one after the other. Two
numbers are fitted, ``encoding.OVERHEAD`` and ``estimate.SCALES_IN_THE_WAY`` in
``devicemodels.laws.ethos``, which has the parts and their source; the rest is how it is built.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from devicemodels.documents.quantities import BytesPerSecond, Seconds
from devicemodels.laws.busy import Busy, require_kinds
from devicemodels.laws.ethos.arrays import array_of
from devicemodels.laws.ethos.estimate import Estimate, Memories, estimates
from devicemodels.laws.ethos.passes import PASSED, VIEWS
from devicemodels.operators import MAC_KINDS, Operation

_KINDS: Mapping[str, float] = dict.fromkeys((*sorted(MAC_KINDS), *sorted(PASSED | VIEWS)), 1.0)
"""What it runs, the compiler's rewriting included."""


@dataclass(frozen=True, slots=True)
class EthosULaw:
    """Size of the accelerator and the memories around it."""

    macs_per_cycle: int
    """32, 64, 128 or 256: the size that was built in."""
    sram_bytes_per_cycle: float
    """Width of its port to SRAM; that memory has its clock."""
    sram_latency_cycles: float
    """Cycles before the first byte from SRAM."""
    weight_bandwidth_bytes_per_s: BytesPerSecond
    """Rate of the flash that holds weights, whatever the clock."""
    weight_latency_s: Seconds
    """Time before the first byte from the flash."""
    cycles_per_operator: float
    """Set-up of one operator beyond what the command stream hides."""
    cycles_per_dispatch: float
    """What the host spends on starting one piece of work and on its end."""
    weight_entropy_bits: float = 7.3
    """Information of one weight of a network that does not say; most layers of the benchmark's
    trained networks have 7.2 to 7.6."""
    law: Literal["ethos-u"] = field(default="ethos-u")
    """Tells the laws apart in documents."""

    def busy(
        self, core: str, work: str, operators: Sequence[Operation], frequency_hz: float
    ) -> Busy:
        """Cycles in which the array works, and the time in which it is set up or waits.

        Raises ``UnsupportedOperator`` if the accelerator has no way to run an operator's kind.
        """
        require_kinds(core, work, operators, _KINDS)
        found = self.estimates(operators, frequency_hz)
        set_up = self.cycles_per_dispatch + self.cycles_per_operator * len(found)
        return Busy(
            cycles=sum(one.computing for one in found),
            stall_s=sum(one.total - one.working for one in found) / frequency_hz,
            waiting_cycles=set_up + sum(one.working - one.computing for one in found),
        )

    def estimates(
        self, operators: Sequence[Operation], frequency_hz: float
    ) -> tuple[Estimate, ...]:
        """What bounds each operator, set-up left out; kinds are those that ``busy`` runs."""
        memories = Memories(
            sram_bytes_per_cycle=self.sram_bytes_per_cycle,
            sram_latency=self.sram_latency_cycles,
            flash_bytes_per_cycle=self.weight_bandwidth_bytes_per_s / frequency_hz,
            flash_latency=self.weight_latency_s * frequency_hz,
            entropy_bits=self.weight_entropy_bits,
        )
        return estimates(array_of(self.macs_per_cycle), memories, operators)
