"""Problems whose energies contain what a pipeline pays for cores and links.

Work on a core or a transfer over a link happens to the share of samples that reaches its segment,
as its energy does. So a price on expected time is a surcharge on energy, and a price on the time
of a sample that no gate stops is that surcharge over the share: then a choice of gates must be
settled first.
"""

from dataclasses import replace

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.pipelines.pricing import Prices
from scheduler.problem import CodecRow, Cost, KnobRow, ModeCosts, Problem

NEVER_REACHED = 1e-12
"""A segment that fewer samples reach has no price that its energy could carry."""


def rests(problem: Problem, idle: tuple[int, ...]) -> Problem:
    """The problem in which every core has only the idle state of ``idle``."""
    return replace(
        problem,
        wake=tuple((row[state],) for row, state in zip(problem.wake, idle, strict=True)),
        idle_power_w=tuple(
            (row[state],) for row, state in zip(problem.idle_power_w, idle, strict=True)
        ),
    )


def repriced(problem: Problem, prices: Prices, reach: tuple[float, ...] | None) -> Problem:
    """The problem with ``prices`` of cores and links in its energies.

    ``prices.power`` is what its own energy counts. ``reach`` is by segment the share of samples
    that comes there, for prices on the worst case; None for prices on the expected time.
    """
    surcharge = _Surcharge(problem, prices, reach)
    power = prices.power
    return replace(
        problem,
        knobs=tuple(
            tuple(surcharge.knob(row, s) for row in rows) for s, rows in enumerate(problem.knobs)
        ),
        gate=tuple(
            None if costs is None else surcharge.on_cores(costs, s)
            for s, costs in enumerate(problem.gate)
        ),
        codecs=tuple(
            tuple(surcharge.codec(row, e + 1) for row in rows)
            for e, rows in enumerate(problem.codecs)
        ),
        wake=tuple(tuple(_scaled(cost, power) for cost in row) for row in problem.wake),
        idle_power_w=tuple(tuple(watts * power for watts in row) for row in problem.idle_power_w),
        switch=tuple(_scaled(cost, power) for cost in problem.switch),
    )


class _Surcharge:
    """Adds to energies what the time costs."""

    def __init__(self, problem: Problem, prices: Prices, reach: tuple[float, ...] | None) -> None:
        self._core = [prices.core[mode.core] for mode in problem.modes]
        self._link = prices.link
        self._power = prices.power
        segments = len(problem.knobs)
        shares = (1.0,) * segments if reach is None else reach[:segments]
        self._weight = [1.0 / share if share > NEVER_REACHED else 0.0 for share in shares]

    def knob(self, row: KnobRow, segment: int) -> KnobRow:
        return replace(row, compute=self.on_cores(row.compute, segment))

    def codec(self, row: CodecRow, segment: int) -> CodecRow:
        return replace(
            row,
            encode=self.on_cores(row.encode, segment),
            decode=self.on_cores(row.decode, segment),
            transfer=tuple(
                self._cost(cost, price, segment)
                for cost, price in zip(row.transfer, self._link, strict=True)
            ),
        )

    def on_cores(self, costs: ModeCosts, segment: int) -> ModeCosts:
        return tuple(
            None if cost is None else self._cost(cost, price, segment)
            for cost, price in zip(costs, self._core, strict=True)
        )

    def _cost(self, cost: Cost, price_w: float, segment: int) -> Cost:
        seconds = cost.time_ns / NANOSECONDS_PER_SECOND
        paid_j = self._weight[segment] * price_w * seconds
        return Cost(cost.time_ns, self._power * cost.energy_j + paid_j)


def _scaled(cost: Cost, power: float) -> Cost:
    return Cost(cost.time_ns, power * cost.energy_j)
