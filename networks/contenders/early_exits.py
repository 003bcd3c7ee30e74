"""Early exits after BranchyNet: a sample leaves where an exit is sure, whatever its answer.

Teerapittayanon, McDanel, Kung, "BranchyNet: Fast inference via early exiting from deep neural
networks", 2016 (arXiv 1709.01686): exits are trained together with the network on the sum of their
losses, each on the network's own task, and a sample leaves at the first exit whose answer has an
entropy below a threshold. Of two classes the entropy depends on how far the score is from one half
alone, so a threshold on it is one on the score from below and, mirrored, one from above.

The exits stand at the gated network's cuts with the same heads, so that the two differ in what they
are trained for and in when they let a sample go. BranchyNet compresses nothing; an activation may
still be sent in a format that needs no training.
"""

from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from networks.contender import Contender
from networks.contenders.entropy import choose_entropies
from networks.contenders.fitted import as_measured, fitted, without_codecs
from networks.gated_graph import trace_gated
from networks.gates.gate_choices import RECALL_FLOORS, measured_choice
from networks.gates.thresholds import choose_thresholds
from networks.measuring import macs_behind_gates, measured, recorder
from networks.spec import NetworkSpec, Recipe
from networks.streams.windows import Windows
from scheduler.recording import Recording
from scheduler.taskgraph import Gate, TaskGraph

EXIT_WEIGHT = 1.0
"""Of each exit's loss beside the network's: the paper's sum, all alike."""


def make(spec: NetworkSpec, seed: int) -> Contender:
    """Exits with one entropy threshold each, chosen together on validation."""
    network = fitted(replace(without_codecs(spec), recipe=joint(spec.recipe)), seed)
    graph = trace_gated(network).taskgraph
    recorded = recorder(network, graph)
    validation = spec.load("validation")
    with as_measured(spec, network):
        seen = recorded({}, validation)
        together = _limits(seen, macs_behind_gates(graph), spec.recipe, validation)
        figures = measured(with_limits(graph, together), recorded, validation)
    alone = _alone(seen, macs_behind_gates(graph), spec.recipe)
    settings = [together, *product(*([None, *sorted(limits)] for limits in alone))]
    if spec.recipe.recall_confidence is not None:  # of the others nothing is promised
        settings = [together, tuple(None for _ in together)]
    choices = (measured_choice(with_limits(graph, s), seen) for s in dict.fromkeys(settings))
    return Contender("early-exits", replace(figures, gate_choices=tuple(choices)), recorded)


def _limits(
    seen: Recording, saved: NDArray[np.int64], recipe: Recipe, validation: Windows
) -> tuple[float, ...]:
    """Chosen together, for the recipe's floor, confidence and subjects.

    Its ``margin_share`` is for gates: an exit of this baseline gives up no sample it could end.
    So it is cheaper, and loses of new positives what it loses.
    """
    caps = None
    if recipe.recall_confidence is not None or recipe.recall_per_subject:
        caps = choose_thresholds(
            seen.gate_scores,
            seen.labels,
            seen.answers,
            recall_floor=recipe.recall_floor,
            macs_after=saved,
            confidence=recipe.recall_confidence,
            groups=validation.subjects.astype(np.int64) if recipe.recall_per_subject else None,
        )
    return choose_entropies(
        seen,
        saved,
        recall_floor=recipe.recall_floor,
        false_alarm_cap=recipe.false_alarm_cap,
        caps=caps,
    )


def _alone(seen: Recording, saved: NDArray[np.int64], recipe: Recipe) -> list[set[float]]:
    """For each exit the limits that it would have by itself, as gates have their thresholds."""
    return [
        {
            choose_entropies(
                seen.of_gates([gate]),
                saved[[k]],
                recall_floor=floor,
                false_alarm_cap=recipe.false_alarm_cap,
            )[0]
            for floor in RECALL_FLOORS
        }
        for k, gate in enumerate(seen.gates)
    ]


def joint(recipe: Recipe) -> Recipe:
    """Every exit is trained on what the network is trained on, with a weight of its own."""
    return replace(
        recipe,
        gate_weights=tuple(EXIT_WEIGHT for _ in recipe.gate_weights),
        gate_positive_weight=recipe.positive_weight,
    )


def with_limits(graph: TaskGraph, limits: tuple[float | None, ...]) -> TaskGraph:
    """``graph`` with the exits that have a limit; those without one are left out."""
    pairs = zip(graph.gates, limits, strict=True)
    return replace(graph, gates=tuple(_exit(gate, t) for gate, t in pairs if t is not None))


def _exit(gate: Gate, limit: float) -> Gate:
    """Scores closer than ``limit`` to 0 or 1 leave; at a limit of 0 none does."""
    return replace(gate, threshold=limit, positive_threshold=1.0 - limit if limit else None)
