"""Classes of cores: which law, which of its parameters rows can tell, what is typical of them.

Typical values are instruction counts of the kernels; spreads are standard deviations of logarithms.
They are where learning from published boards starts (``population``), and all there is where a
class has few of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt

from devicemodels.laws.fixed_function import FixedFunctionLaw
from devicemodels.laws.microcontroller import MicrocontrollerLaw

FloatArray = npt.NDArray[np.float64]

ELEMENT_PROFILE: Mapping[str, float] = {
    "add": 1.0,
    "mul": 1.0,
    "concat": 0.3,
    "pool": 6.0,
    "global_pool": 30.0,
    "activation": 1.0,
    "normalisation": 2.0,
    "softmax": 20.0,
    "pad": 0.3,
    "reshape": 0.0,
    "quantise": 1.5,
    "dequantise": 1.0,
}
"""Cycles an output element beside those of an addition; our estimate from the loops' bodies."""

CYCLES_PER_DISPATCH = 1000.0
"""Estimated: what a runtime does once before the first operator."""
WEIGHT_BANDWIDTH_BYTES_PER_S = 1e9
"""Estimated, and never the bound: where a linear waits for its weights, rows of whole networks
cannot tell that from slow arithmetic, and the wait is part of its cycles a MAC."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of a law that rows may tell."""

    name: str
    """As in a platform file, with dots."""
    typical: float
    """Median of the class, before any board is seen."""
    spread: float
    """Standard deviation of its logarithm, apart from what all parameters share."""


@dataclass(frozen=True, slots=True)
class CoreClass:
    """A class of cores: the law and its free parameters."""

    name: str
    """As the command line calls it."""
    learns_from: tuple[str, ...]
    """Classes whose published boards make the prior of a board of this one; none where
    published figures of another kind say more than any of them."""
    lanes: int
    """Products a step of the inner loop."""
    scale_spread: float
    """Standard deviation of the logarithm of the speed that all parameters share."""
    parameters: tuple[Parameter, ...]
    """In the order of the vector that is fitted."""
    description: str
    """For messages: which cores these are."""
    input_lanes: int = 0
    """Input channels that an accelerator takes at once; 0 for a core that runs kernels."""

    def law(self, values: Sequence[float]) -> MicrocontrollerLaw | FixedFunctionLaw:
        """The law with these values of ``parameters``."""
        by_name = {each.name: float(x) for each, x in zip(self.parameters, values, strict=True)}
        if self.input_lanes:
            return _accelerator(by_name, self.input_lanes)
        linear = by_name["cycles_per_mac.linear"]
        return MicrocontrollerLaw(
            cycles_per_mac={
                "conv": by_name["cycles_per_mac.conv"],
                "depthwise_conv": by_name["cycles_per_mac.depthwise_conv"],
                "linear": linear,
                "matmul": linear,
            },
            cycles_per_element={
                kind: by_name["cycles_per_element"] * times
                for kind, times in ELEMENT_PROFILE.items()
            },
            cycles_per_output=by_name["cycles_per_output"],
            cycles_per_copy=by_name["cycles_per_copy"],
            cycles_per_operator=by_name["cycles_per_operator"],
            cycles_per_dispatch=CYCLES_PER_DISPATCH,
            weight_bandwidth_bytes_per_s=WEIGHT_BANDWIDTH_BYTES_PER_S,
            lanes=self.lanes,
        )

    @property
    def typical_log(self) -> FloatArray:
        """Logarithms of the typical values [parameters]."""
        typical: FloatArray = np.log(np.array([each.typical for each in self.parameters]))
        return typical

    @property
    def covariance(self) -> FloatArray:
        """Covariance of the logarithms before any board is seen [parameters, parameters]."""
        own = np.array([each.spread for each in self.parameters])
        covariance: FloatArray = self.scale_spread**2 + np.diag(own**2)
        return covariance


def _accelerator(values: Mapping[str, float], input_lanes: int) -> FixedFunctionLaw:
    kinds = ("conv", "depthwise_conv", "linear")
    cycles = {kind: values[f"cycles_per_mac.{kind}"] for kind in kinds}
    return FixedFunctionLaw(
        macs_per_cycle={kind: 1.0 / each if each else inf for kind, each in cycles.items()},
        input_lanes=input_lanes,
        output_lanes=1,
        cycles_per_element={
            kind: values["cycles_per_element"] * times for kind, times in ELEMENT_PROFILE.items()
        },
        cycles_per_output=values["cycles_per_output"],
        cycles_per_operator=values["cycles_per_operator"],
        cycles_per_dispatch=CYCLES_PER_DISPATCH,
        weight_bytes_per_cycle=inf,
        weight_bandwidth_bytes_per_s=inf,
        fixed_time_s=0.0,
    )


# From the loops of CMSIS-NN on a core with two 16-bit MACs an instruction: load, expand, SMLAD.
_KERNELS = (
    Parameter("cycles_per_mac.conv", 1.5, 0.25),
    Parameter("cycles_per_mac.depthwise_conv", 4.0, 0.4),
    Parameter("cycles_per_mac.linear", 2.0, 0.3),
    Parameter("cycles_per_output", 20.0, 0.4),
    Parameter("cycles_per_copy", 2.5, 0.4),
    Parameter("cycles_per_element", 5.0, 0.6),
    Parameter("cycles_per_operator", 1500.0, 0.8),
)

# NE16 takes 16 input channels for a tile of 3x3 pixels and 32 output channels: 65 cycles of a 1x1
# window or 301 of a 3x3 one, about 230 for 16 channels of a depthwise one, 65 for one pixel of a
# linear; 70 to 90 for requantising and storing 288 elements (pulp-platform/ne16 and the models of
# its cycles published with it). Eight workers do the rest; set-up as on NDP120, by its rows.
_NE16 = (
    Parameter("cycles_per_mac.conv", 1 / 80, 0.3),
    Parameter("cycles_per_mac.depthwise_conv", 1 / 4.5, 0.3),
    Parameter("cycles_per_mac.linear", 1 / 7.9, 0.3),
    Parameter("cycles_per_output", 0.28, 0.3),
    Parameter("cycles_per_element", 0.6, 0.6),
    Parameter("cycles_per_operator", 2650.0, 0.5),
)

# Four Cortex-A53 of an RK3399 run SqueezeNet, MobileNet and ResNet in int8 (ncnn's benchmark page)
# at 17 MACs a cycle, with some 50 000 cycles to wake the threads for each operator; 5 products a
# cycle of a depthwise convolution and 5 weights of a linear from the second cache: our estimates.
_LINUX = (
    Parameter("cycles_per_mac.conv", 0.06, 0.4),
    Parameter("cycles_per_mac.depthwise_conv", 0.2, 0.5),
    Parameter("cycles_per_mac.linear", 0.2, 0.5),
    Parameter("cycles_per_output", 0.6, 0.5),
    Parameter("cycles_per_copy", 0.1, 0.5),
    Parameter("cycles_per_element", 1.0, 0.6),
    Parameter("cycles_per_operator", 50_000.0, 0.5),
)

_SCALAR = ("microcontroller-dsp", "microcontroller", "risc-v")
# There are too few boards of these two to learn from each other alone.
_ALL = (*_SCALAR, "vector", "npu", "ne16")

CORE_CLASSES: Mapping[str, CoreClass] = {
    each.name: each
    for each in (
        CoreClass("microcontroller-dsp", _SCALAR, 4, 0.6, _KERNELS, "Cortex-M4, M7, M33, RXv2"),
        CoreClass("microcontroller", _SCALAR, 4, 0.6, _KERNELS, "no SIMD: Cortex-M0+, RH850"),
        CoreClass("risc-v", _SCALAR, 4, 0.6, _KERNELS, "RV32 and RV64 with packed SIMD"),
        CoreClass("vector", _ALL, 16, 0.6, _KERNELS, "Helium, RVV"),
        CoreClass("npu", _ALL, 16, 0.6, _KERNELS, "matrix units and NPUs"),
        CoreClass("linux", (), 16, 0.5, _LINUX, "several cores with vectors, under Linux"),
        CoreClass("ne16", (), 1, 0.1, _NE16, "GAP9's NE16 beside a cluster", input_lanes=16),
    )
}
"""By name."""
