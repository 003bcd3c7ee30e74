"""Combinations put to the test: made into plans, and simulated together if that is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from scheduler.bounds import lower_bound
from scheduler.expectation import make_plan
from scheduler.pipelines.combinations import Combination
from scheduler.pipelines.priorities import rate_monotonic
from scheduler.pipelines.shared_plan import Confirm, Confirmation
from scheduler.plan import Plan
from scheduler.problem import Problem

METHOD = "column-generation"


@dataclass(frozen=True, slots=True)
class Refused:
    """A combination that missed a deadline when it was simulated."""

    columns: Combination
    """What was chosen."""
    plans: tuple[Plan, ...]
    """The same as plans."""
    confirmation: Confirmation
    """What was seen."""


class Trial:
    """Remembers the last combination tried, and all that were refused."""

    def __init__(
        self,
        problems: Sequence[Problem],
        priorities: Sequence[int] | None,
        confirm: Confirm | None,
    ) -> None:
        self._problems = problems
        self._priorities = priorities
        self._confirm = confirm
        self.plans: tuple[Plan, ...] = ()
        """Those tried last."""
        self.priorities: tuple[int, ...] = ()
        """Theirs."""
        self.confirmation: Confirmation | None = None
        """What was seen of them; None if nothing is simulated."""
        self.refused: list[Refused] = []
        """In the order in which they were tried."""

    def passes(self, columns: Combination) -> bool:
        """Whether the combination keeps all deadlines when it is simulated."""
        self.plans = tuple(
            make_plan(problem, c.assignment, method=METHOD, status="feasible", lower_bound=bound)
            for problem, c, bound in zip(self._problems, columns, self._bounds, strict=True)
        )
        given = self._priorities
        self.priorities = rate_monotonic(self.plans) if given is None else tuple(given)
        if self._confirm is None:
            return True
        self.confirmation = self._confirm(self.plans, self.priorities)
        if self.late:
            self.refused.append(Refused(columns, self.plans, self.confirmation))
        return not self.late

    @property
    def late(self) -> list[int]:
        """The pipelines tried last that missed a deadline."""
        seen = () if self.confirmation is None else self.confirmation.pipelines
        return [p for p, one in enumerate(seen) if one.late]

    @cached_property
    def _bounds(self) -> list[float]:
        """What each pipeline's own objective is at least, alone on the device."""
        return [lower_bound(problem) for problem in self._problems]
