"""How far the prediction for this machine is off: calibrate, execute, simulate, five times.

    python benchmarks/prediction_error.py [--scenario scenarios/smartwatch] [--runs 5]

Prints for each run the median over the segments of |predicted - measured| / measured of their
compute times, the same of the mean end-to-end latency, and what should agree exactly. Worth
believing on a quiet machine only: it prints the load.
"""

import argparse
import os
import platform
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

from backends.calibration import calibrate
from backends.execution import execute
from scheduler.retarget import retarget
from simulator.engine import simulate
from simulator.trace import Trace
from simulator.workload import replay
from wakepath.comparison import compare
from wakepath.flow import load_stream, plan_scenario, queue_rule, record_stream
from wakepath.hardware import bench
from wakepath.scenario import load_scenario

HEADING = (
    "  run  segments  end to end      p50   calibrated s  executed s  exits/answers differ  load"
)


def main() -> None:
    options = _options()
    scenario = load_scenario(options.scenario)
    if options.period_ms:
        hardware = replace(scenario.hardware, replay_period_s=options.period_ms / 1e3)
        scenario = replace(scenario, hardware=hardware)
    plan = plan_scenario(scenario, options.algorithm)
    stream = load_stream(scenario)
    recording = record_stream(plan, stream)
    host = scenario.load_hardware()
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, {len(stream.windows)} windows")
    print("  " + ", ".join(f"{p.segment} on {p.core}" for p in plan.placements))
    print("  " + ", ".join(f"{c.source}->{c.target}: {c.codec}" for c in plan.crossings))
    with bench(scenario, plan.task_graph, stream, host) as on:
        print(HEADING)
        rows = [_run(number, on, plan, recording, options) for number in range(options.runs)]
    segments, mean = (median(column) for column in zip(*rows, strict=True))
    print(f"median {segments:8.1%}  {mean:10.1%}   (targets: 10 % each)")


def _run(number, on, plan, recording, options) -> tuple[float, float]:
    start = perf_counter()
    crossings = {f"{c.source}->{c.target}": c.codec for c in plan.crossings}
    calibrated = calibrate(
        on.platform,
        on.graph,
        on.programs,
        on.stream.calibration.samples,
        on.every_ns,
        crossings=crossings or None,
        seconds=options.seconds,
        pool=on.pool,
    )
    middle = perf_counter()
    hardware = on.scenario.hardware
    here = retarget(plan, calibrated, hardware.cores, hardware.replay_period_s)
    windows, queue = on.stream.windows, queue_rule(on.scenario)
    measured = execute(
        here,
        on.programs,
        windows.samples,
        windows.labels,
        on.every_ns,
        queue=queue,
        pool=on.pool,
    )
    end = perf_counter()
    simulated = simulate(here, replay(recording, here, on.every_ns), queue)
    compared = compare(simulated, measured)
    assert compared.latency is not None
    print(
        f"  {number + 1:3d}  {compared.median_segment_error:8.1%}  "
        f"{compared.latency.mean_error:+10.1%}  {compared.latency.p50_error:+7.1%}   "
        f"{middle - start:12.1f}  {end - middle:10.1f}  "
        f"{compared.differing_exits:9d}/{compared.differing_answers:<9d}   "
        f"{os.getloadavg()[0]:5.2f}"
    )
    if options.details:
        _print_details(compared, measured)
    return compared.median_segment_error, abs(compared.latency.mean_error)


def _print_details(compared, measured: Trace) -> None:
    for row in compared.segments:
        print(
            f"       {row.work:14s} {row.activity:9s} {row.core:7s} {row.count:6d} "
            f"{row.predicted_s * 1e6:8.1f} {row.measured_s * 1e6:8.1f} us {row.error:+7.1%}"
        )
    latency = compared.latency
    print(
        f"       mean {latency.predicted_mean_s * 1e6:.1f} {latency.measured_mean_s * 1e6:.1f} us, "
        f"p50 {latency.predicted_p50_s * 1e6:.1f} {latency.measured_p50_s * 1e6:.1f} us"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", type=Path, default=Path("scenarios/smartwatch"))
    parser.add_argument("--algorithm", default="chain-dp")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each calibration")
    parser.add_argument("--period-ms", type=float, help="in place of the scenario's replay period")
    parser.add_argument("--details", action="store_true", help="every piece of work of every run")
    return parser.parse_args()


if __name__ == "__main__":
    main()
