"""What a front may give away, and at which step: the certificate of a front is their sum.

A plan is closed by a point that is no worse by more than the first share. That point may give way
to one in the same fine box, and that one to one in the same box of the thinned front. The shares
add up to what was asked for.
"""

from dataclasses import dataclass

import numpy as np

from scheduler.chains.tables import Floats

CLOSED = 0.5
"""Between a plan and the point that closes it."""

LEVELS = 0.1
"""What the third figure of points is rounded by, so that corners have few levels of it."""

FINE = 0.1
"""Boxes that points are kept in meanwhile."""

THIN = 0.3
"""Boxes of the front that is shown."""

BOX = 0.12
"""Boxes of a quick pass. This and what follows give nothing away."""

NEAR = 0.25
"""How far above a bound a quick pass follows ways."""

WORTH = 0.1
"""How far open a corner must be for a quick pass to be worth its while."""


@dataclass(frozen=True, slots=True)
class Widths:
    """How much of each figure may be given away in all."""

    shares: tuple[float, ...]
    """By figure: of its value, or of its size."""
    sizes: tuple[float | None, ...]
    """By figure: what the share is of; None for the value itself."""

    @property
    def relative(self) -> tuple[bool, ...]:
        """By figure: whether the width is a share of the value."""
        return tuple(size is None for size in self.sizes)

    def steps(self, part: float) -> tuple[float, ...]:
        """By figure: one part, as a share of the value or absolute."""
        rows = zip(self.shares, self.sizes, strict=True)
        return tuple(((1.0 + share) ** part - 1.0) * (size or 1.0) for share, size in rows)

    def step(self, figure: int, part: float, value: float) -> float:
        """One part of what may be given away of a value."""
        return self.steps(part)[figure] * (abs(value) if self.sizes[figure] is None else 1.0)

    def better(self, values: Floats) -> Floats:
        """(N, d): what is dominated by these better values is near enough to the points that have
        ``values``."""
        rows = zip(values.T, self.steps(CLOSED), self.relative, strict=True)
        columns = [v / (1.0 + step) if share else v - step for v, step, share in rows]
        if len(columns) == 3:
            columns[2] = self._rounded_up(columns[2])
        return np.column_stack(columns)

    def _rounded_up(self, third: Floats) -> Floats:
        step = self.steps(LEVELS)[2]
        if step == 0.0:
            return third
        if self.sizes[2] is None:
            unit = np.log1p(step)
            rounded = np.exp(np.ceil(np.log(third) / unit) * unit)
        else:
            rounded = np.ceil(third / step) * step
        return np.asarray(np.maximum(third, rounded))
