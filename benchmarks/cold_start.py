"""CPU time of starting the command line, beside that of starting Python alone.

    python benchmarks/cold_start.py [--runs 11]

Target: `wakepath --help` below half a second of CPU time on a quiet machine.
"""

import argparse
import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "wakepath --help": ["-m", "wakepath", "--help"],
    "wakepath plan scenarios/smartwatch": ["-m", "wakepath", "plan", "scenarios/smartwatch"],
}


def cpu_time_s(words: list[str]) -> float:
    """User and system time of one whole process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=11)
    runs = parser.parse_args().runs
    for words in COMMANDS.values():
        cpu_time_s(words)
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, words in COMMANDS.items():
            times[name].append(cpu_time_s(words))
    base = statistics.median(times["python -c pass"])
    for name, measured in times.items():
        median = statistics.median(measured)
        low, high = min(measured), max(measured)
        print(
            f"{name:36} {median * 1e3:7.1f} ms of CPU time (from {low * 1e3:.1f} to "
            f"{high * 1e3:.1f}, {runs} runs), {median / base:5.1f} x Python alone"
        )


if __name__ == "__main__":
    main()
