"""Why a baseline found no plan: what even its best placements break, and by how much."""

from dataclasses import dataclass
from typing import Literal

from scheduler.infeasible import Infeasible
from scheduler.problem import Problem

Binding = Literal["cores", "memory", "deadline", "accuracy", "other limits"]
"""What stops the placements of a baseline."""


class NoPlacement(Infeasible):
    """A baseline's own placements all break some limit; other plans may not."""

    def __init__(self, reason: str, detail: str, binding: Binding) -> None:
        super().__init__(reason, detail)
        self.binding = binding


@dataclass(slots=True)
class Shortfall:
    """The least that placements tried so far fall short by, one limit after the other."""

    able: bool = False
    """Whether any can be computed at all: cores that can, links where they are needed."""
    excess_bytes: int | None = None
    """Of those, the fewest bytes too many in any memory."""
    latency_ns: int | None = None
    """Of those that fit, the least worst-case latency."""
    loss: float | None = None
    """Of those in time, the least accuracy lost."""

    def note_excess(self, excess_bytes: int) -> None:
        """A placement that can be computed."""
        self.able = True
        if self.excess_bytes is None or excess_bytes < self.excess_bytes:
            self.excess_bytes = excess_bytes

    def note_latency(self, latency_ns: int) -> None:
        """A placement that fits."""
        if self.latency_ns is None or latency_ns < self.latency_ns:
            self.latency_ns = latency_ns

    def note_loss(self, loss: float) -> None:
        """A placement that fits and is in time."""
        if self.loss is None or loss < self.loss:
            self.loss = loss

    def refusal(self, problem: Problem, method: str) -> NoPlacement:
        """The answer of a baseline that found nothing."""
        binding, detail = self._binding(problem)
        where = f"platform '{problem.platform.name}'"
        return NoPlacement(f"{method} found no plan on {where}", detail, binding)

    def _binding(self, problem: Problem) -> tuple[Binding, str]:
        limits = problem.limits
        if not self.able or self.excess_bytes is None:
            return "cores", "none of its placements can be computed by the cores it names"
        if self.excess_bytes > 0:
            return "memory", f"its placements need {self.excess_bytes} bytes more than there are"
        if self.latency_ns is None or self.latency_ns > limits.latency_max_ns:
            took = "" if self.latency_ns is None else f" takes {self.latency_ns / 1e6:.6g} ms and"
            return "deadline", (
                f"its fastest placement{took} misses the deadline of "
                f"{limits.latency_max_ns / 1e6:.6g} ms"
            )
        if self.loss is None or self.loss > limits.loss:
            return "accuracy", "what is left to it is less accurate than required"
        return "other limits", (
            "its placements fit and are in time, but break a limit on energy, latency or accuracy"
        )
