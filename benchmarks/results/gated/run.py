"""Gated networks beside their baselines: trained, judged on test data, planned and replayed.

    PYTHONPATH=. python benchmarks/results/gated/run.py -o docs/results/gated-compression.md

Half an hour on two cores. What is finished is kept in a work folder, by what it was made from, and
an interrupted run goes on from there. A missed target is written down; it is no failure.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Each of two processes has a core; read when numpy and torch are imported."""

PROCESSES = 2

QUICK_EPOCHS = 2


def main() -> None:
    for name in ONE_THREAD:
        os.environ[name] = "1"
    from benchmarks.results.gated.keeping import ROOT, inputs_key  # noqa: PLC0415 - threads first
    from benchmarks.results.gated.page import write_page  # noqa: PLC0415
    from benchmarks.results.gated.sets import SEEDS, SETS  # noqa: PLC0415
    from benchmarks.results.gated.shipped import judge_shipped  # noqa: PLC0415
    from benchmarks.results.gated.summary import read_findings  # noqa: PLC0415
    from networks.contenders.registry import CONTENDERS  # noqa: PLC0415

    names = [data_set.name for data_set in SETS]
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", "--output", type=Path, required=True, help="Markdown file to write")
    parser.add_argument("--work", type=Path, default=ROOT / ".wakepath" / "results-gated")
    parser.add_argument("--sets", nargs="+", choices=names, default=names)
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS))
    parser.add_argument("--quick", action="store_true", help="one seed, two epochs: a trial")
    asked = parser.parse_args()
    seeds = asked.seeds[:1] if asked.quick else asked.seeds
    epochs = QUICK_EPOCHS if asked.quick else None
    folder = asked.work / f"{inputs_key()}{'-quick' if asked.quick else ''}"
    folder.mkdir(parents=True, exist_ok=True)
    missing = _run(asked.sets, seeds, epochs, folder)
    sets = [s for s in SETS if s.name in asked.sets and s.name not in missing]
    if not sets:
        sys.exit("none of the data sets can be read here")
    shipped = {
        s.name: judge_shipped(ROOT / "scenarios" / s.scenario)
        for s in sets
        if s.scenario and (ROOT / "scenarios" / s.scenario).exists()
    }
    findings = read_findings(sets, seeds, tuple(CONTENDERS), folder)
    write_page(asked.output, findings, shipped, missing)


def _run(
    names: Sequence[str], seeds: Sequence[int], epochs: int | None, folder: Path
) -> dict[str, str]:
    """All trials over two processes, the heavy ones first; why sets cannot be read, by name.

    Exits with 1 once all have been tried if one failed.
    """
    from benchmarks.results.gated.trials import Ending, Trial, run_trial  # noqa: PLC0415

    trials = [Trial(name, seed, epochs, folder) for name in reversed(names) for seed in seeds]
    endings: list[Ending] = []
    missing: dict[str, str] = {}
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(run_trial, trial): trial for trial in trials}
        for done in as_completed(running):
            trial, ending = running[done], done.result()
            endings.append(ending)
            if ending.missing:
                missing[trial.data_set] = ending.missing
            said = ending.failed or (f"left out: {ending.missing}" if ending.missing else "done")
            sys.stderr.write(
                f"[{len(endings)}/{len(trials)}] {trial.data_set}, seed {trial.seed}: {said}\n"
            )
    if any(ending.failed for ending in endings):
        sys.exit("some trials failed; what is finished is kept, and a further run goes on from it")
    return missing


if __name__ == "__main__":
    main()
