"""The arrays that are fitted are the law, and a fit never leaves the positive numbers."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.calibration.design import log_latency
from devicemodels.calibration.fit import fit
from devicemodels.calibration.power import PowerRow, fit_power
from tests.calibration_worlds import CLASS, NETWORKS, measured, networks, prior
from wakepath.testing.amounts import floats

examples = settings(max_examples=50, deadline=None, derandomize=True, database=None)

thetas = st.lists(
    floats(-0.9, 0.9), min_size=len(CLASS.parameters), max_size=len(CLASS.parameters)
).map(lambda away: CLASS.typical_log + np.array(away))


@examples
@given(theta=thetas)
def test_the_arrays_say_what_the_law_says(theta: np.ndarray) -> None:
    rows = measured(theta, NETWORKS)
    predicted, _ = log_latency(networks(), theta[None], rows)
    np.testing.assert_allclose(predicted, rows.log_s, atol=1e-6)


@examples
@given(theta=thetas, which=st.integers(0, len(CLASS.parameters) - 1))
def test_slopes_are_slopes(theta: np.ndarray, which: int) -> None:
    rows = measured(theta, NETWORKS)
    _, slope = log_latency(networks(), theta[None], rows)
    step = np.zeros_like(theta)
    step[which] = 1e-5
    above, _ = log_latency(networks(), (theta + step)[None], rows)
    below, _ = log_latency(networks(), (theta - step)[None], rows)
    np.testing.assert_allclose(slope[:, which], (above - below) / 2e-5, atol=1e-6)


@examples
@given(
    theta=thetas,
    which=st.lists(st.sampled_from(NETWORKS), min_size=1, max_size=6),
    noise=st.lists(floats(-1.5, 1.5), min_size=6, max_size=6),
)
def test_a_fit_is_a_law_whatever_the_rows_say(
    theta: np.ndarray, which: list[str], noise: list[float]
) -> None:
    rows = measured(theta, which, noise[: len(which)])
    found = fit(CLASS, networks(), rows, prior())
    for each in found.estimates:
        assert 0 < each.value < np.inf
        assert 0 < each.spread < np.inf
    assert np.all(np.linalg.eigvalsh(found.covariance) > 0)


@examples
@given(
    powers=st.lists(
        st.builds(
            PowerRow,
            st.sampled_from(NETWORKS),
            floats(1e6, 1e9),
            floats(0.5, 3.3),
            floats(1e-5, 1.0),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_a_power_law_rises_with_clock_and_voltage(powers: list[PowerRow]) -> None:
    found = fit_power(powers)
    assert found.switched_capacitance_f > 0
    assert found.static_power_w >= 0
    assert found.power_w(2e8, 1.0) >= found.power_w(1e8, 1.0)
    assert found.power_w(1e8, 1.2) >= found.power_w(1e8, 1.0)
