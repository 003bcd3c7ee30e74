"""Predictions of published rows by everything but themselves.

Nothing of a board's chip is in the prior that it gets. A network is held out with all its rows of
that board, at every operating point. Whether other chips' rows of the network are in the prior
makes two protocols: ``new-chip``, in which the network is known from other chips, as it is for a
user with a chip of their own; ``new-network``, in which nothing has ever seen the network.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from threadpoolctl import threadpool_limits

from devicemodels.calibration.core_classes import CORE_CLASSES, CoreClass
from devicemodels.calibration.design import Design, Measured, design
from devicemodels.calibration.fit import Fitted, fit
from devicemodels.calibration.other_points import at_other_point
from devicemodels.calibration.population import Population, learn
from devicemodels.calibration.power import PowerRow, fit_power, typical_static_share
from devicemodels.operators import Operation
from devicemodels.published.mlperf_tiny import PublishedRow

HeldOut = Literal["none", "new-chip", "new-network", "operating-point", "point-of-network"]


@dataclass(frozen=True, slots=True)
class Judged:
    """A published row beside what the laws say of it."""

    row: PublishedRow
    """As published."""
    held_out: HeldOut
    """What the prediction did not know; ``none``: the row made the fit."""
    others: int
    """Rows of the same board that the prediction did know."""
    latency_s: float
    """Predicted."""
    latency_spread: float
    """Standard deviation of its logarithm, as the fit states it."""
    energy_j: float | None
    """Predicted, where other rows of the board give a power."""

    @property
    def latency_error(self) -> float:
        """Predicted over published, less 1."""
        return self.latency_s / self.row.latency_s - 1

    @property
    def energy_error(self) -> float | None:
        """Predicted over published, less 1; None where one of them is missing."""
        if self.energy_j is None or self.row.energy_j is None:
            return None
        return self.energy_j / self.row.energy_j - 1


@dataclass(frozen=True, slots=True)
class Others:
    """What other chips' rows say."""

    boards: Population
    """Of times."""
    static_share: float
    """Of static power, at the slowest point."""


def usable(rows: Iterable[PublishedRow]) -> tuple[PublishedRow, ...]:
    """Rows of a class of ours, int8, with a clock; what was published again unchanged only once."""
    seen = set()
    kept = []
    for row in rows:
        if not row.core_class or row.precision != "int8" or row.frequency_hz is None:
            continue
        same = (row.submitter, row.device, row.network, row.frequency_hz, row.latency_s)
        if (*same, row.energy_j) not in seen:
            seen.add((*same, row.energy_j))
            kept.append(row)
    return tuple(kept)


def relatives(core_class: CoreClass, rows: Sequence[PublishedRow]) -> tuple[PublishedRow, ...]:
    """The rows that a board of a class learns from."""
    return tuple(row for row in rows if row.core_class in core_class.learns_from)


def population(core_class: CoreClass, networks: Design, rows: Sequence[PublishedRow]) -> Population:
    """What ``rows`` of a pool say of a new board."""
    keys = list(dict.fromkeys(row.key for row in rows))
    kin = {row.key: row.kin for row in rows}
    measured = arrays(networks, rows, [keys.index(row.key) for row in rows])
    return learn(core_class, networks, measured, [kin[key] for key in keys])


def published_static_share(rows: Sequence[PublishedRow]) -> float:
    """What ``rows`` of chips with two operating points say of the share of static power."""
    chips = {row.key: row.chip for row in rows}
    newest = {chip: key for key, chip in chips.items()}
    boards = ([row for row in rows if row.key == key] for key in newest.values())
    return typical_static_share(_powers(board, {}) for board in boards)


def _powers(rows: Sequence[PublishedRow], working: Mapping[str, float]) -> list[PowerRow]:
    return [
        PowerRow(
            row.network,
            row.frequency_hz,
            row.voltage_v or 1.0,
            row.power_w,
            working.get(row.network, 1.0),
        )
        for row in rows
        if row.power_w is not None and row.frequency_hz is not None
    ]


def arrays(networks: Design, rows: Sequence[PublishedRow], device: Sequence[int]) -> Measured:
    """``rows`` as arrays; ``device`` says which board each is of."""
    return Measured(
        np.array(device, dtype=np.int64),
        np.array([networks.networks.index(row.network) for row in rows], dtype=np.int64),
        np.array([row.frequency_hz or 0.0 for row in rows], dtype=np.float64),
        np.log(np.array([row.latency_s for row in rows], dtype=np.float64)),
    )


def judge(
    rows: Sequence[PublishedRow],
    networks: Mapping[str, Sequence[Operation]],
    protocols: Sequence[HeldOut] = get_args(HeldOut),
) -> tuple[Judged, ...]:
    """Every usable row by every protocol in which it can be judged."""
    found: list[Judged] = []
    with threadpool_limits(limits=1, user_api="blas"):  # of small matrices threads only wait
        for chip in dict.fromkeys(row.chip for row in rows):
            tested = [row for row in rows if row.chip == chip]
            others = [row for row in rows if row.chip != chip]
            core_class = CORE_CLASSES[tested[0].core_class]
            prepared = design(core_class, networks)
            found += _judge_chip(core_class, prepared, tested, others, protocols)
    return tuple(found)


def _judge_chip(
    core_class: CoreClass,
    networks: Design,
    tested: Sequence[PublishedRow],
    others: Sequence[PublishedRow],
    protocols: Sequence[HeldOut],
) -> list[Judged]:
    found: list[Judged] = []
    whole = _others(core_class, networks, others)
    boards = {row.key: [each for each in tested if each.key == row.key] for row in tested}
    for rows in boards.values():
        if "none" in protocols:
            found += _predict(core_class, networks, whole, rows, rows, "none")
        if "operating-point" in protocols:
            for clock in dict.fromkeys(row.frequency_hz for row in rows):
                rest = [row for row in rows if row.frequency_hz != clock]
                there = [row for row in rows if row.frequency_hz == clock]
                if rest:
                    found += _predict(core_class, networks, whole, rest, there, "operating-point")
        if "point-of-network" in protocols:
            found += _points_of_networks(rows, whole.static_share)
        if "new-chip" in protocols:
            found += _left_out(core_class, networks, whole, rows, "new-chip", None)
    if "new-network" in protocols:
        for network in networks.networks:
            unseen = [row for row in others if row.network != network]
            blind = _others(core_class, networks, unseen)
            for rows in boards.values():
                found += _left_out(core_class, networks, blind, rows, "new-network", network)
    return found


def _points_of_networks(rows: Sequence[PublishedRow], static_share: float) -> Iterator[Judged]:
    """Each row of a board from all others, where these have another network at both points."""
    for row in rows:
        known = [each for each in rows if each is not row]
        told = at_other_point(row, known, static_share)
        if told is not None:
            energy_j = None if told.power_w is None else told.power_w * told.latency_s
            yield Judged(row, "point-of-network", len(known), told.latency_s, 0.0, energy_j)


def _others(core_class: CoreClass, networks: Design, rows: Sequence[PublishedRow]) -> Others:
    kin = relatives(core_class, rows)
    return Others(population(core_class, networks, kin), published_static_share(rows))


def _left_out(
    core_class: CoreClass,
    networks: Design,
    others: Others,
    rows: Sequence[PublishedRow],
    protocol: HeldOut,
    only: str | None,
) -> list[Judged]:
    found: list[Judged] = []
    for network in dict.fromkeys(row.network for row in rows):
        if only is None or network == only:
            rest = [row for row in rows if row.network != network]
            there = [row for row in rows if row.network == network]
            found += _predict(core_class, networks, others, rest, there, protocol)
    return found


def _predict(
    core_class: CoreClass,
    networks: Design,
    others: Others,
    known: Sequence[PublishedRow],
    wanted: Sequence[PublishedRow],
    protocol: HeldOut,
) -> list[Judged]:
    prior = others.boards.prior(wanted[0].kin)
    fitted: Fitted = fit(core_class, networks, arrays(networks, known, [0] * len(known)), prior)
    working = {
        network: fitted.working_share(networks, index)
        for index, network in enumerate(networks.networks)
    }
    powers = _powers(known, working)
    power = fit_power(powers, others.static_share) if powers else None
    found = []
    for row in wanted:
        clock = row.frequency_hz
        assert clock is not None
        index = networks.networks.index(row.network)
        latency_s, spread = fitted.latency_s(networks, index, clock)
        if protocol == "operating-point":
            latency_s *= _off_the_law(fitted, networks, known, row.network)
        volts, share = row.voltage_v or 1.0, working[row.network]
        watts = power.power_w(clock, volts, row.network, share) if power else None
        energy_j = latency_s * watts if watts is not None else None
        found.append(Judged(row, protocol, len(known), latency_s, spread, energy_j))
    return found


def _off_the_law(
    fitted: Fitted, networks: Design, known: Sequence[PublishedRow], network: str
) -> float:
    """By what factor the law is off on a network: that goes along to another operating point."""
    index = networks.networks.index(network)
    off = [
        row.latency_s / fitted.latency_s(networks, index, row.frequency_hz or 0.0)[0]
        for row in known
        if row.network == network
    ]
    return float(np.median(off)) if off else 1.0
