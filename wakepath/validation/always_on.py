"""Always-on mean power beside the published rows: held out, and by the catalog's simulation.

Held out, the streaming rows are left out entirely: mean power is duty times active power and the
rest of the time idle power. Active power is that of the same board's key word spotting; at another
clock it is scaled by the law of power, with the share of static power that other chips have. Idle
power is Sleep, for audio capture keeps clocks on: all of the static power, and of the dynamic power
at the clock of Sleep the share that another vendor's datasheet gives. What capture itself draws is
in no other row, and not counted. The shipped platforms were fitted with these rows: their
simulation shows that law and simulator agree with them, and is no prediction.
"""

from dataclasses import dataclass, replace
from functools import cache

from devicemodels.calibration.calibrated import static_share
from devicemodels.calibration.power import PowerRow, fit_power
from devicemodels.catalog import load_platform
from devicemodels.cost import MeasuredTimes, duration_ns, nanoseconds
from devicemodels.platform import Core, OperatingPoint
from devicemodels.published.mlperf_tiny import PublishedRow, mlperf_tiny_rows
from devicemodels.published.streaming_wake_word import StreamingRow, streaming_rows
from networks.zoo.tiny import tiny_network
from scheduler.plan import Plan, Requirements
from scheduler.registry import schedule
from scheduler.tabulation import make_problem
from scheduler.taskgraph import SampleClass

SLEEP_SHARE = 0.383
"""Dynamic power in Sleep over that of CoreMark: from 32 to 80 MHz Sleep rises from 1.36 to 2.97 mA
and CoreMark from 3.3 to 7.5 mA. Texas Instruments, MSPM0G3507 datasheet (SLASEX6B), supply
currents."""

STEPS = 500
"""Periods that are simulated: every one is the same."""

PRIOR: dict[SampleClass, float] = {"negative": 1.0, "positive": 0.0}
"""Without gates it does not matter."""


@dataclass(frozen=True, slots=True)
class AlwaysOnRow:
    """A published mean power, and what is said of it."""

    row: StreamingRow
    """As published."""
    held_out_w: float
    """Mean power without any of the streaming rows."""
    shipped_w: float
    """Mean power of the catalog's platform in the simulator, at the duty as measured."""
    network_duty: float
    """Share of the period that the catalog's law gives to the network alone: the front end, which
    turns sound into mel bands, is in the measured duty and not in the network."""

    @property
    def held_out_error(self) -> float:
        """Predicted over published, less 1."""
        return self.held_out_w / self.row.power_w - 1

    @property
    def shipped_error(self) -> float:
        """The same of the catalog's platform."""
        return self.shipped_w / self.row.power_w - 1


@cache
def always_on_rows() -> tuple[AlwaysOnRow, ...]:
    """One for each published row, in order."""
    return tuple(
        AlwaysOnRow(row, held_out_w(row), shipped_w(row), _network_duty(row))
        for row in streaming_rows()
    )


def slow_and_steady(platform: str) -> tuple[float, float, float]:
    """What the slow clock saves of mean power: published, held out, by the simulator.

    Of the platform's two published rows the slower clock against the faster one, which races to
    idle.
    """
    rows = [one for one in always_on_rows() if one.row.platform == platform]
    fast, slow = sorted(rows, key=lambda one: -one.row.frequency_hz)
    return (
        1 - slow.row.power_w / fast.row.power_w,
        1 - slow.held_out_w / fast.held_out_w,
        1 - slow.shipped_w / fast.shipped_w,
    )


def held_out_w(row: StreamingRow) -> float:
    """Mean power as the other rows of the board, and the class, would have it."""
    measured = _key_words(row)
    assert measured.power_w is not None and measured.frequency_hz is not None
    top = _point_at(_core(row), measured.frequency_hz)
    one = PowerRow("kws", top.frequency_hz, top.voltage_v, measured.power_w)
    law = fit_power([one], static_share())
    awake_w = law.power_w(row.frequency_hz, row.voltage_v, "kws")
    clocked_w = law.power_w(row.rest_frequency_hz, row.rest_voltage_v, "kws") - law.static_power_w
    asleep_w = law.static_power_w + SLEEP_SHARE * clocked_w
    return row.duty * awake_w + (1 - row.duty) * asleep_w


def shipped_w(row: StreamingRow) -> float:
    """Mean power of the catalog's platform in the simulator, periods of the duty as measured."""
    from simulator.engine import simulate  # noqa: PLC0415 - simpy is slow to import
    from simulator.metrics import metrics  # noqa: PLC0415
    from simulator.workload import drawn  # noqa: PLC0415

    plan = listening_plan(row)
    return metrics(simulate(plan, drawn(plan, nanoseconds(row.period_s), STEPS, 0))).mean_power_w


def listening_plan(row: StreamingRow) -> Plan:
    """The row's board at its clock: as long awake as was measured, in Sleep for the rest."""
    graph, platform, core = tiny_network("sww"), load_platform(row.platform), _core(row)
    works = [segment.work for segment in graph.segments]
    times_s = {**dict.fromkeys(works, 0.0), works[0]: row.duty * row.period_s}
    listening = replace(
        core,
        operating_points=(_point_at(core, row.frequency_hz),),
        idle_states=core.idle_states[:1],
        cost=MeasuredTimes(times_s),
    )
    platform = replace(platform, cores=(listening,), provenance={}, sources={})
    required = Requirements("energy", row.period_s, row.period_s, 0.0, PRIOR)
    graph = replace(graph, accuracy=1.0, recall=1.0, positive_share=0.5)
    return schedule(make_problem(row.board, graph, platform, required))


def _network_duty(row: StreamingRow) -> float:
    core, operators = _core(row), tiny_network("sww").operators
    time_ns = duration_ns(core.cost, core.name, "segment:sww", operators, row.frequency_hz)
    return time_ns / 1e9 / row.period_s


def _core(row: StreamingRow) -> Core:
    return load_platform(row.platform).cores[0]


def _point_at(core: Core, frequency_hz: float) -> OperatingPoint:
    return next(one for one in core.operating_points if one.frequency_hz == frequency_hz)


def _key_words(row: StreamingRow) -> PublishedRow:
    """Key word spotting of the same round, submitter and chip."""
    board = row.board.removesuffix("_70MHz").removesuffix("_60MHz")
    return next(
        one
        for one in mlperf_tiny_rows()
        if (one.round, one.board, one.network) == ("v1.3", board, "kws")
    )
