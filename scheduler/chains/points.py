"""The points of a front while it grows: their figures, and where each comes from."""

from dataclasses import dataclass

import numpy as np

from scheduler.archive import thin
from scheduler.chains.model import Resting
from scheduler.chains.passes import Found
from scheduler.chains.tables import Floats, Integers
from scheduler.chains.widths import FINE, Widths
from scheduler.expectation import Assignment


@dataclass(frozen=True, slots=True)
class Points:
    """Plans and their figures."""

    values: Floats
    """(N, d), in lexicographic order: less is better; energy with the standing energy."""
    origins: Integers
    """(N, 2): which pass found it, and which of its labels it is."""
    passes: tuple[tuple[Resting, Found], ...]
    """All passes that there were."""

    @classmethod
    def none(cls, figures: int) -> "Points":
        """Before the first pass."""
        return cls(np.zeros((0, figures)), np.zeros((0, 2), np.int64), ())

    def with_pass(
        self, resting: Resting, found: Found, labels: Integers, values: Floats, widths: Widths
    ) -> "Points":
        """With some labels of one more pass, which have ``values``; what is dominated goes, and of
        those that are next to the same one stays."""
        origins = np.column_stack((np.full(len(labels), len(self.passes)), labels))
        values = np.concatenate((self.values, values))
        origins = np.concatenate((self.origins, origins))
        left = thin(values, widths.steps(FINE), widths.relative)
        return Points(values[left], origins[left], (*self.passes, (resting, found)))

    def assignments(self, points: Integers) -> list[Assignment]:
        """The decisions of some points (N,)."""
        made: dict[int, Assignment] = {}
        origins = self.origins[points]
        for number in np.unique(origins[:, 0]).tolist():
            resting, found = self.passes[number]
            at = np.flatnonzero(origins[:, 0] == number)
            for i, *way in zip(at.tolist(), *found.ways(origins[at, 1]), strict=True):
                made[i] = resting.assignment(*way)
        return [made[i] for i in range(len(points))]
