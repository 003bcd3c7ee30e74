"""Train a gated network and write what planning needs: its weights and its task graph."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from rich.console import Console
from rich.progress import Progress, TextColumn

from devicemodels.documents.files import sha256_of, write_atomically
from networks.errors import NetworkError
from networks.evaluation import EvaluationReport
from networks.gated import GatedNetwork
from networks.gates.calibrating import GateCalibration, calibrate_gates
from networks.gates.gate_choices import ChosenGates
from networks.gates.promises import FalseAlarmPromise
from networks.learning.checkpoints import CHECKPOINT_FILE
from networks.learning.fitting import Epoch, fit
from networks.learning.recipes import recipe_problems, require_recipe
from networks.learning.remembering import remembering
from networks.learning.splits import Splits, load_split, load_splits
from networks.measuring import measure, measure_gates, report
from networks.spec import NetworkSpec
from networks.weights import load_weights, save_weights
from scheduler.documents import dump_taskgraph
from scheduler.taskgraph import TaskGraph

WEIGHTS_FILE = "weights.safetensors"
"""Where training leaves the weights, beside the scenario."""

TASKGRAPH_FILE = "taskgraph.json"
"""Where training leaves the task graph, beside the scenario."""


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """What training gave."""

    network: str
    """Name of the network."""
    seed: int
    """Of everything random."""
    epochs: int
    """Passes over the training data."""
    taskgraph: TaskGraph
    """With thresholds and figures from validation."""
    validation: EvaluationReport
    """On the subjects that the thresholds were chosen on."""
    test: EvaluationReport
    """On subjects that nothing was chosen on."""
    false_alarms: FalseAlarmPromise | None
    """What the choice of positive thresholds said; None if gates do not answer."""
    calibration: tuple[GateCalibration, ...]
    """What became of the gates' scores; empty if they stayed as they were trained."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A trained network whose files are written."""

    network: GatedNetwork
    """With its weights, in evaluation mode."""
    taskgraph: TaskGraph
    """With thresholds and figures from validation."""
    gates: ChosenGates
    """How its gates were chosen."""
    calibration: tuple[GateCalibration, ...]
    """As in :class:`TrainingReport`."""


def train(
    spec: NetworkSpec,
    output_dir: Path,
    seed: int,
    *,
    epochs: int | None = None,
    resume: bool = False,
    show_progress: bool = True,
) -> TrainingReport:
    """Train, choose thresholds, measure, and write both files into ``output_dir``.

    Parameters
    ----------
    spec
        Network, data and recipe.
    output_dir
        Receives ``weights.safetensors`` and ``taskgraph.json``; each is replaced whole. While
        training goes on, ``checkpoint.safetensors`` is there too. It is made if it does not exist.
    seed
        The same seed gives the same bytes on the same machine.
    epochs
        Instead of the recipe's.
    resume
        Go on from the checkpoint that an interrupted training left in ``output_dir``; the files
        are then those that it would have written.
    show_progress
        Draw a progress bar on stderr.

    Raises
    ------
    NetworkError
        The recordings are not installed or cannot be used, the recipe is not for this network,
        the network cannot be traced or trained, or the checkpoint is not of this training.
    """
    splits = _checked_splits(spec)
    passes = epochs or spec.recipe.epochs
    with _progress(f"training {spec.name}", passes, show_progress) as progress:
        learned = learn(
            spec, splits, output_dir, seed, epochs=passes, progress=progress, resume=resume
        )
    network, taskgraph = learned.network, learned.taskgraph
    return TrainingReport(
        network=spec.name,
        seed=seed,
        epochs=passes,
        taskgraph=taskgraph,
        validation=report(network, taskgraph, splits.validation, learned.gates.promise),
        test=report(network, taskgraph, splits.test, learned.gates.promise),
        false_alarms=learned.gates.false_alarms,
        calibration=learned.calibration,
    )


def learn(
    spec: NetworkSpec,
    splits: Splits,
    output_dir: Path,
    seed: int,
    *,
    epochs: int,
    progress: Callable[[Epoch], None],
    resume: bool = False,
) -> Learned:
    """What :func:`train` does without looking at test data: both files are written.

    Parameters
    ----------
    spec, output_dir, seed, epochs, resume
        As there.
    splits
        Checked; test data is not touched.
    progress
        Called after each epoch.
    """
    output_dir.mkdir(parents=True, exist_ok=True)
    checkpoint = output_dir / CHECKPOINT_FILE
    network = fit(
        spec,
        splits.train,
        seed,
        epochs=epochs,
        progress=progress,
        checkpoint=checkpoint,
        resume=resume,
    )
    calibration: tuple[GateCalibration, ...] = ()
    with remembering(network, spec.recipe.frozen_parts):
        if spec.recipe.calibrate_gates:
            told = splits.validation
            calibration = calibrate_gates(network, told.samples, told.labels)
        measured = measure_gates(network, spec, splits.validation)
    weights = output_dir / WEIGHTS_FILE
    save_weights(network, weights)
    taskgraph = replace(measured.taskgraph, weights_sha256=sha256_of(weights))
    write_atomically(output_dir / TASKGRAPH_FILE, dump_taskgraph(taskgraph))
    checkpoint.unlink(missing_ok=True)
    return Learned(network, taskgraph, measured, calibration)


def _checked_splits(spec: NetworkSpec) -> Splits:
    """The stream, if it and the recipe fit the network; every problem at once if not."""
    with torch.random.fork_rng(devices=[]):
        network = spec.build()
    problems = list(recipe_problems(spec.recipe, network))
    try:
        splits = load_splits(spec, network)
    except NetworkError as error:
        raise NetworkError([*problems, *error.problems]) from None
    if problems:
        raise NetworkError(problems)
    return splits


def load_network(spec: NetworkSpec, weights: Path, *, shown_as: str | None = None) -> GatedNetwork:
    """The network with its weights from disk, ready to run.

    Raises
    ------
    NetworkError
        The weights cannot be read or are another network's; ``shown_as`` names the file.
    """
    network = spec.build()
    load_weights(network, weights, shown_as=shown_as)
    return network.eval()


def taskgraph_from_weights(
    spec: NetworkSpec, weights: Path, *, shown_as: str | None = None
) -> TaskGraph:
    """The task graph that training would have written beside these weights."""
    network = load_network(spec, weights, shown_as=shown_as)
    require_recipe(spec.recipe, network)
    with remembering(network, spec.recipe.frozen_parts):  # computed alone, as training did
        measured = measure(network, spec, load_split(spec, network, "validation"))
    return replace(measured, weights_sha256=sha256_of(weights))


@contextmanager
def _progress(title: str, total: int, show: bool) -> Iterator[Callable[[Epoch], None]]:
    """A bar on stderr with the loss; what is given is called after each epoch."""
    columns = (*Progress.get_default_columns(), TextColumn("{task.fields[loss]}"))
    console = Console(stderr=True)
    hidden = not show or not console.is_terminal
    with Progress(*columns, console=console, disable=hidden, transient=True) as bar:
        task = bar.add_task(title, total=total, loss="")
        yield lambda epoch: bar.update(task, completed=epoch.done, loss=f"loss {epoch.loss:.4f}")
