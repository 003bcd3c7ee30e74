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
from traceback import format_exception

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
    if not _run(asked.sets, seeds, epochs, folder):
        sys.exit("some trials failed; what is finished is kept, and a further run goes on from it")
    sets = [data_set for data_set in SETS if data_set.name in asked.sets]
    shipped = {
        data_set.name: judge_shipped(ROOT / "scenarios" / data_set.scenario)
        for data_set in sets
        if data_set.scenario
    }
    write_page(asked.output, read_findings(sets, seeds, tuple(CONTENDERS), folder), shipped)


def _run(names: Sequence[str], seeds: Sequence[int], epochs: int | None, folder: Path) -> bool:
    """All trials over two processes; whether none failed."""
    from benchmarks.results.gated.trials import Trial, run_trial  # noqa: PLC0415

    trials = [Trial(name, seed, epochs, folder) for seed in seeds for name in names]
    sound = True
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(run_trial, trial): trial for trial in trials}
        for count, done in enumerate(as_completed(running), 1):
            trial, error = running[done], done.exception()
            sound = sound and error is None
            said = "done" if error is None else "".join(format_exception(error)).strip()
            sys.stderr.write(
                f"[{count}/{len(trials)}] {trial.data_set}, seed {trial.seed}: {said}\n"
            )
    return sound


if __name__ == "__main__":
    main()
