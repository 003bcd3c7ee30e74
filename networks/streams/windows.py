"""Windows of a recorded stream with their labels: what training, planning and running share."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

SplitName = Literal["train", "validation", "test"]
"""Which of the disjoint groups of subjects the windows come from."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Samples in the order in which the sensor gave them."""

    samples: NDArray[np.float32]
    """Shape (n, ...): each sample as the network takes it, without its batch of one, raw."""
    labels: NDArray[np.int8]
    """Shape (n,): 1 where the sample is positive."""
    subjects: NDArray[np.int32]
    """Shape (n,): what no two splits share. Who wore the sensor, wrote or spoke, where that is
    known and not what the labels ask; else the recording or the image itself."""
    period_s: float
    """Time from one window's release to the next."""
    sample_rate_hz: float | None = None
    """Values a second along the last axis of a sample; None where that axis is not time."""

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def sha256(self) -> str:
        """Hash of samples and labels."""
        data = hashlib.sha256(np.ascontiguousarray(self.samples).data)
        data.update(np.ascontiguousarray(self.labels).data)
        return data.hexdigest()

    @property
    def positive_share(self) -> float:
        """Share of positive samples."""
        return float(self.labels.mean())
