"""The simulators against closed forms of queueing theory, each inside a 99.9 % interval.

Service in a chain is a sum of durations: what the gates leave of it. So a chain is M/G/1, and a
chain of equal segments with equal gates has a geometric number of them, which is M/M/1 as nearly as
its segments are short. Exponential service without any such limit, and several servers, are played
as placed graphs: customers are tasks that hold one unit of a pool, let in one after the other by a
clock, a core whose tasks last as long as the gaps between arrivals.
"""

from dataclasses import replace
from heapq import heapify, heapreplace
from math import exp, factorial

import numpy as np
import pytest

from devicemodels.platform import IdleState
from scheduler.graphs.problem import GraphEdge, GraphProblem, GraphTask, Resource, TaskMode
from simulator.confidence import batch_sums, mean_interval, ratio_interval
from simulator.engine import simulate, simulate_together
from simulator.placed.graph import simulate_schedule
from simulator.queues import QueueRule
from simulator.random_draws import uniform
from simulator.trace import Activity, Outcome
from simulator.workload import drawn
from tests.oracle_figures import agreement, beside
from tests.placed_worlds import Placement, ranked
from tests.simulator_worlds import GateSpec, SegmentSpec, bus, chain_plan, core

LEVEL = 0.999
TICKS = 1_000_000
"""Nanoseconds, or ticks, of a mean service."""


def at_once(name):
    """A core that sleeps and wakes in no time."""
    return core(name, idle_states=(IdleState("sleep", 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),))


def exponential(mean, count, seed, draw=0):
    return -mean * np.log1p(-uniform(seed, 0, np.arange(count), draw))


def arrivals(mean_gap, count, seed):
    """Whole ticks, the gaps between them exponential."""
    return np.round(np.cumsum(exponential(mean_gap, count, seed))).astype(np.int64)


def holds(values, expected, widest=0.1):
    """The 99.9 % interval of the mean, which holds ``expected`` and is narrow enough to say so."""
    values = np.asarray(values, dtype=np.float64)[len(values) // 20 :]  # without the empty start
    each = -(-len(values) // 1024)
    found = mean_interval(batch_sums(values) / each, LEVEL)
    assert not found.dependent
    assert found.half_width < widest * expected
    assert found.low < expected < found.high
    return found


# One server: chains.


def service_moments(plan):
    """Mean and mean square of the time on one core, from its MACs and stop rates, in ns."""
    graph, first, second = plan.task_graph, 0.0, 0.0
    for label, share in plan.requirements.class_prior.items():
        now, reaching = 0.0, share
        for index, segment in enumerate(graph.segments):
            now += graph.operators[index].macs
            head = graph.gate_after(segment.name)
            if head is not None:
                now += head.operators[0].macs
                stopped = reaching * head.stop_rate[label]
                first, second = first + stopped * now, second + stopped * now**2
                reaching -= stopped
        first, second = first + reaching * now, second + reaching * now**2
    return first, second


def gated_chain(gates, seed):
    """A chain on one core, with unlike segments, gates and stop rates."""
    draws = uniform(seed, 9, np.arange(gates + 1), np.arange(4)[:, np.newaxis])
    specs = [
        SegmentSpec(
            "dsp",
            int(100_000 + 1_500_000 * draws[0, i]),
            gate=GateSpec(int(200_000 * draws[1, i]), 0.9 * draws[2, i], 0.5 * draws[3, i])
            if i < gates
            else None,
        )
        for i in range(gates + 1)
    ]
    return chain_plan(specs, cores=[at_once("dsp")])


def played(plan, load, count, seed):
    """A run with Poisson arrivals whose fates are drawn from the plan's stop rates."""
    mean, _ = service_moments(plan)
    workload = drawn(plan, 1, count, seed)
    release_ns = arrivals(mean / load, count, seed + 1000)
    workload = replace(workload, release_ns=release_ns, duration_ns=int(release_ns[-1]))
    return simulate(plan, workload)


def waits_and_services(trace):
    """Of each sample, from its first and last activity; they follow each other without a gap."""
    done, count = trace.activities, len(trace.samples.release_ns)
    begin_ns = np.full(count, np.iinfo(np.int64).max)
    worked = np.zeros(count, dtype=np.int64)
    np.minimum.at(begin_ns, done.sample, done.start_ns)
    np.add.at(worked, done.sample, done.end_ns - done.start_ns)
    assert (begin_ns + worked == trace.samples.finish_ns).all()
    return begin_ns - trace.samples.release_ns, worked


@pytest.mark.parametrize("gates", range(2, 7))
def test_m_g_1_waits_as_pollaczek_and_khinchine_say(gates, record_property):
    """E[W] = rate E[S^2] / (2 (1 - load)), whatever the law of the service."""
    plan, load = gated_chain(gates, seed=gates), 0.6
    mean, square = service_moments(plan)
    waits, services = waits_and_services(played(plan, load, 20_000, seed=gates))
    assert holds(services, mean)
    expected = load / mean * square / (2 * (1 - load))
    found = holds(waits, expected, 0.2)
    agreement(
        record_property,
        f"mean wait at a core behind which {gates} gates stop samples, load {load}",
        "M/G/1: Pollaczek and Khinchine",
        len(waits),
        beside(found, expected),
    )


def geometric_chain(step, most):
    """Up to ``most`` segments of ``step`` of the mean service each, and a gate after each.

    A gate stops as many as an exponential loses in a step. The first segment is as long as what
    is lost in a step lasts on average, so that the mean service is exactly that of the exponential.
    """
    stop = 1 - exp(-step)
    first = 1 - step * exp(-step) / stop
    gate = GateSpec(0, stop, stop)
    specs = [
        SegmentSpec(
            "dsp", round(TICKS * (step if i else first)), gate=gate if i < most - 1 else None
        )
        for i in range(most)
    ]
    return chain_plan(specs, cores=[at_once("dsp")])


@pytest.mark.parametrize(
    ("load", "count"),
    [(0.5, 40_000), pytest.param(0.75, 120_000, marks=pytest.mark.heavy)],
)
def test_m_m_1_with_a_geometric_number_of_segments(load, count, record_property):
    """Within a step of 1/4 the square of the service is 0.26 % less than the exponential's."""
    plan = geometric_chain(0.25, 48)
    mean, square = service_moments(plan)
    assert mean == pytest.approx(TICKS, rel=1e-4)
    assert square == pytest.approx(2 * TICKS**2, rel=3e-3)
    waits, services = waits_and_services(played(plan, load, count, seed=3))
    assert holds(services, TICKS)
    expected = load / (1 - load) * TICKS
    agreement(
        record_property,
        f"mean wait for a geometric number of segments, load {load}",
        "M/M/1 (its square of the service is 0.26 % more)",
        count,
        beside(holds(waits, expected, 0.25), expected),
    )
    assert holds(waits > 0, load)
    tail = 2.0  # P(W > t) = load exp(-(1 - load) t / mean)
    assert holds(waits > tail * TICKS, load * exp(-(1 - load) * tail), 0.25)


def test_two_priorities_wait_as_cobham_says(record_property):
    """Without preemption: E[W1] = R / (1 - a), E[W2] = R / ((1 - a) (1 - a - b)), a and b the
    loads and R the mean rest of the service under way.

    A. Cobham, "Priority assignment in waiting line problems", Operations Research 2 (1954), 70-76.
    """
    urgent = chain_plan([SegmentSpec("dsp", 500_000)], cores=[at_once("dsp")])
    patient = chain_plan([SegmentSpec("dsp", 2_000_000)], cores=[at_once("dsp")])
    a, b, count = 0.3, 0.4, 30_000
    gaps = (500_000 / a, 2_000_000 / b)
    numbers = (count, int(count * gaps[0] / gaps[1]))
    pipelines = []
    for index, (plan, gap, number) in enumerate(zip((urgent, patient), gaps, numbers, strict=True)):
        release_ns = arrivals(gap, number, 20 + index)
        workload = drawn(plan, 1, number, 1)
        pipelines.append(
            (plan, replace(workload, release_ns=release_ns, duration_ns=release_ns[-1]))
        )
    both = simulate_together(pipelines, priorities=[0, 1])
    rest = (500_000**2 / gaps[0] + 2_000_000**2 / gaps[1]) / 2
    for trace, expected in zip(
        both.traces, (rest / (1 - a), rest / ((1 - a) * (1 - a - b))), strict=True
    ):
        waits, _ = waits_and_services(trace)
        agreement(
            record_property,
            f"mean wait in priority class {both.traces.index(trace) + 1}",
            "Cobham's non-preemptive priorities",
            len(waits),
            beside(holds(waits, expected, 0.25), expected),
        )


@pytest.mark.parametrize("load", [0.4, 0.9, 1.8])
def test_m_d_1_with_one_place_to_wait_loses_what_its_embedded_chain_says(load, record_property):
    """With room for one that waits, a departure leaves nobody behind with probability exp(-load);
    the share that finds no room is then 1 - 1 / (exp(-load) + load)."""
    plan = chain_plan([SegmentSpec("dsp", TICKS)], cores=[at_once("dsp")])
    count = 30_000
    release_ns = arrivals(TICKS / load, count, seed=31)
    workload = replace(drawn(plan, 1, count, 1), release_ns=release_ns, duration_ns=release_ns[-1])
    for policy in ("drop_newest", "drop_oldest"):
        trace = simulate(plan, workload, QueueRule(1, policy))
        lost = trace.samples.outcome == Outcome.DROPPED
        expected = 1 - 1 / (exp(-load) + load)
        agreement(
            record_property,
            f"share dropped with room for one, {policy}, load {load}",
            "M/D/1/2, embedded chain",
            count,
            beside(holds(lost, expected), expected),
        )


@pytest.mark.parametrize("load", [0.3, 0.7])
def test_a_fair_link_takes_as_long_as_processor_sharing_does(load, record_property):
    """M/G/1 with processor sharing: E[T] = E[S] / (1 - load), whatever the law of the size."""
    names, count = ("dsp", "cpu"), 25_000
    link = bus(names, latency_s=0.0, bandwidth_bytes_per_s=400 / (TICKS * 1e-9), arbitration="fair")
    plan = chain_plan(
        [SegmentSpec("dsp", 0), SegmentSpec("cpu", 0)],
        cores=[at_once(n) for n in names],
        links=[link],
    )
    release_ns = arrivals(TICKS / load, count, seed=41)
    workload = replace(drawn(plan, 1, count, 1), release_ns=release_ns, duration_ns=release_ns[-1])
    done = simulate(plan, workload).activities
    sent = done.activity == Activity.TRANSFER
    lasted = np.empty(count)
    lasted[done.sample[sent]] = (done.end_ns - done.start_ns)[sent]
    expected = TICKS / (1 - load)
    agreement(
        record_property,
        f"mean transfer over a fair link, load {load}",
        "M/G/1 with processor sharing",
        count,
        beside(holds(lasted, expected, 0.2), expected),
    )
    assert lasted.min() >= TICKS


# Several servers: pools of placed graphs.


def pool(arrive, service, servers):
    """Customers of one pool, served in the order in which a clock lets them in."""
    gaps = np.diff(arrive, prepend=0)
    count = len(arrive)
    clock = [
        GraphTask(f"arrival{i}", (TaskMode("m", int(gap), 0, (1, 0)),))
        for i, gap in enumerate(gaps)
    ]
    served = [
        GraphTask(f"customer{i}", (TaskMode("m", int(ticks), None, (0, 1)),))
        for i, ticks in enumerate(service)
    ]
    problem = GraphProblem(
        "queue",
        (Resource("clock"), Resource("servers", servers)),
        tuple(one for both in zip(clock, served, strict=True) for one in both),
        tuple(GraphEdge(2 * i, 2 * i + 1) for i in range(count)),
    )
    every = tuple(range(2 * count))
    trace = simulate_schedule(ranked(Placement(problem, (0,) * (2 * count), every, ())))
    assert (np.array(trace.task_finish[0::2]) == arrive).all()
    return np.array(trace.task_start[1::2]) - arrive


def first_come_first_served(arrive, service, servers):
    """Waits by the recursion of Kiefer and Wolfowitz, in whole ticks."""
    free, waits = [0] * servers, []
    heapify(free)
    for at, lasts in zip(arrive.tolist(), service.tolist(), strict=True):
        start = max(at, free[0])
        heapreplace(free, start + lasts)
        waits.append(start - at)
    return np.array(waits)


def erlang_c(servers, offered):
    """Probability that a customer waits, of ``offered`` erlangs."""
    waiting = offered**servers / factorial(servers) * servers / (servers - offered)
    return waiting / (sum(offered**n / factorial(n) for n in range(servers)) + waiting)


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (1, 0.75), (2, 0.7), (3, 0.8), (8, 0.8)])
def test_m_m_c_waits_as_erlang_says(servers, load, record_property):
    """C(c, a), and E[W] = C mean / (c - a); for one server load and load / (1 - load)."""
    count, offered = 60_000, servers * load
    arrive = arrivals(TICKS / offered, count, seed=50 + servers)
    service = np.round(exponential(TICKS, count, seed=50 + servers, draw=1)).astype(np.int64)
    waits = pool(arrive, service, servers)
    assert (waits == first_come_first_served(arrive, service, servers)).all()
    waiting = erlang_c(servers, offered)
    assert servers > 1 or waiting == pytest.approx(load)
    assert holds(waits > 0, waiting)
    expected = waiting * TICKS / (servers - offered)
    agreement(
        record_property,
        f"mean wait for a pool of {servers}, load {load}",
        "Erlang C" if servers > 1 else "M/M/1",
        count,
        beside(holds(waits, expected, 0.35), expected),
    )
    only = np.asarray(waits[len(waits) // 20 :], dtype=np.float64)
    if servers > 1:  # who waits, waits as long as in one server that is as fast as all
        found = ratio_interval(batch_sums(only), batch_sums((only > 0).astype(float)), LEVEL)
        assert found.low < TICKS / (servers - offered) < found.high


@pytest.mark.parametrize("servers", [1, 2, 5])
@pytest.mark.parametrize("seed", range(5))
def test_any_queue_with_several_servers_follows_its_recursion(servers, seed, record_property):
    """Bursts of arrivals at one tick, and services that are short, long or nothing."""
    draws = uniform(seed, 7, np.arange(400)[:, np.newaxis], np.arange(2))
    arrive = np.cumsum(np.where(draws[:, 0] < 0.4, 0, np.round(60 * draws[:, 0]))).astype(np.int64)
    service = np.round(40 * servers * draws[:, 1] ** 3).astype(np.int64)
    service[0] = 0
    expected = first_come_first_served(arrive, service, servers)
    assert (pool(arrive, service, servers)[service > 0] == expected[service > 0]).all()
    agreement(
        record_property,
        "waits in bursts at pools of 1, 2 and 5",
        "Kiefer and Wolfowitz' recursion",
        len(arrive),
        "equal to the tick",
    )


def test_a_law_that_does_not_hold_is_seen():
    """The interval of an M/M/1 queue does not hold the wait of M/D/1."""
    arrive = arrivals(TICKS / 0.75, 40_000, seed=51)
    service = np.round(exponential(TICKS, 40_000, seed=51, draw=1)).astype(np.int64)
    with pytest.raises(AssertionError):
        holds(pool(arrive, service, 1), 0.75 * TICKS / (2 * 0.25), 0.35)
