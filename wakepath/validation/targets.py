"""What was asked of the device models, what came out, and what the rows lack where it is missed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from scipy.stats import kendalltau

from devicemodels.calibration.held_out import HeldOut, Judged
from wakepath.validation.always_on import always_on_rows, slow_and_steady
from wakepath.validation.ethos import ethos_rows
from wakepath.validation.mlperf import NETWORKS, judged_rows, left_out_rows

TOO_FEW_RELATIVES = (
    "boards whose class has few chips (vector cores, NPUs, RISC-V, cores without SIMD) have no "
    "relatives with their architecture, and two latencies of whole networks do not tell seven "
    "parameters; times of single layers would, or a third network of all kinds of layers"
)
UNCLOCKED = (
    "one operating point does not tell which part of a time no clock shortens: about 3 % on NDP120 "
    "and 6 % on K1 at their slower points; rows at a second point tell it"
)
ACTIVITY = (
    "the other point's static power is an estimate while one point is known, and so is what is not "
    "clocked"
)
NO_NETWORK = "nothing has seen the network: a layer of its kinds on another board of the class"
SLEEP = (
    "what capturing audio draws is in no row but these, and all of them are predicted too low; "
    "static power, which decides at the slow clocks and in Sleep, needs a second operating point"
)
COMPILER = "the compiler's schedule of blocks within a layer is not published"


@dataclass(frozen=True, slots=True)
class Target:
    """One demand and its figure."""

    name: str
    """What is measured, on which rows."""
    limit: float
    """The bound that was asked for."""
    at_least: bool
    """Whether the figure must reach the limit, instead of staying below it."""
    figure: float
    """What came out."""
    rows: int
    """Rows behind it."""
    asked: bool
    """Whether it was asked for; otherwise it is there for comparison."""
    lacks: str
    """What the rows lack, should the target be missed."""

    @property
    def met(self) -> bool:
        """Whether the figure is on the right side of the limit."""
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit


@dataclass(frozen=True, slots=True)
class Spread:
    """Absolute errors of a set of rows."""

    rows: int
    """How many."""
    median: float
    """Median."""
    p90: float
    """90th percentile."""


def spread(errors: Sequence[float]) -> Spread:
    """The absolute errors in two figures; zeros for no rows."""
    if not errors:
        return Spread(0, 0.0, 0.0)
    size = np.abs(np.array(errors))
    return Spread(len(errors), float(np.median(size)), float(np.percentile(size, 90)))


def latency_errors(rows: Sequence[Judged]) -> list[float]:
    """Relative errors of latency."""
    return [one.latency_error for one in rows]


def energy_errors(rows: Sequence[Judged]) -> list[float]:
    """Relative errors of energy, where there is one."""
    return [one.energy_error for one in rows if one.energy_error is not None]


@dataclass(frozen=True, slots=True)
class Order:
    """How well boards are in order by energy."""

    tau: float
    """Kendall's tau between predicted and published."""
    boards: int
    """Chips at a clock, each by its newest row."""
    swapped: tuple[tuple[str, str], ...]
    """Pairs of chips that are the wrong way round."""


def energy_order(network: str, protocol: HeldOut = "new-chip") -> Order:
    """The order of boards by the energy of a network."""
    newest: dict[tuple[str, float | None], tuple[float, float]] = {}
    for one in sorted(judged_rows(), key=lambda one: one.row.round):
        right = one.held_out == protocol and one.row.network == network and one.others
        if right and one.row.energy_j is not None and one.energy_j is not None:
            newest[one.row.chip, one.row.frequency_hz] = (one.row.energy_j, one.energy_j)
    swapped = tuple(
        (first[0], second[0])
        for (first, (a, p)), (second, (b, q)) in combinations(newest.items(), 2)
        if (a - b) * (p - q) < 0
    )
    if len(newest) < 2:
        return Order(1.0, len(newest), swapped)
    published, predicted = zip(*newest.values(), strict=True)
    return Order(float(kendalltau(published, predicted).statistic), len(newest), swapped)


@cache
def targets() -> tuple[Target, ...]:
    """Every target, those that were asked for first in each group."""
    found: list[Target] = []
    protocols: tuple[tuple[HeldOut, bool, str], ...] = (
        ("new-chip", True, TOO_FEW_RELATIVES),
        ("new-network", False, NO_NETWORK),
    )
    for protocol, asked, lacks in protocols:
        rows = left_out_rows(protocol)
        which = f"left-out network, {protocol}"
        for quantity, limit, errors in (
            ("latency", 0.10, latency_errors(rows)),
            ("energy", 0.12, energy_errors(rows)),
        ):
            found += _both(f"{quantity} of a {which}", limit, errors, asked, lacks)
    points = [one for one in judged_rows() if one.held_out == "operating-point"]
    found += [
        _median("latency at a left-out operating point", 0.03, latency_errors(points), UNCLOCKED),
        _median("energy at a left-out operating point", 0.03, energy_errors(points), ACTIVITY),
    ]
    point = [one for one in judged_rows() if one.held_out == "point-of-network"]
    which = "of a network at a point where other networks are known"
    found += [
        _median(f"latency {which}", 0.03, latency_errors(point), UNCLOCKED),
        _median(f"energy {which}", 0.03, energy_errors(point), ACTIVITY),
    ]
    for network in NETWORKS:
        order = energy_order(network)
        name = f"order of boards by energy for {network} (Kendall's tau)"
        pairs = ", ".join(f"{first} and {second}" for first, second in order.swapped)
        lacks = f"closer than the error of a prediction: {pairs or 'none'}"
        found.append(Target(name, 0.95, True, order.tau, order.boards, True, lacks))
    found.append(
        _median(
            "always-on mean power",
            0.08,
            [o.held_out_error for o in always_on_rows()],
            SLEEP,
        )
    )
    worst = max(abs(one.held_out_error) for one in always_on_rows())
    rows_ = len(always_on_rows())
    found.append(
        Target("always-on mean power, the worst row", 0.08, False, worst, rows_, True, SLEEP)
    )
    for platform in ("stm32u575", "stm32l4r5"):
        published, _, simulated = slow_and_steady(platform)
        name = f"what slow-and-steady saves on {platform}, simulated less measured (fitted)"
        found.append(Target(name, 0.08, False, abs(simulated - published), 2, True, SLEEP))
    ethos = [row for row in ethos_rows() if row.held_out]
    for whole, name, limit in (
        (True, "Ethos-U cycles per left-out network", 0.10),
        (False, "Ethos-U cycles per layer of left-out networks", 0.20),
    ):
        errors = [row.error for row in ethos if (row.layer is None) == whole]
        found.append(_median(name, limit, errors, COMPILER))
    return tuple(found)


def _both(
    name: str, limit: float, errors: Sequence[float], asked: bool, lacks: str
) -> list[Target]:
    figures = spread(errors)
    return [
        Target(f"{name}, median", limit, False, figures.median, figures.rows, asked, lacks),
        Target(f"{name}, p90", 0.25, False, figures.p90, figures.rows, asked, lacks),
    ]


def _median(name: str, limit: float, errors: Sequence[float], lacks: str) -> Target:
    figures = spread(errors)
    return Target(f"{name}, median", limit, False, figures.median, figures.rows, True, lacks)


Errors = Callable[[Sequence[Judged]], list[float]]


def by_class(protocol: HeldOut, errors: Errors) -> dict[str, Spread]:
    """Errors of left-out networks by class of core."""
    rows = left_out_rows(protocol)
    classes = dict.fromkeys(one.row.core_class for one in rows)
    return {
        name: spread(errors([one for one in rows if one.row.core_class == name]))
        for name in classes
    }
