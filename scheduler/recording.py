"""What a gated network said of each sample of a recorded stream."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Recording:
    """Gate scores and answers, sample by sample, for one choice of codecs.

    It replays the real correlation between gates: the simulator compares the scores with the
    plan's thresholds instead of drawing independent coins.
    """

    labels: NDArray[np.int8]
    """Shape (n,): 1 where the sample is positive, 0 where it is negative."""
    gate_scores: NDArray[np.float32]
    """Shape (n, gates): each gate's score, as if no earlier gate had stopped the sample."""
    answers: NDArray[np.int8]
    """Shape (n,): the network's answer for a sample that no gate stops, 1 = positive."""
    gates: tuple[str, ...]
    """Names of the gates, in the order of the columns of ``gate_scores``."""

    def of_gates(self, names: Iterable[str]) -> "Recording":
        """The scores of these gates and no others, in their order; ``ValueError`` of an unknown."""
        gates = tuple(names)
        columns = np.array([self.gates.index(gate) for gate in gates], dtype=np.intp)
        return replace(self, gate_scores=self.gate_scores[:, columns], gates=gates)

    def only(self, samples: NDArray[np.bool_]) -> "Recording":
        """What was said of these samples, shape (n,), and no others."""
        return replace(
            self,
            labels=self.labels[samples],
            gate_scores=self.gate_scores[samples],
            answers=self.answers[samples],
        )
