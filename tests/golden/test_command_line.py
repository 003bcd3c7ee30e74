"""The command line as a user meets it: what it prints, where, and how it exits."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backends.failures import WorkerDied
from devicemodels.documents.errors import InputError
from scheduler.plan import Plan
from simulator.sources.fates import Drawn, Replayed
from tests.command_line import (
    ROOT,
    SCENARIO,
    ctrl_c_heard,
    edited,
    scenario_text,
    succeeds,
    wakepath,
)
from wakepath.cli import cli, main
from wakepath.commands import run as run_command
from wakepath.flow import load_stream
from wakepath.scenario import load_scenario
from wakepath.scenario_file import StreamChoice
from wakepath.simulation import Conditions

pytestmark = pytest.mark.workers

RUN_KEYS = {
    "samples",
    "energy_per_sample_j",
    "energy_by_cause_j",
    "mean_power_w",
    "latency_s",
    "deadline_miss_rate",
    "dropped",
    "stop_rate_by_gate",
    "bytes_across_cuts",
    "accuracy",
    "provenance",
    "battery",
    "lost_by_fault",
    "answer_rate_by_gate",
}


def test_plan_prints_the_plan_and_its_prediction_as_json() -> None:
    document = json.loads(succeeds("plan", SCENARIO, "--format", "json"))
    assert set(document) == {"plan", "baselines", "predicted"}
    assert document["plan"]["version"] == "wakepath/plan@1"
    assert document["plan"]["certificate"]["status"] == "optimal"
    assert set(document["predicted"]) == RUN_KEYS
    ours = document["predicted"]["energy_per_sample_j"]
    for baseline in document["baselines"].values():
        assert baseline["energy_per_sample_j"] >= ours


def test_a_scenario_is_planned_for_another_platform() -> None:
    words = ("plan", SCENARIO, "--format", "json", "--platform")
    by_name = json.loads(succeeds(*words, "ethos-u55"))["plan"]
    assert by_name["platform"]["name"] == "ethos-u55"
    by_file = json.loads(succeeds(*words, "devicemodels/catalog/ethos-u55.yaml"))["plan"]
    assert by_file == by_name


def test_a_plan_is_the_same_in_every_run(plan_file: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.json"
    succeeds("plan", SCENARIO, "-o", str(again))
    assert again.read_bytes() == plan_file.read_bytes()


def test_check_accepts_a_sound_plan(plan_file: Path) -> None:
    assert "sound" in succeeds("check", str(plan_file))


def test_check_refuses_a_tampered_plan(plan_file: Path, tmp_path: Path) -> None:
    plan = json.loads(plan_file.read_text())
    plan["expected"]["mean_power_w"] *= 0.9
    tampered = tmp_path / "tampered.json"
    tampered.write_text(json.dumps(plan))
    done = wakepath("check", str(tampered), "--format", "json")
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert answer["sound"] is False
    assert [violation["kind"] for violation in answer["violations"]] == ["figure"]
    refused = wakepath("simulate", "--plan", str(tampered), "--duration", "1 min")
    assert refused.returncode == 2
    assert "mean_power_w" in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize(
    "words",
    [
        ("plan", SCENARIO),
        ("check", "PLAN"),
        ("simulate", "--plan", "PLAN", "--duration", "10 min"),
        ("devices",),
        ("schema",),
    ],
    ids=lambda words: words[0],
)
def test_saved_documents_need_no_torch(words: tuple[str, ...], plan_file: Path) -> None:
    words = tuple(str(plan_file) if word == "PLAN" else word for word in words)
    done = wakepath(*words, flags=("-X", "importtime"))
    assert done.returncode == 0, done.stderr[-2000:]
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert "wakepath.cli" in imported
    heavy = {name for name in imported if name.split(".")[0] in {"torch", "onnxruntime"}}
    assert heavy == set()


def test_an_impossible_deadline_is_an_answer(tmp_path: Path) -> None:
    done = wakepath("plan", str(edited(tmp_path, "deadline: 100 ms", "deadline: 100 us")))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("infeasible: no plan on platform 'wearable' meets the deadline")
    assert "Traceback" not in done.stderr


def test_an_impossible_accuracy_is_an_answer(tmp_path: Path) -> None:
    path = edited(tmp_path, "accuracy_floor: 90 %", "accuracy_floor: 99.99 %")
    done = wakepath("plan", str(path))
    assert done.returncode == 1
    assert "accuracy floor of 99.99%" in done.stderr


def test_a_platform_that_cannot_run_the_network_is_named(tmp_path: Path) -> None:
    platform = (ROOT / "docs/worked-example/platform.yaml").read_text()
    (tmp_path / "tiny.yaml").write_text(platform)
    text = scenario_text().replace("platform: wearable", "platform: tiny.yaml")
    text = text.replace(
        "cores: {dsp: slow, cpu: middle, npu: fast}", "cores: {dsp: slow, npu: fast}"
    )
    path = tmp_path / "scenario.yaml"
    path.write_text(text)
    done = wakepath("plan", str(path))
    assert done.returncode == 1
    assert "no core of platform 'worked-example' can run segment:" in done.stderr


def test_weights_that_the_task_graph_was_not_made_of(tmp_path: Path) -> None:
    path = edited(tmp_path, "seed: 0", "seed: 2", copy=True)
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\0")
    done = wakepath("plan", str(path))
    assert done.returncode == 2
    assert "taskgraph.json: it was made of weights" in done.stderr


def test_a_stream_that_the_network_does_not_read(tmp_path: Path) -> None:
    scenario = replace(
        load_scenario(edited(tmp_path, "seed: 0", "seed: 2")), stream=StreamChoice("radio", "test")
    )
    with pytest.raises(InputError, match="network 'smartwatch' reads stream 'watch', not 'radio'"):
        load_stream(scenario)


def test_a_folder_that_is_not_there_is_not_made(plan_file: Path, tmp_path: Path) -> None:
    done = wakepath("plan", SCENARIO, "-o", str(tmp_path / "no" / "plan.json"))
    assert done.returncode == 2
    assert "No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_unknown_words_exit_with_2() -> None:
    for words in (("fly",), ("plan",), ("plan", SCENARIO, "--algorithm", "magic")):
        done = wakepath(*words)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


def test_schema_describes_the_scenario() -> None:
    schema = json.loads(succeeds("schema"))
    assert {"deadline", "accuracy_floor", "workload"} <= set(schema["properties"])


def test_devices_shows_every_source() -> None:
    text = succeeds("devices", "wearable")
    for word in ("30.7 MHz", "98.7 MHz", "estimated", "fitted", "MLPerf Tiny"):
        assert word in text


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    """The main job, once; how far times are off is not tested here."""
    done = wakepath("run", SCENARIO, "--format", "json")
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_run_has_the_keys_of_the_design(report: dict[str, Any]) -> None:
    assert {"plan", "predicted", "simulated", "measured", "comparison"} <= set(report)
    for part in ("predicted", "simulated", "measured"):
        assert set(report[part]) == RUN_KEYS


def test_run_measures_a_thousand_windows_and_loses_none(report: dict[str, Any]) -> None:
    assert report["measured"]["samples"] >= 1000
    assert report["measured"]["dropped"] == 0


def test_run_simulates_a_day(report: dict[str, Any]) -> None:
    assert report["simulated"]["samples"] == 172_800


def test_run_decisions_bytes_and_answers_are_those_predicted(report: dict[str, Any]) -> None:
    comparison, measured = report["comparison"], report["measured"]
    assert comparison["differing_exits"] == 0
    assert comparison["differing_answers"] == 0
    assert comparison["bytes_agree"] is True
    for key in ("stop_rate_by_gate", "bytes_across_cuts", "accuracy"):
        assert comparison["simulated"][key] == measured[key]


def test_run_says_what_is_modelled(report: dict[str, Any]) -> None:
    assert report["measured"]["provenance"] == {
        "times": "measured",
        "energy": "modelled",
        "answers": "measured",
    }


class Simulated(Exception):
    """Ends a run where its simulation begins."""


@pytest.mark.parametrize(("replay", "fates"), [("true", Replayed), ("false", Drawn)])
def test_run_replays_what_simulate_replays(
    replay: str, fates: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def simulated(_: Plan, conditions: Conditions, *__: object) -> None:
        assert isinstance(conditions.source.fates, fates)
        raise Simulated

    path = edited(tmp_path, "replay: true", f"replay: {replay}")
    monkeypatch.setattr(run_command, "simulate_under", simulated)
    with pytest.raises(Simulated):
        run_command.command.main([str(path)], standalone_mode=False)


def workers_of(parent: int) -> list[int]:
    """Processes below ``parent`` that are pinned workers."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "status").read_text()
                command = (entry / "cmdline").read_text()
            except OSError:
                continue
            if f"PPid:\t{parent}\n" in status and "backends" in command:
                found.append(int(entry.name))
    return found


def started_run() -> tuple[subprocess.Popen[str], list[int]]:
    """A run whose workers execute, and their process ids."""
    with ctrl_c_heard():
        run = subprocess.Popen(
            [sys.executable, "-m", "wakepath", "execute", SCENARIO],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    while len(workers := workers_of(run.pid)) < 3:
        assert run.poll() is None, run.communicate()
        time.sleep(0.05)
    return run, workers


def all_gone(processes: list[int]) -> bool:
    for _ in range(200):
        if not any(Path(f"/proc/{process}").exists() for process in processes):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(
    ("cut_short", "code", "said"),
    [
        (WorkerDied("slow", -signal.SIGKILL, None, None), 1, "failed: the worker of core 'slow'"),
        (KeyboardInterrupt(), 130, "stopped"),
    ],
    ids=["killed worker", "Ctrl-C"],
)
def test_a_run_that_was_cut_short_ends_with_its_code(
    cut_short: BaseException,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def invoke(*args: Any, **options: Any) -> None:
        raise cut_short

    monkeypatch.setattr(cli, "main", invoke)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(said)


@pytest.mark.heavy  # the same without a command line is in test_backends_bad_luck
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_a_killed_worker_is_named_and_nothing_is_left() -> None:
    before = set(Path("/dev/shm").iterdir())
    run, workers = started_run()
    time.sleep(3.0)
    os.kill(workers[0], signal.SIGKILL)
    stdout, stderr = run.communicate(timeout=60)
    assert run.returncode == 1
    assert stdout == ""
    assert "the worker of core 'slow' was killed by SIGKILL" in stderr
    assert "Traceback" not in stderr
    assert all_gone(workers)
    assert set(Path("/dev/shm").iterdir()) <= before


@pytest.mark.heavy  # the same without a command line is in test_backends_bad_luck
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_ctrl_c_stops_the_workers() -> None:
    before = set(Path("/dev/shm").iterdir())
    run, workers = started_run()
    time.sleep(3.0)
    os.killpg(run.pid, signal.SIGINT)
    _, stderr = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "Traceback" not in stderr
    assert all_gone(workers)
    assert set(Path("/dev/shm").iterdir()) <= before
