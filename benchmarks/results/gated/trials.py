"""One data set and seed: every contender trained, judged, planned and replayed."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time
from traceback import format_exc

from benchmarks.results.gated.energies import (
    Recorder,
    common_floors,
    plan_and_replay,
    reachable,
    remembered,
)
from benchmarks.results.gated.figures import Floors, Outcome, Planned, Split, kept_name
from benchmarks.results.gated.judging import judge, stopped_on_validation
from benchmarks.results.gated.sets import AT, GATED, NEGATIVES, ONE_CORE, UNGATED, platforms_of
from benchmarks.results.gated.splitting import split
from devicemodels.catalog import load_platform
from devicemodels.documents.errors import InputError
from devicemodels.documents.files import write_atomically
from devicemodels.documents.json_document import dump_document, read_document
from networks.contender import Contender
from networks.contenders.registry import CONTENDERS
from networks.spec import NetworkSpec
from networks.streams.windows import Windows
from networks.zoo import network_spec
from scheduler.registry import DEFAULT_ALGORITHM


@dataclass(frozen=True, slots=True)
class Trial:
    """A data set, a seed, and where its outcomes are kept."""

    data_set: str
    """Name of the network that reads it."""
    seed: int
    """Of everything random."""
    epochs: int | None
    """Instead of the recipe's."""
    folder: Path
    """Receives a file for each contender."""

    def kept(self, contender: str) -> Path:
        """Where the outcome of a contender is kept."""
        return self.folder / kept_name(self.data_set, self.seed, contender)


def order() -> list[str]:
    """Names of the contenders; the ungated one sets the floors, and comes first."""
    return [UNGATED, *(name for name in CONTENDERS if name != UNGATED)]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a trial ended; an exception need not survive the way between two processes."""

    missing: str = ""
    """Why its data set cannot be read here; empty if it can."""
    failed: str = ""
    """The traceback of what went wrong; empty if nothing did."""


def run_trial(trial: Trial) -> Ending:
    """Make what is not there yet of a trial's outcomes."""
    import torch  # noqa: PLC0415 - in the process that runs the trial

    torch.set_num_threads(1)
    try:
        spec = network_spec(trial.data_set)
        test = spec.load("test")
    except InputError as error:
        return Ending(missing="; ".join(problem.message for problem in error.problems))
    try:
        _make_outcomes(trial, spec, test)
    except Exception:
        return Ending(failed=format_exc())
    return Ending()


def _make_outcomes(trial: Trial, spec: NetworkSpec, test: Windows) -> None:
    if trial.epochs is not None:
        spec = replace(spec, recipe=replace(spec.recipe, epochs=trial.epochs))
    floors: Floors | None = None
    for name in order():
        kept = trial.kept(name)
        if kept.exists():
            floors = floors or read_document(Outcome, kept).floors
            continue
        begun = process_time()
        contender = CONTENDERS[name](spec, trial.seed)
        took_s = process_time() - begun
        floors = floors or common_floors(contender.taskgraph, spec.recipe.recall_floor)
        outcome = outcome_of(contender, spec, trial.seed, test, floors, took_s)
        write_atomically(kept, dump_document(outcome))
        _say(outcome, process_time() - begun)


def outcome_of(
    contender: Contender,
    spec: NetworkSpec,
    seed: int,
    test: Windows,
    floors: Floors,
    train_s: float,
) -> Outcome:
    """All figures of a contender that has been trained."""
    graph = contender.taskgraph
    record = remembered(lambda codecs: contender.record(codecs, test))
    own, short = reachable(graph, floors)
    planned, splits = [], []
    for one, gain in _planned(contender, record, test.period_s, own, platforms_of(spec.name)):
        planned.append(one)
        splits += gain
    return Outcome(
        data_set=spec.name,
        seed=seed,
        contender=contender.name,
        period_s=test.period_s,
        train_s=train_s,
        floors=floors,
        short=short,
        macs=sum(operator.macs for operator in graph.operators),
        weight_bytes=sum(operator.weight_bytes for operator in graph.operators),
        stopped_on_validation=stopped_on_validation(graph),
        network=judge(contender, test),
        planned=tuple(planned),
        splits=tuple(splits),
    )


def _planned(
    contender: Contender,
    record: Recorder,
    period_s: float,
    floors: Floors,
    platforms: Sequence[str],
) -> Iterator[tuple[Planned, list[Split]]]:
    algorithms = [DEFAULT_ALGORITHM]
    if contender.name == UNGATED:
        algorithms.append(ONE_CORE)
    for platform in map(load_platform, platforms):
        for algorithm in algorithms:
            for negatives in NEGATIVES:
                one, plan = plan_and_replay(
                    contender.taskgraph,
                    record,
                    platform,
                    period_s=period_s,
                    negatives=negatives,
                    floors=floors,
                    algorithm=algorithm,
                )
                found = []
                if plan is not None and contender.name == GATED and negatives == AT:
                    found.append(split(one, plan, record))
                yield one, found


def _say(outcome: Outcome, took_s: float) -> None:
    figures = outcome.network
    sys.stderr.write(
        f"{outcome.data_set}, seed {outcome.seed}: {outcome.contender}: trained in "
        f"{outcome.train_s:.0f} s, {took_s:.0f} s in all; recall {figures.right['positive']:.1%}, "
        f"negatives stopped {figures.stopped['negative']:.1%}, accuracy {figures.accuracy:.1%}\n"
    )
    sys.stderr.flush()
