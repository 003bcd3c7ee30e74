"""How long work takes on a core: duration = cycles / frequency + memory time.

The laws are in ``devicemodels.laws``, a file each. They answer in cycles and seconds; durations are
integer nanoseconds, rounded once, here.
"""

from collections.abc import Sequence

from devicemodels.laws.busy import UnsupportedOperator
from devicemodels.laws.cluster import ClusterLaw
from devicemodels.laws.cycles import CyclesLaw
from devicemodels.laws.ethos_u import EthosULaw
from devicemodels.laws.fixed_function import FixedFunctionLaw
from devicemodels.laws.host import HostLaw
from devicemodels.laws.measured import MeasuredTimes
from devicemodels.laws.microcontroller import MicrocontrollerLaw
from devicemodels.operators import Operation

__all__ = ["CostLaw", "CyclesLaw", "MeasuredTimes", "UnsupportedOperator", "duration_ns"]

CostLaw = (
    CyclesLaw
    | MeasuredTimes
    | MicrocontrollerLaw
    | ClusterLaw
    | FixedFunctionLaw
    | EthosULaw
    | HostLaw
)
"""Every law that a core may have; YAML names one by its ``law``."""

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


def duration_ns(
    law: CostLaw,
    core: str,
    work: str,
    operators: Sequence[Operation],
    frequency_hz: float,
) -> int:
    """Nanoseconds that a core needs for one piece of work at a clock.

    ``work`` is the key of the piece (see ``MeasuredTimes``). Raises ``UnsupportedOperator`` and
    ``TooLong``.
    """
    if isinstance(law, MeasuredTimes):
        return nanoseconds(law.seconds(core, work))
    return nanoseconds(law.busy(core, work, operators, frequency_hz).seconds(frequency_hz))


def transfer_ns(latency_s: float, bandwidth_bytes_per_s: float, size_bytes: int) -> int:
    """Nanoseconds for which a transfer holds its link: latency + bytes / bandwidth."""
    return nanoseconds(latency_s + size_bytes / bandwidth_bytes_per_s)
