"""The oracles and the speed of the simulator, as Markdown.

    PYTHONPATH=. python benchmarks/results/simulation.py -o docs/results/simulation.md
    PYTHONPATH=. python benchmarks/results/simulation.py --report tests.xml

Runs the tests that hold the simulator against somebody else's truth, the long ones included, and
the benchmarks of its engines. Minutes long; exits with 1, and writes nothing, if any of them fails.
"""

import argparse
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.oracle_figures import COLUMNS

ROOT = Path(__file__).parents[2]

TESTS = (
    "tests/oracle/test_simgrid.py",
    "tests/oracle/test_simulator_queueing.py",
    "tests/oracle/test_queueing_laws.py",
    "tests/oracle/test_exit_enumeration.py",
    "tests/oracle/test_cases_others_got_wrong.py",
    "tests/property/test_compiled_engine.py",
)
BENCHMARKS = ("simulator_rate", "compiled_engine", "placed_graphs")

INTRODUCTION = """\
# The simulator beside its oracles, and its speed

Made by `make results-simulation` on a machine with two cores, which runs the tests and benchmarks
named here. Every row is what a test found when this file was made. Joules are modelled everywhere;
what is checked here is that they, and the times, are those that the model says.

## Oracles

| what we claim | who else says so | cases | found |
|---|---|---|---|
"""

SPEED = """\

## Speed

Ratios are between programs that ran one after the other in the same process; the rates themselves
are of this machine. What the benchmarks printed:
"""


def tested() -> Iterator[str]:
    """Run the tests; one row for each claim. Exits if a test fails."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tests.xml"
        report = ("-o", "junit_family=xunit1", f"--junitxml={file}")
        command = [sys.executable, "-m", "pytest", "-q", *report, *TESTS]
        if subprocess.run(command, cwd=ROOT, check=False, stdout=sys.stderr).returncode:
            sys.exit("a test failed: nothing was written")
        yield from oracle_rows(file)


def oracle_rows(report: Path) -> Iterator[str]:
    """One row for each claim that tests of pytest's report in XML say something about."""
    tests = list(ET.parse(report).getroot().iter("testcase"))
    cases: Counter[tuple[str, str, str]] = Counter()
    for test in tests:
        properties = list(test.iter("property"))
        values = [one.get("value", "") for one in properties if one.get("name") in COLUMNS]
        for at in range(0, len(values), len(COLUMNS)):
            claim, oracle, count, found = values[at : at + len(COLUMNS)]
            cases[claim, oracle, found] += int(count)
    for (claim, oracle, found), count in cases.items():
        yield f"| {claim} | {oracle} | {count:,} | {found} |"
    for test in tests:
        skipped = test.find("skipped")
        if skipped is not None:
            yield f"| {test.get('name')} | not run: {skipped.get('message')} | | |"


def benchmark_parts() -> Iterator[str]:
    """What each benchmark printed."""
    for name in BENCHMARKS:
        script = ROOT / "benchmarks" / f"{name}.py"
        done = subprocess.run(
            [sys.executable, str(script)],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
            check=False,
            stdout=subprocess.PIPE,
            text=True,
        )
        if done.returncode:
            sys.exit(f"benchmarks/{name}.py failed: nothing was written")
        yield f"\n`benchmarks/{name}.py`:\n\n```text\n{done.stdout.rstrip()}\n```\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", "--output", type=Path, help="file to write; standard output without")
    parser.add_argument("--report", type=Path, help="only print the oracles of a report of pytest")
    options = parser.parse_args()
    output: Path | None = options.output
    if options.report is not None:
        print(*oracle_rows(options.report), sep="\n")
        return
    rows = "\n".join(tested())
    text = INTRODUCTION + rows + "\n" + SPEED + "".join(benchmark_parts())
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text)


if __name__ == "__main__":
    main()
