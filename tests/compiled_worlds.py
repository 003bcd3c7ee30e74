"""Random worlds for comparing the two engines: platform, plans, workloads and queues by a number.

Times are drawn from few values, so that exact ties are common, and so are overload and full queues.
"""

from dataclasses import dataclass, replace

import numpy as np

from devicemodels.platform import Core, IdleState, Link, OperatingPoint
from scheduler.plan import Plan
from simulator.compiled.long_run import LongRun
from simulator.idling.policies import (
    BreakEven,
    Clairvoyant,
    Fixed,
    IdlePolicy,
    Predictive,
    Timeout,
)
from simulator.queues import QueueRule
from simulator.shared_trace import SharedTrace
from simulator.sources.fates import Drawn
from simulator.sources.releases import (
    Burst,
    Jittered,
    Modulated,
    Periodic,
    Poisson,
    Release,
    State,
)
from simulator.sources.source import Source
from simulator.trace import Outcome
from simulator.workload import Workload
from tests.simulator_worlds import GateSpec, SegmentSpec, bus, chain_plan, core, releases

NAMES = ("dsp", "cpu", "npu", "gpu")
DURATION_NS = 200_000
"""Of long runs of random worlds."""


@dataclass(frozen=True, slots=True)
class World:
    """What both engines take."""

    pipelines: tuple[tuple[Plan, Workload], ...]
    queue: QueueRule
    priorities: tuple[int, ...]
    idle: IdlePolicy


def random_world(number: int) -> World:
    """The world of that number, always the same one."""
    rng = np.random.default_rng(number)
    step_ns = int(rng.choice([1, 10, 50]))  # the coarser, the more ties
    names = NAMES[: rng.integers(1, 5)]
    cores = [_core(rng, name, step_ns) for name in names]
    links = [_link(rng, names, i, step_ns) for i in range(rng.integers(1, 3))]
    rail_w = float(rng.uniform(0.0, 0.5))
    plans = [_plan(rng, cores, links, rail_w, step_ns) for _ in range(rng.integers(1, 4))]
    limit = None if rng.random() < 0.3 else int(rng.integers(1, 4))
    return World(
        tuple((plan, _stream(rng, plan, step_ns)) for plan in plans),
        QueueRule(limit, "drop_oldest" if rng.random() < 0.5 else "drop_newest"),
        tuple(int(priority) for priority in rng.integers(0, 3, len(plans))),
        _policy(rng, cores),
    )


def random_source(number: int, plan: Plan) -> Source:
    """The source of that number, at about the plan's pace or slower or faster."""
    rng = np.random.default_rng([number, 1])
    period_ns = round(plan.requirements.period_s * 1e9 * float(rng.choice([0.2, 1.0, 5.0])))
    paces = [
        Periodic(period_ns),
        Jittered(period_ns, int(rng.integers(1, period_ns + 1))),
        Poisson(period_ns),
    ]
    release: Release = paces[rng.integers(0, 3)]
    if rng.random() < 0.4:
        dwell_ns = 20 * period_ns
        pace = paces[rng.integers(0, 3)] if rng.random() < 0.5 else None
        release = Modulated(
            (State(paces[rng.integers(0, 3)], dwell_ns), State(pace, dwell_ns, 1.0))
        )
    bursts = (Burst(3 * period_ns, 4, int(rng.integers(0, 100))),) if rng.random() < 0.3 else ()
    return Source(release, Drawn(float(rng.choice([0.1, 0.5]))), bursts)


def _policy(rng: np.random.Generator, cores: list[Core]) -> IdlePolicy:
    """Any; where it has a limit, every core can keep it."""
    least_s = max(min(state.exit_latency_s for state in one.idle_states) for one in cores)
    limit_s = None if rng.random() < 0.5 else least_s + float(rng.choice([0.0, 50e-9]))
    after_s = tuple(np.cumsum(rng.integers(0, 500, rng.integers(0, 4))) * 1e-9)
    policies = [
        Fixed(),
        Timeout(after_s, limit_s),
        BreakEven(limit_s),
        Predictive(limit_s),
        Clairvoyant(limit_s),
    ]
    return policies[rng.integers(0, len(policies))]


def _core(rng: np.random.Generator, name: str, step_ns: int) -> Core:
    states = tuple(
        IdleState(
            f"state{depth}",
            float(rng.uniform(0.0, 0.5)) / (1 + depth),
            0.0,
            depth * 20e-9 + _ns(rng, 100, step_ns) * 1e-9,
            float(rng.integers(0, 400)) * 1e-9,
            float(rng.integers(0, 10)) * 1e-9 * depth,
            float(rng.integers(0, 10)) * 1e-9 * depth,
        )
        for depth in range(rng.integers(1, 4))
    )
    points = (
        OperatingPoint("fast", 1e9, 1.0, float(rng.uniform(0.0, 2.0))),
        OperatingPoint("slow", 5e8, 0.5, 0.25),
    )
    latency_s = _ns(rng, 60, step_ns) * 1e-9
    return core(name, idle_states=states, operating_points=points, switch_latency_s=latency_s)


def _link(rng: np.random.Generator, names: tuple[str, ...], index: int, step_ns: int) -> Link:
    return bus(
        names[:2] if index == 1 else names,
        name=f"link{index}",
        latency_s=_ns(rng, 100, step_ns) * 1e-9,
        bandwidth_bytes_per_s=float(rng.choice([4e8, 1e9, 1e15])),
        arbitration=str(rng.choice(["fifo", "fair"])),
    )


def _plan(
    rng: np.random.Generator, cores: list[Core], links: list[Link], rail_w: float, step_ns: int
) -> Plan:
    segments = [
        SegmentSpec(
            str(rng.choice([one.name for one in cores])),
            _ns(rng, 400, step_ns),
            str(rng.choice(["fast", "slow"])),
            GateSpec(_ns(rng, 50, step_ns)) if rng.random() < 0.5 else None,
            str(rng.choice(["none", "int8"])),
            _ns(rng, 30, step_ns),
            _ns(rng, 30, step_ns),
        )
        for _ in range(rng.integers(1, 6))
    ]
    idle = {one.name: one.idle_states[len(one.idle_states) // 2].name for one in cores}
    return chain_plan(
        segments, cores, links, idle, rail_w, period_s=float(rng.choice([1e-6, 2e-6, 10e-6]))
    )


def _stream(rng: np.random.Generator, plan: Plan, step_ns: int) -> Workload:
    count = int(rng.integers(0, 60))
    typical_ns = int(rng.choice([100, 600, 3000]))
    gaps = rng.choice([0, 1, 2], count) * _ns(rng, typical_ns, step_ns)
    return releases(
        np.cumsum(gaps).tolist(),
        rng.integers(-1, len(plan.gates), count).tolist(),
        int(rng.integers(0, 5_000)),
        rng.integers(0, 2, count).tolist(),
    )


def _ns(rng: np.random.Generator, limit: int, step_ns: int) -> int:
    """A duration up to ``limit``, in whole steps; none at all in one case of five."""
    if rng.random() < 0.2:
        return 0
    return int(rng.integers(1, max(2, limit // step_ns + 1))) * step_ns


@dataclass(frozen=True, slots=True)
class Character:
    """What is special about a run."""

    drops: bool
    """At least one sample found no room."""
    ties: bool
    """A sample was released, or work ended, at an instant at which work ended elsewhere."""
    saturated: bool
    """A core or link had more to do than time while samples came."""


def character(run: SharedTrace) -> Character:
    """What is special about a run."""
    done = run.activities()
    released = np.concatenate([trace.samples.release_ns for trace in run.traces])
    outcomes = np.concatenate([trace.samples.outcome for trace in run.traces])
    ends = np.unique(np.stack([done.end_ns, done.resource.astype(np.int64)]), axis=1)[0]
    elsewhere = len(np.unique(ends)) < len(ends)
    span_ns = int(np.ptp(released)) if len(released) else 0
    busy_ns = np.bincount(done.resource, weights=done.end_ns - done.start_ns, minlength=1)
    return Character(
        drops=bool((outcomes == Outcome.DROPPED).any()),
        ties=elsewhere or bool(np.isin(released, done.end_ns).any()),
        saturated=len(released) > 1 and bool(busy_ns.max() > span_ns),
    )


def sources_of(world: World, number: int) -> list[tuple]:
    """The plans of a world, each with a random source."""
    return [
        (plan, random_source(10 * number + index, plan))
        for index, (plan, _) in enumerate(world.pipelines)
    ]


def cascade(**changes):
    """Three cores, two gates; a sample takes 1 to 4 of the 10 us between two."""
    segments = [
        SegmentSpec("dsp", 600, gate=GateSpec(50, 0.7, 0.02), codec="int8", encode_macs=10),
        SegmentSpec("cpu", 900, gate=GateSpec(80, 0.6, 0.02)),
        SegmentSpec("npu", 700),
    ]
    return chain_plan(segments, **changes)


def assert_same(ours: LongRun, theirs: LongRun) -> None:
    """Two long runs came to the same to the last digit."""
    for name in ("energy_j", "samples", "misses"):
        column, wanted = getattr(ours.batches, name), getattr(theirs.batches, name)
        assert column.tolist() == wanted.tolist(), name
    batches = theirs.batches
    assert replace(ours, batches=batches) == theirs
