"""How fast the compiled engine is, beside the reference engine in the same run.

    python benchmarks/compiled_engine.py

The chain of three cores with two gates of ``benchmarks/simulator_rate.py``, with classes and gates
drawn at random. Samples per second are those of whole long runs, sources and figures included, by
CPU time; where that is said, the samples also meet each other, so that none can only be counted.
Ratios are comparable between machines; samples per second are not.
"""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import perf_counter, process_time

from benchmarks.simulator_rate import PERIOD_NS, cascade
from devicemodels.platform import IdleState, Regulator, RegulatorLoad
from scheduler.plan import Plan
from simulator.compiled.engine import simulate_compiled
from simulator.compiled.long_run import LongRun
from simulator.compiled.streaming import simulate_long
from simulator.engine import simulate
from simulator.idling.policies import FIXED, BreakEven, IdlePolicy, Predictive
from simulator.metrics import metrics
from simulator.queues import QueueRule
from simulator.sources.feed import workload
from simulator.sources.releases import Periodic, Poisson
from simulator.sources.source import Source

YEAR_NS = 365 * 86_400 * 10**9
FRAME_NS = 33_333_333
ROUNDS = 5

FRESH = """
from time import perf_counter
began = perf_counter()
from benchmarks.simulator_rate import PERIOD_NS, cascade
from simulator.compiled.streaming import simulate_long
from simulator.sources.releases import Periodic
from simulator.sources.source import Source
simulate_long([(cascade(), Source(Periodic(PERIOD_NS)))], 1000 * PERIOD_NS)
print(perf_counter() - began)
"""
PEAK = """
import resource, sys
from benchmarks.simulator_rate import PERIOD_NS, cascade
from simulator.compiled.streaming import simulate_long
from simulator.sources.releases import Poisson
from simulator.sources.source import Source
simulate_long([(cascade(), Source(Poisson(PERIOD_NS)))], int(sys.argv[1]) * PERIOD_NS)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def in_fresh_process(program: str, *arguments: str) -> float:
    """What ``program`` prints."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def cpu_s(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return process_time() - began


def with_idle_states(plan: Plan) -> Plan:
    """Three idle states a core, so that policies have something to choose."""
    states = (
        IdleState("wfi", 0.2, 0.0, 1e-6, 0.0, 0.0, 0.0),
        IdleState("sleep", 0.125, 0.0, 100e-6, 10e-3, 3e-6, 5e-6),
        IdleState("off", 0.0125, 0.0, 200e-6, 10e-3, 3e-5, 5e-5),
    )
    cores = tuple(replace(core, idle_states=states) for core in plan.platform.cores)
    return replace(
        plan,
        platform=replace(plan.platform, cores=cores),
        idle=tuple(replace(choice, idle_state="off") for choice in plan.idle),
    )


def with_regulator(plan: Plan) -> Plan:
    battery = plan.platform.battery
    assert battery is not None
    loads = (RegulatorLoad(0.01, 0.7), RegulatorLoad(1.0, 0.9))
    battery = replace(battery, regulator=Regulator(1e-3, loads))
    return replace(plan, platform=replace(plan.platform, battery=battery))


def long_run(
    plan: Plan, release: Periodic | Poisson, samples: int, idle: IdlePolicy = FIXED
) -> LongRun:
    every_ns = release.period_ns if isinstance(release, Periodic) else release.mean_interval_ns
    source = [(plan, Source(release))]
    return simulate_long(source, samples * every_ns, 1, QueueRule(10), idle=idle)


def rate(
    plan: Plan, release: Periodic | Poisson, idle: IdlePolicy = FIXED, samples: int = 20_000_000
) -> float:
    """Million samples a second, the median of some runs."""
    runs = [cpu_s(lambda: long_run(plan, release, samples, idle)) for _ in range(ROUNDS)]
    return samples / median(runs) / 1e6


def say(what: str, figure: str, target: str = "") -> None:
    """One line: what was measured, the figure, and what it should be."""
    print(f"{what:<52}{figure:>16}{f'   ({target})' if target else ''}", flush=True)


def main() -> None:
    """Print the figures beside their targets."""
    plan = cascade()
    fresh_s = median(in_fresh_process(FRESH) for _ in range(3))
    say("first call in a fresh process, once compiled", f"{fresh_s:.2f} s", "below 2")
    alone = rate(plan, Periodic(PERIOD_NS))
    say("long run, periodic", f"{alone:.1f} M/s", "at least 15")
    say("  Poisson", f"{rate(plan, Poisson(PERIOD_NS)):.1f} M/s")
    say("  samples that meet each other", f"{rate(plan, Poisson(1_500_000)):.1f} M/s")
    deep = with_idle_states(plan)
    for name, idle in (("break-even", BreakEven()), ("predictive", Predictive())):
        say(f"  periodic, {name} idling", f"{rate(deep, Periodic(PERIOD_NS), idle):.1f} M/s")
    supplied = rate(with_regulator(deep), Periodic(PERIOD_NS), BreakEven())
    say("  periodic, break-even idling, with a regulator", f"{supplied:.1f} M/s")

    samples = 50_000
    played = workload(Source(Periodic(PERIOD_NS)), plan, samples * PERIOD_NS, 1)
    theirs, traced = [], []
    for _ in range(ROUNDS):
        theirs.append(cpu_s(lambda: metrics(simulate(plan, played))))
        traced.append(cpu_s(lambda: simulate_compiled([(plan, played)])))
    reference = samples / median(theirs)
    say("reference engine, with its figures", f"{reference / 1e3:.1f} k/s")
    say("  long run / reference", f"{1e6 * alone / reference:.0f} x", "at least 300")
    say("compiled engine, with its trace", f"{samples / median(traced) / 1e3:.0f} k/s")

    began = perf_counter()
    year = simulate_long([(plan, Source(Periodic(FRAME_NS)))], YEAR_NS, 1)
    year_s = perf_counter() - began
    assert year.metrics is not None
    frames = year.metrics.samples
    say(f"a year of 30 frames/s, {frames:,} samples", f"{year_s:.1f} s", "at most 90")
    for count in (1_000_000, 30_000_000):
        peak = in_fresh_process(PEAK, str(count))
        say(f"peak memory, {count:,} samples", f"{peak:.0f} MiB", "flat")


if __name__ == "__main__":
    main()
