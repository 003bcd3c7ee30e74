"""One training of a sweep: a design is trained, measured on validation data, kept and planned."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import fsum
from pathlib import Path

from devicemodels.documents.files import write_atomically
from networks.design import DESIGN_FILE, designed, dump_design
from networks.learning.checkpoints import CHECKPOINT_FILE
from networks.learning.splits import Splits
from networks.spec import NetworkSpec
from networks.sweep.candidates import Candidate
from networks.sweep.pricing import Pricing
from networks.sweep.remembering import training_folder
from networks.sweep.results import Measured, Point
from networks.training import learn
from scheduler.infeasible import Infeasible
from scheduler.plan import Plan
from scheduler.taskgraph import GateChoice, TaskGraph


@dataclass(frozen=True, slots=True)
class Trials:
    """What every training of a sweep has in common."""

    spec: NetworkSpec
    """The network as the zoo has it."""
    splits: Splits
    """Its data; thresholds, figures and the whole sweep go by validation data."""
    pricing: Pricing
    """The platform and the rules."""
    seed: int
    """Of every training: candidates start and are shuffled alike."""
    folder: Path
    """Of the sweep."""
    passed: Callable[[], None]
    """Called after each epoch."""

    def measure(self, candidate: Candidate, epochs: int) -> Measured:
        """Train a candidate, write its files, and say what it gave.

        A training that was interrupted goes on from its checkpoint.
        """
        folder = training_folder(self.folder, candidate.name, epochs)
        learned = learn(
            designed(self.spec, candidate.design),
            self.splits,
            folder,
            self.seed,
            epochs=epochs,
            progress=lambda _: self.passed(),
            resume=(folder / CHECKPOINT_FILE).exists(),
        )
        write_atomically(folder / DESIGN_FILE, dump_design(candidate.design))
        return measured_points(learned.taskgraph, self.pricing)


def measured_points(graph: TaskGraph, pricing: Pricing) -> Measured:
    """The plan of least energy for each choice of gates that keeps the floors."""
    required = pricing.requirements
    points = []
    for choice in graph.gate_choices:
        try:
            points.append(point_of(plan_with(graph, choice, pricing)))
        except Infeasible:
            continue
    shortfall = min(
        max(0.0, required.recall_floor - choice.recall)
        + max(0.0, required.accuracy_floor - choice.accuracy)
        for choice in graph.gate_choices
    )
    return Measured(tuple(points), 0.0 if points else shortfall)


def plan_with(graph: TaskGraph, choice: GateChoice, pricing: Pricing) -> Plan:
    """The plan of least energy that uses just these gates. Raises ``Infeasible``."""
    return pricing.plan(replace(graph, gate_choices=(choice,)))


def point_of(plan: Plan) -> Point:
    """What a plan costs, and how it answers."""
    by_cause = plan.expected.energy_by_cause_j
    return Point(
        energy_j=plan.expected.energy_per_sample_j,
        beyond_j=fsum(j for cause, j in by_cause.items() if cause not in {"rail", "idle"}),
        recall=plan.expected.recall,
        accuracy=plan.expected.accuracy,
        gates=plan.gates,
        codecs=plan.codecs,
    )
