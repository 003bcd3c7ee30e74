"""How fast the reference engine is, beside SimPy's own bare loop in the same run.

    python benchmarks/simulator_rate.py

A day of sensing at two samples a second (172,800) goes through a chain of three cores with two
gates. The yardstick is the least that SimPy could do for the same samples: one process a sample
that requests a ``Resource``, holds it, and releases it. Ratios are comparable between machines;
samples per second are not.
"""

from collections.abc import Generator
from statistics import median
from time import process_time

import simpy

from scheduler.plan import Plan
from simulator.engine import simulate
from simulator.metrics import metrics
from simulator.workload import drawn
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan

SAMPLES = 172_800
PERIOD_NS = 500_000_000
ROUNDS = 5
TARGET_PER_S = 30_000


def bare_resource_loop() -> None:
    """Each sample requests one resource, holds it, and releases it."""
    env = simpy.Environment()
    core = simpy.Resource(env)

    def sample() -> Generator[simpy.Event, None, None]:
        with core.request() as turn:
            yield turn
            yield env.timeout(1000)

    def sensor() -> Generator[simpy.Event, None, None]:
        for _ in range(SAMPLES):
            env.process(sample())
            yield env.timeout(PERIOD_NS)

    env.process(sensor())
    env.run()


def cascade() -> Plan:
    """Three cores, two gates."""
    return chain_plan(
        [
            SegmentSpec("dsp", 300_000, gate=GateSpec(20_000, 0.7, 0.02), codec="int8"),
            SegmentSpec("cpu", 500_000, gate=GateSpec(30_000, 0.6, 0.02)),
            SegmentSpec("npu", 700_000),
        ],
        period_s=PERIOD_NS / 1e9,
    )


def main() -> None:
    """Print the medians."""
    plan = cascade()
    workload = drawn(plan, PERIOD_NS, SAMPLES, seed=1)
    ours_s, bare_s, figures_s = [], [], []
    for _ in range(ROUNDS):
        began = process_time()
        trace = simulate(plan, workload)
        simulated = process_time()
        metrics(trace)
        counted = process_time()
        bare_resource_loop()
        ours_s.append(simulated - began)
        figures_s.append(counted - simulated)
        bare_s.append(process_time() - counted)
    ratios = [ours / bare for ours, bare in zip(ours_s, bare_s, strict=True)]
    activities = len(trace.activities.start_ns)
    print(
        f"a day of sensing: {SAMPLES} samples, {activities} activities, {ROUNDS} rounds, CPU time"
    )
    print(
        f"  reference engine  {median(ours_s):6.2f} s  {SAMPLES / median(ours_s):9.0f} samples/s  "
        f"(at least {TARGET_PER_S:,})"
    )
    print(f"  bare SimPy loop   {median(bare_s):6.2f} s  {SAMPLES / median(bare_s):9.0f} samples/s")
    print(f"  metrics           {median(figures_s):6.2f} s")
    print(
        f"  engine / bare loop: {median(ratios):.2f} "
        f"({min(ratios):.2f} to {max(ratios):.2f}), smaller is better"
    )


if __name__ == "__main__":
    main()
