"""The law of the Ethos-U55 beside what its maker's compiler says of the benchmark's networks.

The law has two fitted numbers: the overhead of encoded weights, from the sizes of the weights of
``kws`` and ``ic``, and a share of the flash's time, from ``kws``. These two networks count as
fitted, ``ad`` and ``vww`` are held out.
"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from devicemodels.laws.ethos.estimate import Estimate
from devicemodels.laws.ethos.passes import VIEWS
from devicemodels.laws.ethos_u import EthosULaw
from devicemodels.operators import Quantisation
from devicemodels.published.ethos_u55 import Cycles, layer_cycles, network_cycles
from networks.zoo.tiny import tiny_network
from scheduler.taskgraph import Operator

Part = Literal["total", "npu", "sram", "flash"]
"""What takes the cycles: all together, or one of them as if nothing else held the work up."""

FITTED = ("kws", "ic")
"""Networks that a number of the law was fitted to."""

LAYERS = (128, "high-end-embedded")
"""The configuration of the published layers."""

CLOCKS_HZ = {"deep-embedded": 200e6, "high-end-embedded": 500e6}
"""Of the accelerator and its SRAM, in the compiler's own system configurations."""

_FLASH = {"deep-embedded": (100e6, 320e-9), "high-end-embedded": (500e6, 128e-9)}
"""Bytes a second, and seconds before the first (64 cycles), in the same."""


@dataclass(frozen=True, slots=True)
class EthosRow:
    """One published figure and its prediction."""

    network: str
    """``kws``, ``ic``, ``ad`` or ``vww``."""
    macs_per_cycle: int
    """Size of the accelerator."""
    system: str
    """``deep-embedded`` or ``high-end-embedded``."""
    layer: int | None
    """Operator, counted from 0; None for the whole network."""
    published_cycles: float
    """By the maker's compiler."""
    predicted_cycles: float
    """By our law."""
    held_out: bool
    """Whether no number of the law was fitted to this network."""

    @property
    def error(self) -> float:
        """Predicted over published, less one."""
        return self.predicted_cycles / self.published_cycles - 1


def ethos_law(macs_per_cycle: int, system: str) -> EthosULaw:
    """The law with the memories of one of the compiler's system configurations; no set-up."""
    bandwidth, latency = _FLASH[system]
    return EthosULaw(
        macs_per_cycle=macs_per_cycle,
        sram_bytes_per_cycle=8.0,
        sram_latency_cycles=32.0,
        weight_bandwidth_bytes_per_s=bandwidth,
        weight_latency_s=latency,
        cycles_per_operator=0.0,
        cycles_per_dispatch=0.0,
    )


@cache
def ethos_rows(part: Part = "total") -> tuple[EthosRow, ...]:
    """Every network on every configuration, then every operator; zero cycles are left out."""
    rows = []
    for one in network_cycles():
        estimates = _estimates(one.network, one.macs_per_cycle, one.system)
        predicted = sum(_predicted(estimate, part) for estimate in estimates)
        place = (one.network, one.macs_per_cycle, one.system, None)
        held_out = one.network not in FITTED
        rows.append(EthosRow(*place, _published(one.cycles, part), predicted, held_out))
    for layer in layer_cycles():
        if not _published(layer.cycles, part):
            continue
        estimate = _estimates(layer.network, *LAYERS)[layer.layer]
        held_out = layer.network not in FITTED
        row = EthosRow(
            layer.network,
            *LAYERS,
            layer.layer,
            _published(layer.cycles, part),
            _predicted(estimate, part),
            held_out,
        )
        rows.append(row)
    return tuple(rows)


@cache
def trained_operators(network: str) -> tuple[Operator, ...]:
    """Operators of a network of the benchmark that run, each with its weights' entropy."""
    entropy = {
        one.operator: one.weight_entropy_bits
        for one in layer_cycles()
        if one.network == network and one.weight_entropy_bits is not None
    }
    return tuple(
        replace(operator, quantisation=Quantisation("int8", 1, None, 0, entropy[operator.name]))
        if operator.name in entropy
        else operator
        for operator in tiny_network(network).operators
        if operator.kind not in VIEWS
    )


@cache
def _estimates(network: str, macs_per_cycle: int, system: str) -> tuple[Estimate, ...]:
    law = ethos_law(macs_per_cycle, system)
    return law.estimates(trained_operators(network), CLOCKS_HZ[system])


def _predicted(estimate: Estimate, part: Part) -> float:
    npu = estimate.computing + estimate.waiting
    parts = {"total": estimate.total, "npu": npu, "sram": estimate.sram, "flash": estimate.flash}
    return parts[part]


def _published(cycles: Cycles, part: Part) -> float:
    parts = {"total": cycles.total, "npu": cycles.npu, "sram": cycles.sram, "flash": cycles.flash}
    return float(parts[part])
