"""The digits, trained for real in seconds: gates stop nearly all, and lose next to nothing."""

from dataclasses import replace

import pytest

pytest.importorskip("sklearn")

from networks.evaluation import EvaluationReport
from networks.learning.fitting import fit
from networks.measuring import measure, report
from networks.zoo import network_spec

SPEC = network_spec("digits")


@pytest.fixture(scope="module")
def judged() -> EvaluationReport:
    recipe = replace(SPEC.recipe, epochs=12)
    network = fit(SPEC, SPEC.load("train"), 0, epochs=recipe.epochs, progress=lambda done: None)
    taskgraph = measure(network, SPEC, SPEC.load("validation"))
    return report(network, taskgraph, SPEC.load("test"))


def test_negatives_stop_at_the_first_gate(judged: EvaluationReport) -> None:
    assert judged.gates[0].stop_rate_negative > 0.9
    assert judged.stop_rate_negative > 0.96


def test_positives_go_on(judged: EvaluationReport) -> None:
    assert judged.stop_rate_positive < 0.06
    assert judged.accuracy_gated >= judged.accuracy_ungated - 0.01
    assert judged.accuracy_gated > 0.98


def test_what_crosses_is_small(judged: EvaluationReport) -> None:
    raw = sum(gate.raw_bytes for gate in judged.gates)
    assert sum(gate.wire_bytes for gate in judged.gates) < 0.03 * raw
    assert judged.macs_gated < 0.25 * judged.macs_ungated
