"""``wakepath train --sweep`` as a user meets it; whole sweeps take minutes, so they are heavy."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from networks.gated_graph import trace_gated
from networks.learning.splits import load_splits
from networks.sweep.candidates import candidates
from networks.sweep.front import read_front
from networks.sweep.space import space_of
from networks.sweep.trying import Trials
from scheduler.plan import Requirements
from scheduler.tolerance import FIGURE_RELATIVE
from tests.command_line import SCENARIO, succeeds, wakepath
from wakepath.flow import spec_of
from wakepath.scenario import load_scenario
from wakepath.sweeping import pricing_of


def test_options_of_a_sweep_need_a_sweep() -> None:
    done = wakepath("train", SCENARIO, "--trainings", "3", "--plot", "front.png")
    assert done.returncode == 2
    assert "--trainings and --plot: that is about a sweep" in done.stderr
    assert "add --sweep, or leave it out" in done.stderr
    done = wakepath("train", SCENARIO, "--sweep", "--resume")
    assert done.returncode == 2
    assert "--resume: that is about one training" in done.stderr


@pytest.mark.heavy
def test_every_network_on_the_front_is_planned_as_the_front_says(tmp_path: Path) -> None:
    words = ("--sweep", "--trainings", "4", "--epochs", "8", "-o", str(tmp_path))
    front = json.loads(succeeds("train", SCENARIO, *words, "--format", "json"))
    assert front["version"] == "wakepath/sweep-front@1"
    assert read_front(tmp_path / "front.json").members
    for folder in {member["folder"] for member in front["members"]}:
        least = min(m["point"]["energy_j"] for m in front["members"] if m["folder"] == folder)
        plan = json.loads(succeeds("plan", str(tmp_path / folder), "--format", "json"))["plan"]
        assert plan["expected"]["energy_per_sample_j"] == least
        succeeds("simulate", str(tmp_path / folder), "--duration", "1 h")
    again = wakepath("train", SCENARIO, *words, "--seed", "7")
    assert again.returncode == 2
    assert "another seed" in again.stderr


@pytest.mark.heavy
def test_whoever_a_bound_would_skip_is_truly_dearer_once_it_is_trained(tmp_path: Path) -> None:
    scenario = load_scenario(SCENARIO)
    spec = spec_of(scenario)
    pricing = pricing_of(scenario, spec)
    network = spec.build()
    space = space_of(network, trace_gated(network).trunk, spec.recipe)
    found = candidates(network, space, pricing).candidates
    trials = Trials(
        spec=spec,
        splits=load_splits(spec, network),
        pricing=replace(pricing, requirements=_without_floors(pricing.requirements)),
        seed=0,
        folder=tmp_path,
        passed=lambda: None,
    )
    bounds = [one.price.optimistic_j for one in found]
    for one in (found[bounds.index(max(bounds))], found[bounds.index(min(bounds))]):
        measured = trials.measure(one, 8)
        gentle = [p.energy_j for p in measured.points if p.recall >= scenario.recall_floor]
        assert min(gentle) >= one.price.optimistic_j * (1.0 - FIGURE_RELATIVE)


def _without_floors(required: Requirements) -> Requirements:
    """So that a network that has learned little has points all the same."""
    return replace(required, recall_floor=0.0, accuracy_floor=0.0)
