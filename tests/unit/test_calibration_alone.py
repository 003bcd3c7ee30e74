"""Classes that learn from no board: NE16 by its architecture, cores under Linux by another chip."""

import numpy as np
import pytest

from devicemodels.calibration.calibrated import core_class_names
from devicemodels.calibration.core_classes import CORE_CLASSES, CYCLES_PER_DISPATCH
from devicemodels.calibration.design import Design, design
from devicemodels.calibration.fit import fit
from devicemodels.calibration.held_out import Judged, arrays, judge, population, usable
from devicemodels.calibration.power import PowerRow, fit_power
from devicemodels.published.mlperf_tiny import mlperf_tiny_rows
from networks.zoo.tiny import tiny_network

NE16 = CORE_CLASSES["ne16"]
NETWORKS = {name: tiny_network(name).operators for name in ("kws", "ic", "ad")}
ROWS = usable(row for row in mlperf_tiny_rows() if row.chip == "GAP9")


@pytest.fixture(scope="module")
def networks() -> Design:
    return design(NE16, NETWORKS)


@pytest.fixture(scope="module")
def judged() -> tuple[Judged, ...]:
    return judge(ROWS, NETWORKS)


@pytest.mark.parametrize("name", list(NETWORKS))
def test_the_counts_are_those_of_the_law(networks: Design, name: str) -> None:
    values = np.exp(NE16.typical_log)
    counts = networks.counts[networks.networks.index(name)]
    busy = NE16.law(list(values)).busy("npu", "w", NETWORKS[name], 1e6)
    assert counts @ values + CYCLES_PER_DISPATCH == pytest.approx(busy.seconds(1e6) * 1e6)


def test_it_learns_from_nobody_and_is_no_class_of_a_users_board(networks: Design) -> None:
    prior = population(NE16, networks, ()).prior(ROWS[0].kin)
    assert prior.mean == pytest.approx(NE16.typical_log)
    assert prior.covariance == pytest.approx(NE16.covariance)
    assert "ne16" not in core_class_names()
    assert "npu" in core_class_names()


def test_two_networks_tell_the_third(judged: tuple[Judged, ...]) -> None:
    left_out = [one for one in judged if one.held_out == "new-network"]
    assert len(left_out) == 6
    for one in left_out:
        assert one.energy_error is not None
        assert abs(one.latency_error) < 0.2
        assert abs(one.energy_error) < 0.25


def test_one_operating_point_tells_the_other(judged: tuple[Judged, ...]) -> None:
    left_out = [one for one in judged if one.held_out == "operating-point"]
    assert len(left_out) == 6
    for one in left_out:
        assert abs(one.latency_error) < 0.03


def test_threads_under_linux_are_set_up_for_tens_of_thousands_of_cycles() -> None:
    rows = usable(row for row in mlperf_tiny_rows() if row.chip == "K1")
    judged = judge(rows, NETWORKS, ["new-network"])
    assert len(judged) == 6
    assert all(abs(one.latency_error) < 0.35 for one in judged)


def test_the_share_of_set_up_is_that_of_the_law(networks: Design) -> None:
    prior = population(NE16, networks, ()).prior(ROWS[0].kin)
    fitted = fit(NE16, networks, arrays(networks, ROWS, [0] * len(ROWS)), prior)
    for index, name in enumerate(networks.networks):
        busy = fitted.law.busy("npu", "w", NETWORKS[name], 1e6)
        assert fitted.working_share(networks, index) == pytest.approx(busy.working_share(1e6))


def test_k_is_found_where_networks_work_for_different_shares_of_their_time() -> None:
    shares = {"kws": 0.8, "ad": 0.5}
    rows = [
        PowerRow(name, hz, volts, 2e-10 * volts**2 * hz * share + 2e-3, share)
        for name, share in shares.items()
        for hz, volts in ((240e6, 0.65), (370e6, 0.8))
    ]
    found = fit_power(rows)
    assert found.switched_capacitance_f == pytest.approx(2e-10, rel=0.01)
    assert found.static_power_w == pytest.approx(2e-3, rel=0.05)
    assert found.points == 2
    assert found.power_w(240e6, 0.65, "ad", 0.5) == pytest.approx(rows[2].power_w, rel=0.01)
