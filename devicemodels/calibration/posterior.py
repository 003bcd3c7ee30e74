"""Parameters that rows and a prior together make most likely, and how sure they are.

Parameters and latencies are positive and spread by factors, so everything is in logarithms. The
prior of all boards is normal, with one covariance of parameters times the kinship of boards; the
errors of rows have Student's t distribution: one row that is far off pulls little. Gauss-Newton
finds the mode, and the curvature there gives the covariance (Laplace). There are fewer rows than
parameters of all boards, so the equations are solved in the rows, as for a Gaussian process.

Source: C. Bishop, "Pattern Recognition and Machine Learning", 2006, sections 3.3, 4.4 and 6.4;
K. Lange, R. Little, J. Taylor, "Robust statistical modeling using the t distribution", JASA 84,
1989.
"""

from dataclasses import dataclass

import numpy as np

from devicemodels.calibration.core_classes import FloatArray
from devicemodels.calibration.design import Design, IntArray, Measured, log_latency

ROW_SPREAD = 0.03
"""Standard deviation of the logarithm of a row about its law: repetition and the law's own error.
"""
ROW_FREEDOM = 4.0
"""Degrees of freedom of Student's t."""
WIDEST_SPREAD = 0.5
"""Where a search without a start begins; halved at each step."""
LONGEST_STEP = 0.7
"""No parameter changes by more than a factor of two at once."""


@dataclass(frozen=True, slots=True)
class Posterior:
    """Log parameters of all boards after their rows; the fields after ``theta`` are its covariance.

    That of two boards is ``covariance`` times their kinship, less what the rows took off it.
    """

    theta: FloatArray
    """The mode [boards, parameters]."""
    covariance: FloatArray
    """Of a board's parameters before any row [parameters, parameters]."""
    slope: FloatArray
    """Of each row's log latency by the parameters of its board [rows, parameters]."""
    device: IntArray
    """Board of each row."""
    precision: FloatArray
    """Inverse covariance of the rows' log latencies before they were seen [rows, rows]."""
    pull: FloatArray
    """How much each row moves the parameters along its slope [rows]."""

    def of_relative(self, shared: FloatArray, itself: float) -> tuple[FloatArray, FloatArray]:
        """Shift of the mean, and the covariance, of a board with this kinship to the others.

        ``shared`` is [boards]; ``itself`` is the kinship of the board with itself.
        """
        weight = shared[self.device]
        reach = (self.slope * weight[:, None]) @ self.covariance
        return reach.T @ self.pull, itself * self.covariance - reach.T @ self.precision @ reach


def mode(
    networks: Design,
    rows: Measured,
    mean: FloatArray,
    kinship: FloatArray,
    covariance: FloatArray,
    *,
    start: FloatArray | None = None,
    steps: int = 40,
) -> Posterior:
    """The most likely log parameters of all boards.

    ``mean`` is [parameters], ``kinship`` [boards, boards], ``start`` [boards, parameters]. Without
    a start the search begins at the mean, with rows that may be far off their law, lest the row
    that happens to be near be taken for the only one that is right.
    """
    theta = np.tile(mean, (len(kinship), 1)) if start is None else start
    row_spread = ROW_SPREAD if start is not None else WIDEST_SPREAD
    of_rows = kinship[rows.device]
    between = of_rows[:, rows.device]
    while True:
        predicted, slope = log_latency(networks, theta, rows)
        error = rows.log_s - predicted
        variance = row_spread**2 * (ROW_FREEDOM + (error / row_spread) ** 2) / (ROW_FREEDOM + 1)
        spread = slope @ covariance
        of_data = between * (spread @ slope.T) + np.diag(variance)
        precision: FloatArray = np.asarray(np.linalg.inv(of_data), dtype=np.float64)
        about_mean = error + np.einsum("rp,rp->r", slope, theta[rows.device] - mean)
        pull = precision @ about_mean
        step = mean + of_rows.T @ (spread * pull[:, None]) - theta
        largest = float(np.abs(step).max(initial=0.0))
        steps -= 1
        settled = row_spread == ROW_SPREAD and largest < 1e-4
        row_spread = max(ROW_SPREAD, row_spread / 2)
        if settled or steps == 0:
            return Posterior(theta + step, covariance, slope, rows.device, precision, pull)
        theta = theta + step * (LONGEST_STEP / max(largest, LONGEST_STEP))
