"""The command line as a user meets it: what it prints, where, and how it exits."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devicemodels.documents.errors import InputError
from wakepath.flow import load_stream
from wakepath.scenario import load_scenario
from wakepath.scenario_file import StreamChoice

pytestmark = pytest.mark.workers

ROOT = Path(__file__).parents[2]
SCENARIO = "scenarios/smartwatch"
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
}


def wakepath(*words: str, flags: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *flags, "-m", "wakepath", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def succeeds(*words: str) -> str:
    done = wakepath(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def plan_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plans") / "plan.json"
    succeeds("plan", SCENARIO, "-o", str(path))
    return path


def test_plan_prints_the_plan_and_its_prediction_as_json() -> None:
    document = json.loads(succeeds("plan", SCENARIO, "--format", "json"))
    assert set(document) == {"plan", "baselines", "predicted"}
    assert document["plan"]["version"] == "wakepath/plan@1"
    assert document["plan"]["certificate"]["status"] == "optimal"
    assert set(document["predicted"]) == RUN_KEYS
    ours = document["predicted"]["energy_per_sample_j"]
    for baseline in document["baselines"].values():
        assert baseline["energy_per_sample_j"] >= ours


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


def test_simulating_a_saved_plan_draws_its_samples(plan_file: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace.json"
    words = ("simulate", "--plan", str(plan_file), "--duration", "1 h", "--trace", str(trace))
    document = json.loads(succeeds(*words, "--format", "json", "--seed", "7"))
    assert document["simulated"]["samples"] == 7200
    assert document["simulated"]["provenance"]["answers"] == "drawn"
    expected, simulated = document["predicted"], document["simulated"]
    assert simulated["energy_per_sample_j"] == pytest.approx(
        expected["energy_per_sample_j"], rel=0.01
    )
    assert json.loads(trace.read_text())["traceEvents"]
    again = json.loads(succeeds(*words, "--format", "json", "--seed", "7"))
    assert again == document
    other = json.loads(succeeds(*words, "--format", "json", "--seed", "8"))
    assert other["simulated"] != document["simulated"]


def test_power_is_written_as_a_table_and_days_of_battery_said_in_one_line(
    plan_file: Path, tmp_path: Path
) -> None:
    power = tmp_path / "power.csv"
    words = ("simulate", "--plan", str(plan_file), "--duration", "2 h", "--power", str(power))
    done = wakepath(*words)
    assert done.returncode == 0, done.stderr
    assert "the first 60 s of 7,200 s" in done.stderr
    said = next(line for line in done.stdout.splitlines() if line.startswith("battery: "))
    words_said = re.fullmatch(
        r"battery: ([\d.]+) days \(95 % interval ([\d.]+) to ([\d.]+)\), modelled", said.strip()
    )
    assert words_said is not None, said
    days, low, high = map(float, words_said.groups())
    assert low < days < high < 1.01 * low
    rows = power.read_text().splitlines()
    assert rows[0].startswith("time_s,dsp_w,cpu_w,npu_w,bus_w,rail_w,total_w,battery_w,compute_j")
    assert rows[-1].startswith("60.000000000,")
    refused = wakepath(*words[:-1], str(tmp_path / "power.txt"))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "end its name in .csv" in refused.stderr


def test_the_compiled_engine_prints_the_same_figures(plan_file: Path) -> None:
    words = ("simulate", "--plan", str(plan_file), "--duration", "6 h", "--format", "json")
    slow, fast = (
        json.loads(succeeds(*words, "--engine", engine)) for engine in ("reference", "compiled")
    )
    assert set(fast) == {*slow, "long_run"}
    reference, compiled = slow["simulated"], fast["simulated"]
    for figures in (reference, compiled):
        life = figures.pop("battery")
        assert life["interval"]["low"] < life["days"] < life["interval"]["high"]
    assert compiled == approximately(reference)
    assert {core["core"] for core in fast["long_run"]["cores"]} == {"dsp", "cpu", "npu"}


def approximately(figures: dict[str, Any]) -> dict[str, Any]:
    """Nested figures within rounding; a median may lie between two values of one bucket."""
    return {
        name: approximately(value)
        if isinstance(value, dict)
        else pytest.approx(value, rel=1e-9)
        if isinstance(value, float)
        else value
        for name, value in figures.items()
    }


def test_a_year_is_simulated_with_its_beginning_as_files(tmp_path: Path) -> None:
    trace, power, kept = (tmp_path / name for name in ("trace.json", "power.csv", "run.npz"))
    words = ("simulate", "scenarios/smartwatch", "--duration", "365 d", "--engine", "compiled")
    files = ("--trace", str(trace), "--power", str(power), "--window", "30 s")
    done = wakepath(*words, *files)
    assert done.returncode == 0, done.stderr
    assert "the first 30 s of 31,536,000 s" in done.stderr
    assert re.search(r"battery: [\d.]+ days \(95 % interval", done.stdout)
    assert re.search(r"mean power: [\d.]+ uW \(95 % interval", done.stdout)
    assert json.loads(trace.read_text())["metadata"]["duration_s"] == 30.0
    assert power.read_text().splitlines()[-1].startswith("30.000000000,")
    early = wakepath(*words, "--precision", "2 %", "--checkpoint", str(kept))
    assert "as sure as was asked for" in early.stdout
    resumed = wakepath(*words, "--checkpoint", str(kept))
    assert resumed.stdout == done.stdout
    other = wakepath(*words, "--checkpoint", str(kept), "--seed", "7")
    assert (other.returncode, other.stdout) == (2, "")
    assert "is of another run" in other.stderr


def test_what_long_runs_cannot_do_is_said_at_once(tmp_path: Path) -> None:
    words = ("simulate", "scenarios/smartwatch", "--precision", "1 %", "--checkpoint", "c.npz")
    done = wakepath(*words, "--trace", "t.txt", "--power", "p.txt")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("add `--engine compiled`") == 2
    assert done.stderr.rstrip().endswith("4 problems")
    long = wakepath("simulate", "scenarios/smartwatch", "--duration", "365 d")
    assert (long.returncode, long.stdout) == (2, "")
    assert "31,536,000 s make 6.307e+07 samples; the reference engine keeps" in long.stderr
    faulty = edited(
        tmp_path, "seed: 0", "faults: {events: [{kind: failure, core: npu, at: 1 h}]}\nseed: 0"
    )
    refused = wakepath("simulate", str(faulty), "--engine", "compiled")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "does not play faults" in refused.stderr


def test_the_share_of_positives_is_a_knob(plan_file: Path) -> None:
    """Fewer events, less work, and the plan's own prediction stays beside it."""
    words = ("simulate", "--plan", str(plan_file), "--duration", "1 h", "--format", "json")
    as_planned, rare = (
        json.loads(succeeds(*words, *more)) for more in ((), ("--positives", "0.1%"))
    )
    assert rare["predicted"] == as_planned["predicted"]
    assert rare["simulated"]["samples"] == as_planned["simulated"]["samples"]
    compute = [one["simulated"]["energy_by_cause_j"]["compute"] for one in (rare, as_planned)]
    assert compute[0] < 0.8 * compute[1]
    done = wakepath(*words, "--positives", "0.1%")
    assert "0.10% of the samples are positive; the plan and its prediction are for" in done.stderr
    assert wakepath(*words, "--positives", "110%").returncode == 2


def test_a_sensor_of_quiet_and_busy_times(tmp_path: Path) -> None:
    states = (
        "release: modulated\n"
        "  states:\n"
        "    - {name: quiet, dwell: 10 min, release: periodic, period: 1 s, positive_share: 0}\n"
        "    - {name: event, dwell: 20 s, release: poisson, period: 2 ms, positive_share: 1}\n"
        "  bursts: [{at: 1 min, samples: 9}]"
    )
    path = edited(tmp_path, "release: periodic  ", f"{states}\n  #")
    text = path.read_text().replace("replay: true", "replay: false").replace("100 ms", "4 ms")
    path.write_text(text)
    done = wakepath("simulate", str(path), "--duration", "3 h", "--format", "json")
    assert done.returncode == 1, done.stderr
    assert "on average; the plan and its prediction are for one every 500 ms" in done.stderr
    simulated = json.loads(done.stdout)["simulated"]
    assert simulated["deadline_miss_rate"] > 0.0
    assert simulated["dropped"] > 0


def test_cores_rest_by_the_policy_that_is_named(plan_file: Path) -> None:
    words = ("simulate", "--plan", str(plan_file), "--duration", "10 min", "--format", "json")
    idle_j, waking_j = {}, {}
    for policy in ("fixed", "timeout:1ms", "clairvoyant"):
        by_cause = json.loads(succeeds(*words, "--idle-policy", policy))["simulated"][
            "energy_by_cause_j"
        ]
        idle_j[policy], waking_j[policy] = by_cause["idle"], by_cause["wake"]
    assert idle_j["timeout:1ms"] > idle_j["fixed"]
    for policy in ("fixed", "timeout:1ms"):
        least_j = idle_j["clairvoyant"] + waking_j["clairvoyant"]
        assert least_j <= (idle_j[policy] + waking_j[policy]) * (1 + 1e-12)
    refused = wakepath(*words, "--idle-policy", "timeout")
    assert refused.returncode == 2
    assert "write timeout:20ms" in refused.stderr


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


def scenario_text() -> str:
    """The smartwatch scenario with the paths of its files made absolute."""
    folder = ROOT / SCENARIO
    text = (folder / "scenario.yaml").read_text()
    for name in ("weights.safetensors", "taskgraph.json"):
        text = text.replace(f": {name}", f": {folder / name}")
    return text


def edited(folder: Path, old: str, new: str, *, copy: bool = False) -> Path:
    """The smartwatch scenario with one text replaced, in ``folder``."""
    text = scenario_text()
    if copy:
        text = (ROOT / SCENARIO / "scenario.yaml").read_text()
        for name in ("weights.safetensors", "taskgraph.json"):
            (folder / name).write_bytes((ROOT / SCENARIO / name).read_bytes())
    assert old in text
    path = folder / "scenario.yaml"
    path.write_text(text.replace(old, new))
    return path
