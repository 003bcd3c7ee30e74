"""The front of a sweep as a document, its members' figures on test data included."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from devicemodels.documents.json_document import dump_document, read_document
from networks.design import DESIGN_FILE, Design, designed, read_design
from networks.evaluation import evaluate
from networks.record import record
from networks.spec import NetworkSpec
from networks.streams.windows import Windows
from networks.sweep.candidates import Unplannable
from networks.sweep.pricing import Pricing
from networks.sweep.remembering import TRAINED_FOLDER, Question
from networks.sweep.results import Member, Point, Skipped, SweepResult, Training, Untried
from networks.sweep.trying import plan_with
from networks.training import TASKGRAPH_FILE, WEIGHTS_FILE, load_network
from scheduler.documents import read_taskgraph
from scheduler.plan import GateSetting
from scheduler.taskgraph import GateChoice, GateUse, TaskGraph

FRONT_FILE = "front.json"
"""The answer, beside the question."""


@dataclass(frozen=True, slots=True)
class OnTest:
    """How a member does on subjects that nothing was chosen on."""

    accuracy: float
    """Share of right answers."""
    recall: float
    """Share of the positives answered "positive"."""
    stop_rate_negative: float
    """Share of the negatives that a gate stops."""
    stop_rate_positive: float
    """Share of the positives that a gate stops."""


@dataclass(frozen=True, slots=True)
class FrontMember:
    """A trained network and a way to use it."""

    folder: str
    """Holds its weights, task graph and design; relative to the document."""
    point: Point
    """Energy, recall and accuracy on validation data, with its gates and codecs."""
    design: Design
    """What it was trained as."""
    test: OnTest
    """What nothing was chosen by."""


@dataclass(frozen=True, slots=True)
class SweepFront:
    """What a sweep found: a ``wakepath/sweep-front@1`` document."""

    question: Question
    """What was asked."""
    members: tuple[FrontMember, ...]
    """By energy; none is beaten by another in energy, recall and accuracy."""
    lower_bound_j: float
    """Nothing that was left out takes less, however it is trained."""
    trainings: tuple[Training, ...]
    """All that was trained, in order."""
    skipped: tuple[Skipped, ...]
    """What need not be trained, and why."""
    untried: tuple[Untried, ...]
    """What the budget left out."""
    unplannable: tuple[Unplannable, ...]
    """What has no plan on this platform."""
    version: Literal["wakepath/sweep-front@1"] = "wakepath/sweep-front@1"
    """Version of the document."""


def make_front(
    question: Question,
    result: SweepResult,
    unplannable: tuple[Unplannable, ...],
    members: tuple[FrontMember, ...],
) -> SweepFront:
    """The document of a finished search."""
    return SweepFront(
        question=question,
        members=members,
        lower_bound_j=result.lower_bound_j,
        trainings=result.trainings,
        skipped=result.skipped,
        untried=result.untried,
        unplannable=unplannable,
    )


def tested_member(
    member: Member, spec: NetworkSpec, pricing: Pricing, folder: Path, test: Windows
) -> FrontMember:
    """A member of the front with its figures on test data, from the files of its training."""
    here = folder / TRAINED_FOLDER / member.training
    design = read_design(here / DESIGN_FILE)
    network = load_network(designed(spec, design), here / WEIGHTS_FILE)
    graph = read_taskgraph(here / TASKGRAPH_FILE)
    plan = plan_with(graph, _choice_of(graph, member.point), pricing)
    codecs = plan.codecs
    recording = record(network, plan.task_graph, codecs, test.samples, test.labels)
    report = evaluate(plan.task_graph, recording, codecs)
    return FrontMember(
        folder=f"{TRAINED_FOLDER}/{member.training}",
        point=member.point,
        design=design,
        test=OnTest(
            accuracy=report.accuracy_gated,
            recall=report.recall_gated["positive"],
            stop_rate_negative=report.stop_rate_negative,
            stop_rate_positive=report.stop_rate_positive,
        ),
    )


def dump_front(front: SweepFront) -> str:
    """The JSON text of a front."""
    return dump_document(front)


def read_front(path: Path) -> SweepFront:
    """The front in a file; ``InputError`` names all problems of its form."""
    return read_document(SweepFront, path)


def _choice_of(graph: TaskGraph, point: Point) -> GateChoice:
    """The choice of gates that a point uses."""

    def settings(gates: Iterable[GateUse | GateSetting]) -> list[tuple[str, float, float | None]]:
        return [(one.gate, one.threshold, one.positive_threshold) for one in gates]

    used = settings(point.gates)
    return next(choice for choice in graph.gate_choices if settings(choice.gates) == used)
