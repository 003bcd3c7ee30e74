"""How hard to search, and what of that is left."""

from dataclasses import dataclass
from time import monotonic

LEAST_WORK = 0.02
"""Deterministic time that each search is charged at least: building its model takes time, too."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How hard to search, and how."""

    seconds: float | None
    """Wall time; None for no limit."""
    work: float
    """CP-SAT's deterministic time; it counts only without a limit in seconds."""
    workers: int
    """Threads; with one and no limit in seconds the search is reproducible."""
    seed: int
    """Of random choices."""
    presolve: bool
    """Whether CP-SAT may simplify a model first."""


class Effort:
    """What has been spent of some limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.worked = 0.0
        """Deterministic time so far."""
        self._began = monotonic()

    def charge(self, work: float) -> None:
        """Count one search."""
        self.worked += max(LEAST_WORK, work)

    def spent(self) -> float:
        """The share of the limits that is gone; 1 or more if nothing is left."""
        if self.limits.seconds is None:
            return self.worked / self.limits.work if self.limits.work > 0.0 else 1.0
        if self.limits.seconds <= 0.0:
            return 1.0
        return (monotonic() - self._began) / self.limits.seconds

    def until(self, share: float) -> tuple[float | None, float | None]:
        """Seconds and deterministic time until ``share`` of the limits is gone; one is None."""
        left = max(0.0, share - self.spent())
        if self.limits.seconds is None:
            return None, left * self.limits.work
        return left * self.limits.seconds, None
