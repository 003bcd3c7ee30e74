"""The scenario beside a network that a sweep trained."""

from pathlib import Path

import pytest

from devicemodels.documents.yaml_source import parse_yaml
from tests.command_line import ROOT, SCENARIO
from wakepath.member_scenario import member_scenario

TEXT = (ROOT / SCENARIO / "scenario.yaml").read_text()
HERE, MEMBER = Path("/scenarios/watch"), Path("/scenarios/watch/sweep/trained/c1-epochs5")
FILES = {"weights": "weights.safetensors", "taskgraph": "taskgraph.json", "design": "design.json"}


def _tree(text: str) -> dict[str, object]:
    tree = parse_yaml(text, "scenario.yaml").tree
    assert isinstance(tree, dict)
    return tree


def test_only_the_network_changes_and_comments_stay() -> None:
    moved = member_scenario(TEXT, HERE, MEMBER)
    before, after = _tree(TEXT), _tree(moved)
    assert after["network"] == {"name": "smartwatch", **FILES}
    assert {**before, "network": None} == {**after, "network": None}
    kept = [line for line in TEXT.splitlines() if line.startswith("#")]
    assert [line for line in moved.splitlines() if line.startswith("#")] == kept


@pytest.mark.parametrize(
    "network",
    [
        "network:\n  name: smartwatch # ours\n  weights: old.safetensors   # kept\n",
        "network: {name: smartwatch, weights: a.safetensors,\n  design: 'other design.json'}\n",
        "network:   # which\n  design: d.json\n  weights: a.safetensors\n  name: 'smartwatch'\n",
    ],
)
def test_a_network_in_any_style_is_replaced_whole(network: str) -> None:
    text = f"version: wakepath/scenario@1\n{network}\n# next\nplatform: wearable\n"
    moved = member_scenario(text, HERE, MEMBER)
    assert _tree(moved) == {
        "version": "wakepath/scenario@1",
        "network": {"name": "smartwatch", **FILES},
        "platform": "wearable",
    }
    assert "\n# next\n" in moved


def test_files_beside_the_scenario_are_found_from_the_new_folder() -> None:
    text = (
        "network: {name: mine, weights: w.safetensors, file: network.py}\n"
        "platform: boards/own.yaml\n"
        "hardware: {platform: ../host.yaml, cores: {a: b}}\n"
    )
    after = _tree(member_scenario(text, HERE, MEMBER))
    assert after["network"] == {"name": "mine", "file": "../../../network.py", **FILES}
    assert after["platform"] == "../../../boards/own.yaml"
    assert after["hardware"] == {"platform": "../../../../host.yaml", "cores": {"a": "b"}}
    absolute = text.replace("boards/own.yaml", "/boards/own.yaml")
    assert _tree(member_scenario(absolute, HERE, MEMBER))["platform"] == "/boards/own.yaml"


@pytest.mark.parametrize("nothing", ["null", "~", ""])
def test_no_file_stays_no_file(nothing: str) -> None:
    text = f"network: {{name: mine, weights: w.safetensors, file: {nothing}}}\n"
    assert _tree(member_scenario(text, HERE, MEMBER))["network"] == {"name": "mine", **FILES}
