"""`wakepath simulate` as a user meets it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import SCENARIO, edited, succeeds, wakepath

pytestmark = pytest.mark.workers


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
    done = wakepath("simulate", str(path), "--duration", "1 h", "--format", "json")
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


def test_a_recording_is_replayed_without_torch(plan_file: Path, tmp_path: Path) -> None:
    scores, plan = str(tmp_path / "scores.npz"), ("--plan", str(plan_file))
    hour = ("--duration", "1 h", "--format", "json")
    made = wakepath("simulate", SCENARIO, *plan, *hour, "--record", scores)
    assert made.returncode == 0, made.stderr
    assert f"recording written to {scores}: 2,557 windows" in made.stderr
    again = wakepath(
        "simulate", *plan, *hour, "--seed", "0", "--replay", scores, flags=("-X", "importtime")
    )
    assert again.returncode == 0, again.stderr[-2000:]
    assert re.search(r"\| +numpy$", again.stderr, re.MULTILINE)  # so torch would be seen
    assert not re.search(r"\| +torch$", again.stderr, re.MULTILINE)
    first, second = json.loads(made.stdout)["simulated"], json.loads(again.stdout)["simulated"]
    assert second["provenance"]["answers"] == "recorded"
    for figure in ("samples", "stop_rate_by_gate", "accuracy", "energy_per_sample_j"):
        assert second[figure] == first[figure]


def test_a_recording_needs_a_stream_and_fits_its_plan(plan_file: Path, tmp_path: Path) -> None:
    scores = tmp_path / "scores.npz"
    refused = wakepath("simulate", "--plan", str(plan_file), "--record", str(scores))
    assert refused.returncode == 2
    assert "--record needs a network that is run over a stream" in refused.stderr
    assert not scores.exists()
    scores.write_text("no scores")
    refused = wakepath("simulate", "--plan", str(plan_file), "--replay", str(scores))
    assert refused.returncode == 2
    assert "not a recording" in refused.stderr
