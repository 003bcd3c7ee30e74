"""The table of power over time, read back."""

import csv
import io
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

from devicemodels.platform import Battery, Regulator, RegulatorLoad
from scheduler.plan import CAUSES
from simulator.engine import simulate
from simulator.power.battery import battery_energy_j
from simulator.power.csv_table import power_csv, write_power_csv
from simulator.power.energy import energy_by_cause_j
from simulator.power.energy_at import energy_at
from simulator.power.timeline import power_timeline
from simulator.workload import drawn
from tests.battery_strategies import powered_by
from tests.simulator_strategies import scenes
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan

BATTERY = Battery(1000.0, 0.9, 0.0, Regulator(0.1, (RegulatorLoad(3.0, 0.8),)))
PLAN = powered_by(
    chain_plan(
        [SegmentSpec("dsp", 300, gate=GateSpec(20)), SegmentSpec("cpu", 500), SegmentSpec("npu", 9)]
    ),
    BATTERY,
)


@pytest.fixture(scope="module")
def run():
    return simulate(PLAN, drawn(PLAN, 1500, 100, seed=3))


def read(text):
    rows = list(csv.reader(io.StringIO(text)))
    columns = list(zip(*rows[1:], strict=True))
    return {
        name: [int(Fraction(v) * 10**9) for v in column]
        if name == "time_s"
        else np.array([float(v) for v in column])
        for name, column in zip(rows[0], columns, strict=True)
    }


def test_columns_are_time_components_total_battery_causes(run):
    table = read(power_csv(run)[0])
    assert list(table) == [
        "time_s",
        *(f"{name}_w" for name in ("dsp", "cpu", "npu", "bus", "rail", "total", "battery")),
        *(f"{cause}_j" for cause in CAUSES),
        "total_j",
    ]


def test_rows_are_the_changes_and_the_ends(run):
    text, window = power_csv(run)
    table = read(text)
    assert window.rows == len(table["time_s"])
    assert (table["time_s"][0], table["time_s"][-1]) == (0, run.duration_ns)
    times = np.array(table["time_s"])
    assert (np.diff(times) > 0).all()
    timeline = power_timeline(run)
    for one in timeline.components:
        assert np.isin(one.time_ns, times).all()
        at = np.searchsorted(one.time_ns, times, side="right") - 1
        assert (table[f"{one.component}_w"] == one.power_w[at]).all()
    assert table["total_w"] == pytest.approx(
        sum(table[f"{one.component}_w"] for one in timeline.components)
    )


def test_the_last_row_is_the_energy_of_the_run_and_the_rows_are_its_integral(run):
    table = read(power_csv(run)[0])
    for cause, joules in energy_by_cause_j(run).items():
        assert table[f"{cause}_j"][-1] == pytest.approx(joules, rel=1e-12)
    lasts_s = np.diff(table["time_s"]) / 1e9
    impulses = sum(one.impulse_j.sum() for one in power_timeline(run).components)
    assert lasts_s @ table["total_w"][:-1] + impulses == pytest.approx(table["total_j"][-1])
    given_j = battery_energy_j(power_timeline(run), BATTERY, np.array([run.duration_ns]))[0]
    slope = (3.0 / 0.8 - 0.1) / 3.0
    spent_j = lasts_s @ table["battery_w"][:-1] + slope * impulses
    assert spent_j == pytest.approx(given_j, rel=1e-12)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(scenes())
def test_each_row_is_the_energy_at_its_instant(scene):
    run = simulate(scene.plan, scene.workload, scene.queue)
    if run.duration_ns == 0:
        return
    table = read(power_csv(run)[0])
    for row in range(0, len(table["time_s"]), 5):
        at = energy_at(run, table["time_s"][row])
        for cause, joules in at.by_cause_j.items():
            assert table[f"{cause}_j"][row] == pytest.approx(joules, rel=1e-12, abs=1e-18)


def test_a_window_is_bounded_and_counts_energy_from_the_start_of_the_run(run, tmp_path):
    path = tmp_path / "power.csv"
    window = write_power_csv(run, path, start_ns=20_000, length_ns=30_000)
    table = read(path.read_text())
    assert (table["time_s"][0], table["time_s"][-1]) == (20_000, 50_000)
    assert (window.start_ns, window.end_ns) == (20_000, 50_000)
    assert table["total_j"][0] == pytest.approx(
        sum(energy_at(run, 20_000).by_cause_j.values()), rel=1e-12
    )


def test_without_a_battery_there_is_no_column_for_it(run):
    bare = replace(run, plan=powered_by(PLAN, None))
    assert "battery_w" not in power_csv(bare)[0].splitlines()[0]


@pytest.mark.parametrize(("start_ns", "length_ns"), [(-1, 10), (0, 0), (10**9, 10)])
def test_a_window_that_shows_nothing_is_refused(run, start_ns, length_ns):
    with pytest.raises(ValueError, match="shows nothing of a run"):
        power_csv(run, start_ns, length_ns)


@pytest.mark.parametrize("at_ns", [-1, 10**9])
def test_energy_outside_the_run_is_refused(run, at_ns):
    with pytest.raises(ValueError, match="is not within a run"):
        energy_at(run, at_ns)
