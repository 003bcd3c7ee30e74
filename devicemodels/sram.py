"""What keeping memory costs: leakage of SRAM by its size.

Low-standby-power cells of 22 nm at 47 degrees Celsius, by CACTI (N. Muralimanohar, R.
Balasubramonian, N. Jouppi, "CACTI 6.0: a tool to model large caches", HP Laboratories, 2009).
High-performance cells leak more than a thousand times as much and are not what sleeps.
"""

import numpy as np

SIZES_BYTES = (8192, 32_768, 131_072, 524_288, 1_048_576)
"""Sizes of the table."""
LEAKAGE_W = (0.592e-6, 2.157e-6, 7.965e-6, 30.14e-6, 59.93e-6)
"""Power that each of them leaks."""


def sram_leakage_w(size_bytes: float) -> float:
    """Watts that so much SRAM leaks while it keeps its content.

    Between the sizes of the table along straight lines of logarithms; beyond them in proportion.
    """
    if size_bytes <= SIZES_BYTES[0]:
        return LEAKAGE_W[0] * size_bytes / SIZES_BYTES[0]
    if size_bytes >= SIZES_BYTES[-1]:
        return LEAKAGE_W[-1] * size_bytes / SIZES_BYTES[-1]
    at = np.log(size_bytes)
    return float(np.exp(np.interp(at, np.log(SIZES_BYTES), np.log(LEAKAGE_W))))
