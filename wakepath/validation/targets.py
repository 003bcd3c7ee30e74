"""What was asked of the device models, what came out, and what the rows lack where it is missed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.stats import kendalltau

from devicemodels.calibration.held_out import HeldOut, Judged
from wakepath.validation.always_on import always_on_rows, slow_and_steady
from wakepath.validation.ethos import ethos_rows
from wakepath.validation.mlperf import NETWORKS, judged_rows, left_out_rows

TOO_FEW_RELATIVES = (
    "boards whose class has few chips (vector cores, NPUs, RISC-V, cores without SIMD) have no "
    "relatives with their architecture, and two latencies of whole networks do not tell seven "
    "parameters; times of single layers would, or a third network with depthwise and linear layers"
)
UNCLOCKED = (
    "one operating point does not tell which part of a time is not clocked: memories of NDP120 and "
    "K1 run at clocks of their own; one network measured at the second point tells it"
)
ACTIVITY = (
    "the other point's static power is an estimate while one point is known, and so is what is not "
    "clocked"
)
NEAR_TIES = (
    "boards whose published energies are closer than the error of a prediction change places; "
    "most of them are one chip at two clocks, or NPUs without relatives"
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


def energy_order(network: str, protocol: HeldOut = "new-chip") -> tuple[float, int]:
    """Kendall's tau between predicted and published energies of a network, and how many boards.

    A board is a chip at a clock, by its newest row.
    """
    newest: dict[tuple[str, float | None], Judged] = {}
    for one in sorted(judged_rows(), key=lambda one: one.row.round):
        right = one.held_out == protocol and one.row.network == network
        if right and one.energy_error is not None and one.others:
            newest[one.row.chip, one.row.frequency_hz] = one
    pairs = [(one.row.energy_j, one.energy_j) for one in newest.values()]
    if len(pairs) < 2:
        return 1.0, len(pairs)
    return float(kendalltau([a for a, _ in pairs], [b for _, b in pairs]).statistic), len(pairs)


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
    for network in NETWORKS:
        tau, boards = energy_order(network)
        name = f"order of boards by energy for {network} (Kendall's tau)"
        found.append(Target(name, 0.95, True, tau, boards, True, NEAR_TIES))
    found.append(
        _median(
            "always-on mean power, median",
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
