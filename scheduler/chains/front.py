"""The Pareto front of a chain: every trade-off between up to three figures.

With widths of 0 the front is exact. Otherwise it is thinned, and proved: every plan has a point of
the front that is worse by no more than the width in any figure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.archive import thin
from scheduler.chains.frontier import Frontier
from scheduler.chains.goals import bounds_of
from scheduler.chains.model import Chain
from scheduler.chains.moves import Prices
from scheduler.chains.tables import Floats
from scheduler.chains.widths import THIN, Widths
from scheduler.expectation import Assignment
from scheduler.infeasible import Infeasible
from scheduler.kernels.arcs import CHARGED, ENERGY, LOSS, MAX, MEAN, P99
from scheduler.problem import Problem

FIGURES = {
    "energy": ENERGY,
    "latency_mean": MEAN,
    "latency_p99": P99,
    "latency_max": MAX,
    "accuracy": LOSS,
}
"""What may be traded off, as a chain's figures count it."""

WIDTHS = {figure: 1e-3 if code == LOSS else 1e-2 for figure, code in FIGURES.items()}
"""Share of each figure that one is willing to give away, unless something else is asked for."""

MOST_FIGURES = 3


@dataclass(frozen=True, slots=True)
class FrontPoint:
    """One trade-off."""

    values: tuple[float, ...]
    """In the order of the front's figures: joules (with prices, if there were any), seconds,
    share of right answers."""
    assignment: Assignment
    """A plan that has it."""


@dataclass(frozen=True, slots=True)
class Front:
    """All trade-offs, thinned."""

    figures: tuple[str, ...]
    """What is traded off."""
    epsilons: tuple[float, ...]
    """By figure: every plan has a point that is worse by no more than this share of the figure, of
    accuracy this share of the task graph's, in all figures at once."""
    points: tuple[FrontPoint, ...]
    """In order of their values, better ones first."""


def front(
    problem: Problem,
    figures: Sequence[str] = ("energy", "latency_max", "accuracy"),
    *,
    epsilons: Sequence[float] | None = None,
    prices: Prices | None = None,
) -> Front:
    """The Pareto front of a problem, within all its limits.

    Parameters
    ----------
    problem
        A chain; its objective does not matter.
    figures
        One to three different ones of ``FIGURES``; less is better, of accuracy more.
    epsilons
        By figure, the share of its value that one is willing to give away; 0 for the exact front.
        By default ``WIDTHS``.
    prices
        What the plan pays on top of its energy for what it shares with others.

    Raises
    ------
    Infeasible
        No plan keeps all limits.
    ValueError
        Unknown, repeated or too many figures, or an epsilon that is negative.
    TooManyLabels
        The front asked for is too large: allow wider epsilons.
    """
    shares = tuple(WIDTHS[f] for f in figures) if epsilons is None else tuple(epsilons)
    _check(figures, shares)
    chain = Chain(problem, prices or Prices.none(problem))
    codes = tuple(FIGURES[figure] for figure in figures)
    traded = tuple(CHARGED if f == ENERGY and prices is not None else f for f in codes)
    sizes = tuple(problem.graph.accuracy if f == LOSS else None for f in codes)
    widths = Widths(shares, sizes)
    found = Frontier(chain, traded, bounds_of(chain), widths).run()
    if not len(found.values):
        raise Infeasible(
            f"no plan for '{problem.name}' on platform '{problem.platform.name}' keeps all limits",
            "this was proved; plan for one objective to hear which limits are in the way",
        )
    kept = thin(found.values, widths.steps(THIN), widths.relative)
    points = (
        FrontPoint(tuple(_shown(problem, codes, values)), assignment)
        for values, assignment in zip(found.values[kept], found.assignments(kept), strict=True)
    )
    return Front(tuple(figures), shares, tuple(points))


def _check(figures: Sequence[str], shares: Sequence[float]) -> None:
    unknown = [figure for figure in figures if figure not in FIGURES]
    if unknown or len(set(figures)) < len(figures) or not 1 <= len(figures) <= MOST_FIGURES:
        raise ValueError(
            f"figures {tuple(figures)}: name one to three different ones of {', '.join(FIGURES)}"
        )
    if len(shares) != len(figures) or not all(share >= 0.0 for share in shares):
        raise ValueError(f"epsilons {tuple(shares)}: give one a figure, none negative")


def _shown(problem: Problem, codes: Sequence[int], values: Floats) -> Iterator[float]:
    for f, value in zip(codes, values, strict=True):
        if f == LOSS:
            yield problem.graph.accuracy - float(value)
        elif f == ENERGY:
            yield float(value)
        else:
            yield float(value) / NANOSECONDS_PER_SECOND
