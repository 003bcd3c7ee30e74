"""Placements as runs: consecutive segments that share a mode."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Runs:
    """Placements with equally many runs, one a row."""

    starts: Integers
    """(placements, runs): first segment of each run, ascending from 0."""
    modes: Integers
    """(placements, runs): mode of each run; differs from that of the run before."""

    @property
    def count(self) -> int:
        """How many placements there are."""
        return len(self.starts)

    def path(self, row: int, segments: int) -> tuple[int, ...]:
        """The mode of every segment in one placement."""
        lengths = np.diff(np.append(self.starts[row], segments))
        return tuple(int(mode) for mode in np.repeat(self.modes[row], lengths))


def runs_of(paths: Sequence[Sequence[int]]) -> list[Runs]:
    """Modes by segment as runs; by number of runs ascending, else in the order given."""
    rows: dict[int, list[tuple[list[int], list[int]]]] = {}
    for path in paths:
        groups = [(mode, len(list(group))) for mode, group in groupby(path)]
        starts = [0, *np.cumsum([length for _, length in groups])[:-1].tolist()]
        rows.setdefault(len(groups), []).append((starts, [mode for mode, _ in groups]))
    return [
        Runs(
            np.array([starts for starts, _ in rows[size]], dtype=np.int64),
            np.array([modes for _, modes in rows[size]], dtype=np.int64),
        )
        for size in sorted(rows)
    ]


def single_runs(modes: int) -> Runs:
    """Everything in one mode: each of them."""
    return Runs(np.zeros((modes, 1), dtype=np.int64), np.arange(modes, dtype=np.int64)[:, None])


def one_cut_runs(segments: int, modes: int) -> Runs:
    """One change of mode: every place, then every ordered pair of modes."""
    cut, before, after = np.meshgrid(
        np.arange(1, segments), np.arange(modes), np.arange(modes), indexing="ij"
    )
    keep = before != after
    starts = np.stack([np.zeros(int(keep.sum()), dtype=np.int64), cut[keep]], axis=1)
    return Runs(starts, np.stack([before[keep], after[keep]], axis=1))
