"""Several random pipelines on one platform, for property tests of shared cores and links."""

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from scheduler.plan import Plan
from simulator.queues import QueueRule
from simulator.workload import Workload
from tests.simulator_strategies import CORES, plans
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan, releases


@dataclass(frozen=True, slots=True)
class SharedScene:
    """What ``simulate_together`` takes."""

    pipelines: tuple[tuple[Plan, Workload], ...]
    queue: QueueRule
    priorities: tuple[int, ...]


def with_arbitration(plan: Plan, arbitrations: tuple[str, ...]) -> Plan:
    """The plan on a platform whose links are shared as given, in turn."""
    links = tuple(
        replace(link, arbitration=arbitrations[i % len(arbitrations)])
        for i, link in enumerate(plan.platform.links)
    )
    return replace(plan, platform=replace(plan.platform, links=links))


@st.composite
def chains(draw: st.DrawFn) -> list[SegmentSpec]:
    """One to four segments."""
    return [
        SegmentSpec(
            draw(st.sampled_from(CORES)),
            draw(st.integers(0, 400)),
            draw(st.sampled_from(["fast", "slow"])),
            draw(st.none() | st.builds(GateSpec, st.integers(0, 50))),
            draw(st.sampled_from(["none", "int8"])),
            draw(st.integers(0, 30)),
            draw(st.integers(0, 30)),
        )
        for _ in range(draw(st.integers(1, 4)))
    ]


@st.composite
def streams(draw: st.DrawFn, plan: Plan) -> Workload:
    """Up to eight releases, some at one instant."""
    gaps = draw(st.lists(st.sampled_from([0, 100, 300]) | st.integers(0, 2000), max_size=8))
    times, now = [], 0
    for gap in gaps:
        now += gap
        times.append(now)
    each = {"min_size": len(times), "max_size": len(times)}
    return releases(
        times,
        draw(st.lists(st.integers(-1, len(plan.gates) - 1), **each)),
        draw(st.integers(0, 5_000)),
        draw(st.lists(st.integers(0, 1), **each)),
    )


@st.composite
def shared_scenes(draw: st.DrawFn, capacity: bool = True) -> SharedScene:
    """One to three pipelines over three cores and one or two links of either kind."""
    one = with_arbitration(
        draw(plans()), tuple(draw(st.lists(st.sampled_from(["fifo", "fair"]), min_size=2)))
    )
    device = one.platform
    periods = st.sampled_from([1e-6, 2e-6, 10e-6])
    group = [
        chain_plan(
            draw(chains()),
            cores=device.cores,
            links=device.links,
            rail_w=device.rail.power_w,
            period_s=draw(periods),
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    limit = st.none() | st.integers(1, 3) if capacity else st.none()
    return SharedScene(
        tuple((plan, draw(streams(plan))) for plan in group),
        QueueRule(draw(limit), draw(st.sampled_from(["drop_newest", "drop_oldest"]))),
        tuple(draw(st.integers(0, 2)) for _ in group),
    )
