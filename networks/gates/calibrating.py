"""Scores that mean what they say: of the samples scored 0.8, about 0.8 are positive.

Platt scaling (Platt, "Probabilistic outputs for support vector machines", 1999): of each gate's
logit z, a z + b with a above 0 is fitted to validation data by maximum likelihood, with Platt's
targets, which keep a finite where the scores part the classes. It is folded into the last linear
layer of the gate's head, so nothing that comes after knows of it; the order of the scores stays, so
whatever thresholds stop can be stopped as before. Probabilities are those at validation's share of
positives.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from networks.batches import batches, evaluated
from networks.gated import GatedNetwork, GateHead

BINS = 10
"""Of equal width, in which the mean score is compared with the share of positives."""

LEAST_SLOPE = 1e-3
"""A scale below this would part the scores no more."""


@dataclass(frozen=True, slots=True)
class GateCalibration:
    """What became of one gate's scores on the data that they were calibrated on."""

    gate: str
    """Name of the gate."""
    scale: float
    """What its logits were multiplied with."""
    shift: float
    """What was added to them then."""
    error_before: float
    """Expected calibration error before: see :func:`calibration_error`."""
    error_after: float
    """The same afterwards."""


def calibrate_gates(
    network: GatedNetwork, samples: NDArray[np.float32], labels: NDArray[np.int8]
) -> tuple[GateCalibration, ...]:
    """Change the gates' heads so that their scores are probabilities, and say what that did.

    Parameters
    ----------
    network
        In whatever mode; it is evaluated, and its heads are changed in place.
    samples
        Shape (n, ...): validation's, raw; they are sent raw across all cuts.
    labels
        Shape (n,): 1 where the sample is positive.
    """
    logits = _logits(network, samples)
    found = []
    for index, part in enumerate(network.gated_parts):
        mine = logits[:, index].astype(np.float64)
        scale, shift = fit_platt(mine, labels)
        last = cast(GateHead, network.gates[part]).logit
        with torch.no_grad():
            last.weight.mul_(scale)
            last.bias.mul_(scale).add_(shift)
        found.append(
            GateCalibration(
                gate=part,
                scale=scale,
                shift=shift,
                error_before=calibration_error(expit(mine), labels),
                error_after=calibration_error(expit(scale * mine + shift), labels),
            )
        )
    return tuple(found)


def _logits(network: GatedNetwork, samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """What each gate gives, shape (n, gates), as if none had stopped any sample."""
    with evaluated(network):
        logits = [network.crossing(batch).gate_logits.numpy() for batch in batches(samples)]
    return np.concatenate(logits)


def fit_platt(logits: NDArray[np.float64], labels: NDArray[np.int8]) -> tuple[float, float]:
    """Scale and shift of logits, shape (n,), that make labels, shape (n,), most likely.

    (1, 0) where there is only one class: that says nothing of probabilities.
    """
    positives, negatives = int((labels == 1).sum()), int((labels == 0).sum())
    if not positives or not negatives:
        return 1.0, 0.0
    target = np.where(labels == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))

    def loss(line: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        moved = line[0] * logits + line[1]
        off = expit(moved) - target
        value = np.logaddexp(0.0, moved) - target * moved
        return float(value.mean()), np.array([(off * logits).mean(), off.mean()])

    found = minimize(
        loss,
        np.array([1.0, 0.0]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(LEAST_SLOPE, None), (None, None)],
    )
    return float(found.x[0]), float(found.x[1])


def calibration_error(scores: NDArray[np.float64], labels: NDArray[np.int8]) -> float:
    """Expected calibration error: how far, in the mean over the samples, a score is from the truth.

    Over bins of equal width, the difference between the mean score and the share of positives,
    weighted by the samples in the bin (Naeini, Cooper, Hauskrecht, "Obtaining well calibrated
    probabilities using Bayesian binning", 2015). 0 where there are no samples.
    """
    bins = np.minimum((scores * BINS).astype(np.int64), BINS - 1)
    off = np.bincount(bins, weights=scores - (labels == 1), minlength=BINS)
    return float(np.abs(off).sum() / max(1, len(scores)))
