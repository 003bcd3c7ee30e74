"""A whole sweep: candidates priced on a platform, some of them trained, their front kept."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from devicemodels.documents.files import document_hash, write_atomically
from networks.errors import network_error
from networks.gated_graph import trace_gated
from networks.learning.recipes import require_recipe
from networks.learning.splits import load_splits
from networks.spec import NetworkSpec
from networks.sweep.candidates import candidates
from networks.sweep.front import FRONT_FILE, SweepFront, dump_front, make_front, tested_member
from networks.sweep.pricing import Pricing
from networks.sweep.remembering import Question, open_folder, remembered
from networks.sweep.search import SweepRules, search
from networks.sweep.space import space_of
from networks.sweep.trying import Trials
from scheduler.infeasible import Infeasible


def sweep(
    spec: NetworkSpec,
    pricing: Pricing,
    folder: Path,
    *,
    seed: int,
    trainings: int,
    epochs: int | None = None,
    any_cut: bool = False,
    show_progress: bool = True,
) -> SweepFront:
    """Search where to gate a network, and how hard to compress and to train for it.

    Parameters
    ----------
    spec
        The network as the zoo has it.
    pricing
        The platform and the rules; the class prior should be that of the validation data.
    folder
        Receives everything; a sweep that was interrupted goes on where it stopped.
    seed
        Of every training. The same seed gives the same front on the same kind of machine.
    trainings
        Networks that are trained, short trials included.
    epochs
        Of a full training; the recipe's if left out.
    any_cut
        Gate at any cut points of the trunk, not only after its parts.
    show_progress
        Draw a progress bar on stderr.

    Raises
    ------
    Infeasible
        No candidate has a plan, or none that was trained keeps the floors.
    InputError
        The folder holds another sweep, or the recordings are not installed or cannot be used.
    """
    network = spec.build()
    require_recipe(spec.recipe, network)
    splits = load_splits(spec, network)
    space = space_of(network, trace_gated(network).trunk, spec.recipe, any_cut=any_cut)
    if not space.cuts:
        raise network_error(f"network '{spec.name}' has no place where a gate could stand")
    found = candidates(network, space, pricing)
    if not found.candidates:
        raise Infeasible(
            f"no way to gate '{spec.name}' has a plan on platform '{pricing.platform.name}'",
            found.unplannable[0].reason,
        )
    rules = SweepRules(
        trainings=trainings,
        epochs=epochs or spec.recipe.epochs,
        enough_recall=pricing.requirements.recall_floor,
        enough_accuracy=pricing.requirements.accuracy_floor,
    )
    question = Question(
        network=spec.name,
        seed=seed,
        epochs=rules.epochs,
        platform=pricing.platform.name,
        platform_sha256=document_hash(pricing.platform),
        requirements=pricing.requirements,
        candidates_sha256=document_hash(found.candidates),
        recipe_sha256=document_hash(spec.recipe),
        data_sha256=document_hash([splits.train.sha256, splits.validation.sha256]),
    )
    open_folder(folder, question)
    with _bar(f"sweeping '{spec.name}'", rules, show_progress) as bar:
        trials = Trials(
            spec=spec,
            splits=splits,
            pricing=pricing,
            seed=seed,
            folder=folder,
            passed=bar,
        )
        result = search(found.candidates, remembered(trials.measure, folder), rules)
    if not result.front:
        least = min(training.measured.shortfall for training in result.trainings)
        raise Infeasible(
            f"none of {len(result.trainings)} trained networks keeps the floors of recall and "
            "accuracy",
            f"the best misses them by {least:.2%} together; allow more trainings or more epochs, "
            "or lower the floors",
        )
    members = tuple(tested_member(one, spec, pricing, folder, splits.test) for one in result.front)
    front = make_front(question, result, found.unplannable, members)
    write_atomically(folder / FRONT_FILE, dump_front(front))
    return front


@contextmanager
def _bar(title: str, rules: SweepRules, show: bool) -> Iterator[Callable[[], None]]:
    """A bar on stderr, an epoch a step; what is given is called after each."""
    short = rules.short_trainings * rules.short_epochs
    total = short + (rules.trainings - rules.short_trainings) * rules.epochs
    with Progress(console=Console(stderr=True), disable=not show, transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)
