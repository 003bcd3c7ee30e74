"""The scenario file, its schema, and the packages it needs."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from devicemodels.documents.errors import InputError
from devicemodels.documents.yaml_source import parse_yaml
from wakepath import scenario_checks
from wakepath.scenario import load_scenario, scenario_schema
from wakepath.scenario_file import QueueChoice
from wakepath.siblings import intruder

ROOT = Path(__file__).parents[2]
SMARTWATCH = ROOT / "scenarios" / "smartwatch"


def test_the_smartwatch_scenario_is_read() -> None:
    scenario = load_scenario(SMARTWATCH, trained=False)
    assert load_scenario(SMARTWATCH / "scenario.yaml", trained=False) == scenario
    assert scenario.name == "smartwatch"
    assert (scenario.deadline_s, scenario.accuracy_floor) == (0.1, 0.9)
    assert (scenario.workload.period_s, scenario.workload.duration_s) == (0.5, 86400.0)
    assert scenario.hardware.cores == {"dsp": "slow", "cpu": "middle", "npu": "fast"}
    assert scenario.hardware.replay_period_s == 0.003
    assert scenario.queue == QueueChoice(4, "drop_newest")
    assert scenario.weights_path == SMARTWATCH / "weights.safetensors"
    assert scenario.taskgraph_path == SMARTWATCH / "taskgraph.json"
    assert scenario.load_platform().name == "wearable"
    assert scenario.load_hardware().name == "host"


def test_what_may_be_left_out(tmp_path: Path) -> None:
    text = (SMARTWATCH / "scenario.yaml").read_text()
    text = re.sub(r"queue:\n.*\n.*\n", "", text).replace("seed: 0\n", "")
    text = text.replace("  taskgraph: taskgraph.json\n", "").replace("  replay: true\n", "")
    (tmp_path / "scenario.yaml").write_text(text)
    scenario = load_scenario(tmp_path, trained=False)
    assert scenario.queue == QueueChoice(4, "drop_newest")
    assert (scenario.seed, scenario.workload.replay) == (0, True)
    assert scenario.taskgraph_path is None


def test_a_sensor_of_its_own_is_what_the_rail_draws(tmp_path: Path) -> None:
    text = (SMARTWATCH / "scenario.yaml").read_text()
    text += "\nsensor: {power: 720 uW, source: an estimate of a microphone}\n"
    (tmp_path / "scenario.yaml").write_text(text)
    scenario = load_scenario(tmp_path, trained=False)
    platform, without = scenario.load_platform(), load_scenario(SMARTWATCH).load_platform()
    assert (platform.rail.power_w, without.rail.power_w) == (720e-6, 500e-6)
    assert platform.sources[platform.provenance["rail.power_w"]].citation.endswith("microphone")
    assert (platform.cores, platform.links) == (without.cores, without.links)


def test_files_are_looked_for_only_once_they_should_be_there(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text((SMARTWATCH / "scenario.yaml").read_text())
    load_scenario(tmp_path, trained=False)
    with pytest.raises(InputError) as refusal:
        load_scenario(tmp_path)
    assert [p.message.split(":")[0] for p in refusal.value.problems] == [
        "network.weights",
        "network.taskgraph",
    ]
    assert f"wakepath train {tmp_path}" in str(refusal.value)


def test_problems_of_platform_files_are_told_with_those_of_the_scenario(tmp_path: Path) -> None:
    text = (SMARTWATCH / "scenario.yaml").read_text()
    text = text.replace("platform: wearable", "platform: ./mine.yaml").replace("100 ms", "100")
    (tmp_path / "scenario.yaml").write_text(text)
    (tmp_path / "mine.yaml").write_text("version: wakepath/platform@1\nnaem: x\n")
    with pytest.raises(InputError) as refusal:
        load_scenario(tmp_path, trained=False)
    said = str(refusal.value)
    assert said.index("deadline: '100' has no unit") < said.index("unknown key 'naem'")
    assert f"{tmp_path / 'mine.yaml'}:2:1" in said


@pytest.mark.parametrize("path", ["nothing", "nothing/scenario.yaml", ".", "x" * 5000, "a\0b"])
def test_a_scenario_that_is_not_there(path: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refusal:
        load_scenario(tmp_path / path)
    assert len(refusal.value.problems) == 1


def test_known_networks_and_streams_are_found_without_importing_them() -> None:
    published = ("cifar10", "speech_commands", "visual_wake_words")
    packaged = ("digits", "mnist", "vowels", "watch", "words")
    assert scenario_checks.stream_names() == tuple(sorted((*packaged, *published)))


def test_reading_a_scenario_imports_no_torch() -> None:
    code = (
        "import sys; from wakepath.scenario import load_scenario;"
        f"load_scenario({str(SMARTWATCH)!r}, trained=False);"
        "print('torch' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"


def test_types_and_errors_import_nothing_heavy() -> None:
    code = (
        "import sys, wakepath.scenario, scheduler.documents;"
        "print({'torch', 'pydantic', 'pint', 'yaml', 'networkx'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "set()"


KINDS = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def fits(schema: dict[str, Any], tree: object, root: dict[str, Any]) -> bool:
    """Whether ``tree`` obeys as much of JSON Schema as the scenario's schema uses."""
    if "$ref" in schema:
        return fits(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], tree, root)
    if "anyOf" in schema:
        return any(fits(option, tree, root) for option in schema["anyOf"])
    known = schema.get("properties", {})
    other = schema.get("additionalProperties", {})
    items = tree.items() if isinstance(tree, dict) else ()
    listed = tree if isinstance(tree, list) else ()
    return (
        isinstance(tree, KINDS[schema["type"]])
        and ("const" not in schema or tree == schema["const"])
        and ("enum" not in schema or tree in schema["enum"])
        and ("maximum" not in schema or tree <= schema["maximum"])  # type: ignore[operator]
        and ("pattern" not in schema or bool(re.search(schema["pattern"], str(tree))))
        and all(key in dict(items) for key in schema.get("required", ()))
        and all(key in known or other is not False for key, _ in items)
        and all(fits(known.get(key, other), item, root) for key, item in items)
        and all(fits(schema["items"], item, root) for item in listed)
    )


def test_the_schema_takes_the_smartwatch_scenario_and_refuses_broken_ones() -> None:
    schema = scenario_schema()
    text = (SMARTWATCH / "scenario.yaml").read_text()
    assert fits(schema, parse_yaml(text, "s").tree, schema)
    for old, new in (
        ("deadline: 100 ms", "deadline: 100"),
        ("deadline: 100 ms", "deadline_s: 100 ms"),
        ("objective: energy", "objective: money"),
        ("accuracy_floor: 90 %", "accuracy_floor: 90"),
        ("  split: test", "  splt: test"),
        ("scenario@1", "scenario@2"),
        ("seed: 0", "seed: one"),
    ):
        assert not fits(schema, parse_yaml(text.replace(old, new), "s").tree, schema), new


def test_the_schema_takes_states_and_bursts_and_refuses_broken_ones() -> None:
    schema = scenario_schema()
    text = (
        (SMARTWATCH / "scenario.yaml")
        .read_text()
        .replace(
            "  replay: true\n",
            "  positive_share: 0.1 %\n"
            "  states:\n"
            "    - {name: still, dwell: 1 h, release: silent, next: {event: 100 %}}\n"
            "    - {name: event, dwell: 9 s, release: poisson, period: 1 s, positive_share: 1}\n"
            "  bursts: [{at: 1 h, samples: 20, every: 5 ms}]\n",
        )
    )
    assert fits(schema, parse_yaml(text, "s").tree, schema)
    for old, new in (
        ("dwell: 1 h", "dwell: 1"),
        ("release: silent", "release: quiet"),
        ("release: poisson", "release: modulated"),
        ("name: still, ", ""),
        ("event: 100 %", "event: often"),
        ("samples: 20", "samples: many"),
        ("positive_share: 1}", "positive_share: 2}"),
        ("[{at: 1 h, samples: 20, every: 5 ms}]", "{at: 1 h, samples: 20, every: 5 ms}"),
    ):
        assert not fits(schema, parse_yaml(text.replace(old, new), "s").tree, schema), new


def test_the_schema_tells_editors_what_each_key_means() -> None:
    schema = scenario_schema()
    assert schema["properties"]["deadline"]["description"].startswith("Longest allowed latency")
    assert "500 ms" in schema["properties"]["deadline"]["examples"]
    workload = schema["$defs"]["WorkloadChoice"]["properties"]
    assert workload["period"]["description"].startswith("Mean time between two releases")


def test_our_packages_are_our_own() -> None:
    assert intruder() is None


def test_a_foreign_package_is_named(tmp_path: Path) -> None:
    (tmp_path / "scheduler").mkdir()
    foreign = tmp_path / "scheduler" / "__init__.py"
    foreign.write_text("raise SystemError('imported')")
    code = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}];"
        "from wakepath.siblings import require_siblings; require_siblings()"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert str(foreign) in run.stderr
    assert "Traceback" not in run.stderr
