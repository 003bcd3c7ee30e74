"""Laws from rows: parameters that are known come back, and what is unknown says so."""

from itertools import pairwise

import numpy as np
import pytest

from devicemodels.calibration.fit import fit
from devicemodels.calibration.population import Kin
from devicemodels.calibration.power import PowerRow, fit_power
from devicemodels.published.mlperf_tiny import mlperf_tiny_rows
from tests.calibration_worlds import (
    CLASS,
    CLOCK_HZ,
    NETWORKS,
    measured,
    networks,
    prior,
    published,
)

THREE = ("kws", "ic", "ad")
TOLD = {"cycles_per_mac.conv", "cycles_per_mac.depthwise_conv", "cycles_per_mac.linear"}


def test_parameters_come_back_within_the_stated_uncertainty() -> None:
    """Drawn from the prior, 60 boards: as many lie within one and two spreads as should."""
    given = prior(processor="cortex-m4")
    rng = np.random.default_rng(1)
    away = []
    for _ in range(60):
        theta = rng.multivariate_normal(given.mean, given.covariance)
        rows = measured(theta, THREE, list(0.02 * rng.standard_normal(3)))
        found = fit(CLASS, networks(), rows, given)
        away.append((found.theta - theta) / np.sqrt(np.diag(found.covariance)))
    share_1 = np.mean(np.abs(away) < 1)
    share_2 = np.mean(np.abs(away) < 2)
    assert 0.60 < share_1 < 0.80
    assert share_2 > 0.92


def test_a_network_that_was_not_measured_is_predicted_within_its_uncertainty() -> None:
    given = prior(processor="cortex-m33")
    rng = np.random.default_rng(2)
    vww = NETWORKS.index("vww")
    inside = 0
    for _ in range(40):
        theta = rng.multivariate_normal(given.mean, given.covariance)
        found = fit(CLASS, networks(), measured(theta, THREE), given)
        predicted_s, spread = found.latency_s(networks(), vww, CLOCK_HZ)
        true_s = float(np.exp(measured(theta, ("vww",)).log_s[0]))
        inside += abs(np.log(predicted_s / true_s)) < 2 * spread
    assert inside >= 36


def test_one_row_that_is_far_off_pulls_little() -> None:
    """Two rows of each network; one of them took twice as long."""
    given = prior(processor="cortex-m4")
    rows = measured(given.mean, (*THREE, *THREE), [0.0] * 5 + [np.log(2)])
    found = fit(CLASS, networks(), rows, given)
    assert np.abs(found.theta - given.mean).max() < 0.1


def test_more_rows_leave_less_unknown() -> None:
    given = prior()
    spreads = [
        [each.spread for each in fit(CLASS, networks(), rows, given).estimates]
        for rows in (measured(given.mean, NETWORKS[:count]) for count in (1, 2, 3, 4))
    ]
    for fewer, more in pairwise(spreads):
        assert all(after <= before * (1 + 1e-6) for before, after in zip(fewer, more, strict=True))


@pytest.mark.parametrize(
    ("which", "told"),
    [
        (("ic",), {"cycles_per_mac.conv"}),
        (("ad",), {"cycles_per_mac.linear"}),
        (THREE, TOLD),
    ],
)
def test_rows_tell_what_their_networks_have(which: tuple[str, ...], told: set[str]) -> None:
    """``ad`` has linears only, ``ic`` no depthwise convolution."""
    given = prior()
    found = fit(CLASS, networks(), measured(given.mean, which), given)
    assert {each.name for each in found.estimates if each.identified} == told


def test_relatives_narrow_the_prior() -> None:
    def size(**kin: str) -> float:
        return float(np.linalg.slogdet(prior(**kin).covariance)[1])

    stranger = size()
    same_processor = size(processor="cortex-m4")
    same_kernels = size(processor="cortex-m4", runtime="x-cube-ai 9")
    assert same_kernels < same_processor < stranger


def test_nothing_is_shared_where_nothing_is_known() -> None:
    assert Kin().share(Kin()) == 0.0
    assert Kin("a", "b", "c").share(Kin("a", "b", "c")) == pytest.approx(0.7)


def test_the_population_fits_its_own_rows() -> None:
    """Kernels tuned for one chip stay within the factor that the spread of a row allows for."""
    found = published()
    assert len(found.kin) > 60
    assert np.isfinite(found.posterior.theta).all()
    assert np.all(np.linalg.eigvalsh(found.posterior.covariance) > 0)


@pytest.mark.parametrize(
    ("volts", "hertz"), [((0.65, 0.8), (240e6, 370e6)), ((0.9, 1.1), (3e7, 1e8))]
)
def test_two_points_tell_k_from_static_power(
    volts: tuple[float, float], hertz: tuple[float, float]
) -> None:
    k, static_w = 230e-12, 2.2e-3
    rows = [
        PowerRow(network, f, v, k * v * v * f + static_w)
        for v, f in zip(volts, hertz, strict=True)
        for network in THREE
    ]
    found = fit_power(rows)
    assert found.identified
    assert abs(np.log(found.switched_capacitance_f / k)) < 2 * found.switched_capacitance_spread
    assert abs(np.log(found.static_power_w / static_w)) < 2 * found.static_spread
    for row in rows:
        assert found.power_w(row.frequency_hz, row.voltage_v, row.network) == pytest.approx(
            row.power_w, rel=0.02
        )


def test_one_point_tells_the_sum_and_says_so() -> None:
    found = fit_power([PowerRow(name, 1e8, 1.0, 20e-3) for name in THREE])
    assert not found.identified
    assert found.power_w(1e8, 1.0) == pytest.approx(20e-3, rel=1e-3)
    assert found.static_spread > 0.4


def test_a_meter_that_was_off_once_pulls_little() -> None:
    rows = [PowerRow("kws", f, 1.0, 100e-12 * f + 1e-3) for f in (5e7, 1e8, 2e8, 4e8)]
    spoilt = [*rows, PowerRow("kws", 1e8, 1.0, 3 * (100e-12 * 1e8 + 1e-3))]
    assert fit_power(spoilt).power_w(2e8, 1.0, "kws") == pytest.approx(21e-3, rel=0.05)


def test_networks_toggle_more_or_less() -> None:
    """GAP9's published powers: image classification draws more than key word spotting."""
    rows = [
        PowerRow(row.network, row.frequency_hz, row.voltage_v, row.power_w)
        for row in mlperf_tiny_rows()
        if row.chip == "GAP9" and row.power_w and row.frequency_hz and row.voltage_v
    ]
    found = fit_power(rows)
    assert found.activity["ic"] > found.activity["kws"] > found.activity["ad"]
    for row in rows:
        predicted_w = found.power_w(row.frequency_hz, row.voltage_v, row.network)
        assert predicted_w == pytest.approx(row.power_w, rel=0.02)
