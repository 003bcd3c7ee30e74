"""Random plans, workloads and queues for property tests of the simulator."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from devicemodels.platform import IdleState, OperatingPoint
from scheduler.plan import Plan
from simulator.queues import QueueRule
from simulator.workload import Workload
from tests.simulator_worlds import GateSpec, SegmentSpec, bus, chain_plan, core, releases

CORES = ("dsp", "cpu", "npu")
NANO = 1e-9


@dataclass(frozen=True, slots=True)
class Scene:
    """What ``simulate`` takes."""

    plan: Plan
    workload: Workload
    queue: QueueRule


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Chains of one to five segments over three cores, on one link or on two."""
    cores = [
        core(
            name,
            idle_states=(
                IdleState(
                    "sleep",
                    draw(st.floats(0.0, 0.5)),
                    0.0,
                    draw(st.just(0) | st.integers(0, 300)) * NANO,
                    0.0,
                    draw(st.integers(0, 10)) * NANO,
                    draw(st.integers(0, 10)) * NANO,
                ),
            ),
            operating_points=(
                OperatingPoint("fast", 1e9, 1.0, draw(st.floats(0.0, 2.0))),
                OperatingPoint("slow", 5e8, 0.5, 0.25),
            ),
            switch_latency_s=draw(st.integers(0, 60)) * NANO,
        )
        for name in draw(st.permutations(CORES))
    ]
    latencies = (st.just(0) | st.integers(0, 100)).map(lambda ns: ns * NANO)
    rates = st.sampled_from([4e8, 1e9, 1e15])
    pairs = draw(st.sampled_from([[CORES], [CORES[:2], CORES]]))
    links = [
        bus(pair, name=f"link{i}", latency_s=draw(latencies), bandwidth_bytes_per_s=draw(rates))
        for i, pair in enumerate(pairs)
    ]
    segments = [
        SegmentSpec(
            draw(st.sampled_from(CORES)),
            draw(st.integers(0, 400)),
            draw(st.sampled_from(["fast", "slow"])),
            draw(st.none() | st.builds(GateSpec, st.integers(0, 50))),
            draw(st.sampled_from(["none", "int8"])),
            draw(st.integers(0, 30)),
            draw(st.integers(0, 30)),
        )
        for _ in range(draw(st.integers(1, 5)))
    ]
    return chain_plan(segments, cores=cores, links=links, rail_w=draw(st.floats(0.0, 0.5)))


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """A plan, up to twelve releases (many at one instant), and queues that may overflow."""
    plan = draw(plans())
    gaps = draw(
        st.lists(st.sampled_from([0, 0, 100, 300]) | st.integers(0, 2000), min_size=1, max_size=12)
    )
    times, now = [], 0
    for gap in gaps:
        now += gap
        times.append(now)
    gates = st.integers(-1, len(plan.gates) - 1)
    each = {"min_size": len(times), "max_size": len(times)}
    workload = releases(
        times,
        draw(st.lists(gates, **each)),
        draw(st.integers(0, 10_000)),
        draw(st.lists(st.integers(0, 1), **each)),
    )
    queue = QueueRule(
        draw(st.none() | st.integers(1, 3)), draw(st.sampled_from(["drop_newest", "drop_oldest"]))
    )
    return Scene(plan, workload, queue)


def slower(plan: Plan, factor: int) -> Plan:
    """The same plan in a world where everything takes ``factor`` times as long."""
    platform = plan.platform
    cores = tuple(
        replace(
            one,
            operating_points=tuple(
                replace(point, frequency_hz=point.frequency_hz / factor)
                for point in one.operating_points
            ),
            idle_states=tuple(
                replace(state, exit_latency_s=state.exit_latency_s * factor)
                for state in one.idle_states
            ),
            switch_latency_s=one.switch_latency_s * factor,
        )
        for one in platform.cores
    )
    links = tuple(
        replace(
            link,
            latency_s=link.latency_s * factor,
            bandwidth_bytes_per_s=link.bandwidth_bytes_per_s / factor,
        )
        for link in platform.links
    )
    return replace(plan, platform=replace(platform, cores=cores, links=links))
