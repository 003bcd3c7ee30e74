"""The engine against queueing theory: closed forms and Lindley's recursion."""

import numpy as np
import pytest

from devicemodels.platform import IdleState
from simulator.engine import simulate
from simulator.metrics import metrics
from simulator.random_draws import uniform
from tests.oracle_figures import agreement
from tests.simulator_worlds import GateSpec, SegmentSpec, bus, chain_plan, core, releases

SERVICE_NS = 1_000_000
SAMPLES = 40_000
BATCHES = 20
T_999 = 3.883
"""Student's t with 19 degrees of freedom: 99.9 % of the mass lies within."""


def one_core(setup_ns):
    sleep = IdleState("sleep", 0.0, 0.0, setup_ns * 1e-9, 0.0, 0.0, 0.0)
    return chain_plan([SegmentSpec("dsp", SERVICE_NS)], cores=[core("dsp", idle_states=(sleep,))])


def poisson(rate_per_ns, seed):
    """Release times whose gaps are exponential."""
    gaps = -np.log1p(-uniform(seed, 0, np.arange(SAMPLES), 0)) / rate_per_ns
    return np.round(np.cumsum(gaps)).astype(np.int64).tolist()


def waits_ns(trace):
    """From release to the start of the service proper, the set-up included."""
    return trace.samples.finish_ns - trace.samples.release_ns - SERVICE_NS


def batch_interval(waits):
    """Mean and half width of its 99.9 % confidence interval, from batch means."""
    means = waits.reshape(BATCHES, -1).mean(axis=1)
    return means.mean(), T_999 * means.std(ddof=1) / np.sqrt(BATCHES)


@pytest.mark.parametrize("period_ns", [SERVICE_NS, SERVICE_NS + 1, 5 * SERVICE_NS])
def test_d_d_1_never_waits(period_ns):
    trace = simulate(one_core(0), releases(range(0, 100 * period_ns, period_ns)))
    assert (waits_ns(trace) == 0).all()


def test_d_d_1_beyond_saturation_waits_ever_longer():
    period_ns = SERVICE_NS - 7
    trace = simulate(one_core(0), releases(range(0, 100 * period_ns, period_ns)))
    assert (waits_ns(trace) == 7 * np.arange(100)).all()


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_m_d_1_waits_as_pollaczek_and_khinchine_say(load, record_property):
    trace = simulate(one_core(0), releases(poisson(load / SERVICE_NS, seed=2)))
    expected = load * SERVICE_NS / (2 * (1 - load))
    mean, half_width = batch_interval(waits_ns(trace))
    assert half_width < 0.25 * expected
    assert abs(mean - expected) < half_width
    agreement(
        record_property,
        f"mean wait at a core, load {load}",
        "M/D/1: Pollaczek and Khinchine",
        SAMPLES,
        f"{mean / expected:.4f} of it (99.9 % interval +- {half_width / expected:.4f})",
    )


@pytest.mark.parametrize("load", [0.2, 0.6])
def test_m_d_1_with_a_set_up_waits_as_welch_says(load, record_property):
    """Leaving idle is a set-up time D: E[W] gains (2 D + rate D^2) / (2 (1 + rate D)).

    P. D. Welch, "On a generalized M/G/1 queuing process in which the first customer of each busy
    period receives exceptional service", Operations Research 12 (1964), 736-752.
    """
    setup_ns, rate = 700_000, load / SERVICE_NS
    trace = simulate(one_core(setup_ns), releases(poisson(rate, seed=3)))
    expected = load * SERVICE_NS / (2 * (1 - load))
    expected += (2 * setup_ns + rate * setup_ns**2) / (2 * (1 + rate * setup_ns))
    mean, half_width = batch_interval(waits_ns(trace))
    assert half_width < 0.25 * expected
    assert abs(mean - expected) < half_width
    agreement(
        record_property,
        f"mean wait at a core that sleeps, load {load}",
        "M/D/1 with a set-up: Welch",
        SAMPLES,
        f"{mean / expected:.4f} of it (99.9 % interval +- {half_width / expected:.4f})",
    )


@pytest.mark.parametrize("seed", range(20))
def test_a_chain_of_cores_follows_lindleys_recursion(seed, record_property):
    """Cores a, b, c with a link each between them: what leaves one arrives at the next."""
    macs, wake_ns = (300, 450, 200), (100, 0, 250)
    links = [bus("ab", name="ab"), bus("bc", name="bc", latency_s=0.0)]
    cores = [
        core(name, idle_states=(IdleState("sleep", 0.1, 0.0, ns * 1e-9, 0.0, 0.0, 0.0),))
        for name, ns in zip("abc", wake_ns, strict=True)
    ]
    gate = GateSpec(20)
    plan = chain_plan(
        [
            SegmentSpec(name, ns, gate=gate if name == "a" else None)
            for name, ns in zip("abc", macs, strict=True)
        ],
        cores=cores,
        links=links,
    )
    draws = uniform(seed, 0, np.arange(400)[:, np.newaxis], np.arange(2))
    times = np.cumsum(np.round(draws[:, 0] * 900)).astype(np.int64)
    exits = np.where(draws[:, 1] < 0.3, 0, -1)
    trace = simulate(plan, releases(times.tolist(), exits.tolist()))

    passing = exits < 0
    left_a = serve(times, 300 + 20, wake_ns[0])
    at_b = serve(left_a[passing], 50 + 400, 0)
    at_c = serve(serve(at_b, 450, wake_ns[1]), 400, 0)
    expected = left_a.copy()
    expected[passing] = serve(at_c, 200, wake_ns[2])
    assert (trace.samples.finish_ns == expected).all()
    agreement(
        record_property,
        "finish of every sample on three cores and two links",
        "Lindley's recursion",
        len(expected),
        "equal to the nanosecond",
    )


def serve(arrive_ns, service_ns, wake_ns):
    """Departures of a first-come-first-served server that sleeps when it has no work."""
    depart_ns, free_ns = np.empty_like(arrive_ns), -1
    for index, at in enumerate(arrive_ns.tolist()):
        start = at + wake_ns if at > free_ns else free_ns
        free_ns = start + service_ns
        depart_ns[index] = free_ns
    return depart_ns


def test_the_mean_power_of_a_duty_cycle_is_the_weighted_mean():
    """2 W for a quarter of the time, nothing while idle, and 1/16 W of the rail."""
    period_ns, count = 4 * SERVICE_NS, 50
    workload = releases(range(0, count * period_ns, period_ns), duration_ns=count * period_ns)
    figures = metrics(simulate(one_core(0), workload))
    assert figures.mean_power_w == pytest.approx(2.0 / 4 + 0.0625, rel=1e-12)
