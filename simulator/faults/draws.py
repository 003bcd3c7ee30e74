"""What links lose and corrupt: a draw for each transfer, by the counter-based generator."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.faults.kinds import Faults, LinkCorruption, LinkLoss
from simulator.random_draws import uniform

FIRST_DRAW = 0xC0000000
"""Draws of a sample's transfers start here, far from those of its fate and its release."""
MOST_TRANSFERS = 0x8000
"""Of one sample over one link that have draws of their own."""
BLOCK = 4096
"""Samples whose draws are made together."""


class LinkDraws:
    """Counts the transfers of every sample over every link, and draws for each."""

    def __init__(self, faults: Faults, links: Sequence[str]) -> None:
        self._seed = faults.seed
        self._loss: dict[int, tuple[float, int]] = {}
        self._corruption: dict[int, tuple[float, int]] = {}
        for index, fault in enumerate(faults.faults):
            if isinstance(fault, LinkLoss):
                self._loss[links.index(fault.link)] = (fault.probability, index)
            elif isinstance(fault, LinkCorruption):
                self._corruption[links.index(fault.link)] = (fault.probability, index)
        self._transfers: dict[tuple[int, int, int], int] = {}
        self._blocks: dict[tuple[int, int, int], NDArray[np.float64]] = {}

    def of(self, link: int, pipeline: int, sample: int) -> tuple[int | None, int | None]:
        """For the next transfer of a sample over a link: which fault lost it, which spoiled it."""
        loss, corruption = self._loss.get(link), self._corruption.get(link)
        if loss is None and corruption is None:
            return None, None
        key = (link, pipeline, sample)
        transfer = self._transfers.get(key, 0) % MOST_TRANSFERS
        self._transfers[key] = transfer + 1
        draw = FIRST_DRAW + (link * MOST_TRANSFERS + transfer) * 2
        lost = loss is not None and self._draw(pipeline, sample, draw) < loss[0]
        spoiled = corruption is not None and self._draw(pipeline, sample, draw + 1) < corruption[0]
        return (
            loss[1] if loss is not None and lost else None,
            corruption[1] if corruption is not None and spoiled else None,
        )

    def _draw(self, pipeline: int, sample: int, draw: int) -> float:
        block, place = divmod(sample, BLOCK)
        key = (pipeline, draw, block)
        if key not in self._blocks:
            samples = np.arange(block * BLOCK, (block + 1) * BLOCK)
            self._blocks[key] = uniform(self._seed, pipeline, samples, draw)
        return float(self._blocks[key][place])
