"""How far the prediction for this machine is off: five runs of calibration and execution.

    python benchmarks/prediction_error.py [--scenario scenarios/smartwatch] [--runs 5] [--details]

Prints for each run the median over the segments of |predicted - measured| / measured of their
compute times, the same of the mean end-to-end latency, and what should agree exactly. Worth
believing on a quiet machine only: it prints the load. Targets: 10 % each, median of five runs.
"""

import argparse
import os
import platform
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

from scheduler.plan import Plan
from scheduler.recording import Recording
from scheduler.registry import DEFAULT_ALGORITHM
from wakepath.comparison import Comparison, compare
from wakepath.flow import load_stream, plan_scenario, record_stream
from wakepath.hardware import Bench, bench, calibrate_and_execute
from wakepath.scenario import load_scenario


def main() -> None:
    options = _options()
    scenario = load_scenario(options.scenario)
    if options.period_ms:
        hardware = replace(scenario.hardware, replay_period_s=options.period_ms / 1e3)
        scenario = replace(scenario, hardware=hardware)
    plan = plan_scenario(scenario, DEFAULT_ALGORITHM)
    stream = load_stream(scenario)
    recording = record_stream(plan, stream)
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, {len(stream.windows)} windows")
    print("  " + ", ".join(f"{p.segment} on {p.core}" for p in plan.placements))
    print("  run  segments  end to end      p50  seconds  exits/answers differ   load")
    with bench(scenario, plan.task_graph, stream, scenario.load_hardware()) as on:
        rows = [_run(number, on, plan, recording, options) for number in range(options.runs)]
    segments, mean = (median(column) for column in zip(*rows, strict=True))
    print(f"median {segments:8.1%}  {mean:10.1%}   (targets: 10 % each)")


def _run(
    number: int, on: Bench, plan: Plan, recording: Recording, options: argparse.Namespace
) -> tuple[float, float]:
    start = perf_counter()
    executed = calibrate_and_execute(on, plan, recording)
    seconds = perf_counter() - start
    compared = compare(executed.simulated, executed.measured)
    assert compared.latency is not None
    print(
        f"  {number + 1:3d}  {compared.median_segment_error:8.1%}  "
        f"{compared.latency.mean_error:+10.1%}  {compared.latency.p50_error:+7.1%}  "
        f"{seconds:7.1f}  {compared.differing_exits:9d}/{compared.differing_answers:<9d} "
        f"{os.getloadavg()[0]:7.2f}",
        flush=True,
    )
    if options.details:
        _print_details(compared)
    return compared.median_segment_error, abs(compared.latency.mean_error)


def _print_details(compared: Comparison) -> None:
    for row in compared.segments:
        print(
            f"       {row.work:14s} {row.activity:9s} {row.core:7s} {row.count:6d} "
            f"{row.predicted_s * 1e6:8.1f} {row.measured_s * 1e6:8.1f} us {row.error:+7.1%}"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", type=Path, default=Path("scenarios/smartwatch"))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--period-ms", type=float, help="in place of the scenario's replay period")
    parser.add_argument("--details", action="store_true", help="every piece of work of every run")
    return parser.parse_args()


if __name__ == "__main__":
    main()
