"""From a scenario's workload to the source that is simulated."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click import BadParameter

from devicemodels.documents.errors import InputError
from simulator.faults.kinds import CoreStall, Faults
from simulator.sources.fates import Drawn, Replayed
from simulator.sources.releases import Burst, Jittered, Modulated, Periodic, Poisson, State
from simulator.sources.source import Source
from simulator.trace import Outcome
from simulator.workload import drawn, replay
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan
from tests.source_strategies import recording
from wakepath.options import SHARE
from wakepath.scenario import Scenario, load_scenario
from wakepath.simulation import (
    conditions_of,
    drawn_conditions,
    first_part,
    simulate_long_under,
    simulate_under,
    simulated_figures,
)
from wakepath.workload_choice import BurstChoice, StateChoice, WorkloadChoice
from wakepath.workloads import departures, source_of

SMARTWATCH = Path(__file__).parents[2] / "scenarios" / "smartwatch" / "scenario.yaml"
PLAN = chain_plan(
    [SegmentSpec("dsp", 100, gate=GateSpec(1, 0.5, 0.25)), SegmentSpec("npu", 300)],
    period_s=10e-6,
    positive=0.25,
)
PERIODIC = WorkloadChoice("periodic", 10e-6, 2e-3, replay=False)


def scenario(workload: WorkloadChoice) -> Scenario:
    return replace(load_scenario(SMARTWATCH, trained=False), workload=workload)


def played_by(its: Scenario, windows=None):
    return simulate_under(PLAN, conditions_of(its, PLAN, windows), None)


def test_every_key_arrives_where_it_should():
    states = (
        StateChoice("still", 50.0, "periodic", 1.0, next={"event": 0.25, "off": 0.75}),
        StateChoice("off", 5.0, "silent"),
        StateChoice("event", 2.0, "jittered", 0.5, 0.25, positive_share=1.0),
    )
    workload = WorkloadChoice(
        "modulated", 0.5, 1e4, states=states, bursts=(BurstChoice(3.0, 5, 0.01), BurstChoice(4, 2))
    )
    second = 10**9
    assert source_of(replace(workload, positive_share=0.001), None) == Source(
        Modulated(
            (
                State(Periodic(second), 50 * second, None, (0.0, 0.75, 0.25)),
                State(None, 5 * second),
                State(Jittered(second // 2, second // 4), 2 * second, 1.0),
            )
        ),
        Drawn(0.001),
        (Burst(3 * second, 5, second // 100), Burst(4 * second, 2, 0)),
    )
    assert source_of(replace(PERIODIC, release="poisson"), None).release == Poisson(10_000)
    jittered = replace(PERIODIC, release="jittered", jitter_s=2e-6)
    assert source_of(jittered, None).release == Jittered(10_000, 2_000)
    windows = recording()
    fates = source_of(replace(PERIODIC, positive_share=0.5), windows).fates
    assert isinstance(fates, Replayed)
    assert (fates.recording, fates.positive_share) == (windows, 0.5)


def test_the_comments_of_the_smartwatch_are_a_scenario(tmp_path):
    """What they offer can be taken: with the marks gone, it is all read."""
    text = SMARTWATCH.read_text()
    begin, end = text.index("# positive_share"), text.index("# What waits at a core")
    offered = [
        f"  {line[2:]}" if line.startswith(("# states", "# bursts", "# positive", "#   -")) else ""
        for line in text[begin:end].splitlines()
    ]
    text = text[:begin] + "\n".join(offered) + "\n" + text[end:]
    text = text.replace("release: periodic  ", "release: modulated  ", 1)
    (tmp_path / "scenario.yaml").write_text(text)
    workload = load_scenario(tmp_path, trained=False).workload
    assert [state.name for state in workload.states] == ["still", "moving", "event"]
    assert (len(workload.bursts), workload.positive_share) == (1, 0.001)
    assert yaml.safe_load(text)["workload"]["period"] == "500 ms"


def test_a_scenario_is_simulated_on_its_source(capsys):
    made = played_by(scenario(PERIODIC))
    assert made.samples.label.tolist() == drawn(PLAN, 10_000, 200, seed=0).label.tolist()
    windows = recording(gates=("g0",))
    played = played_by(scenario(PERIODIC), windows).samples
    assert played.exit_gate.tolist() == replay(windows, PLAN, 10_000, 200).exit_gate.tolist()
    assert capsys.readouterr().err == ""
    busy = replace(PERIODIC, release="poisson", bursts=(BurstChoice(1e-3, 20),))
    samples = played_by(scenario(busy)).samples
    assert (samples.release_ns == 1_000_000).sum() == 20
    waiting = scenario(busy).queue.capacity
    assert (samples.outcome == Outcome.DROPPED).sum() >= 20 - 1 - waiting


def test_where_plan_and_source_differ_it_is_said(capsys):
    simulate_under(PLAN, drawn_conditions(PLAN, 1e-3, 0, positive_share=0.001), None)
    assert capsys.readouterr().err == (
        "0.10% of the samples are positive; the plan and its prediction are for 25.00%\n"
    )
    states = (
        StateChoice("still", 1e-3, "poisson", 20e-6, positive_share=0.0),
        StateChoice("event", 1e-3, "poisson", 5e-6, positive_share=1.0),
    )
    said = [
        *departures(PLAN, source_of(replace(PERIODIC, release="modulated", states=states), None))
    ]
    assert said == [
        "samples come every 8 us on average; the plan and its prediction are for one every 10 us",
        "80.00% of the samples are positive; the plan and its prediction are for 25.00%",
    ]
    for like_the_plan in (PERIODIC, replace(PERIODIC, release="poisson", positive_share=0.25)):
        assert list(departures(PLAN, source_of(like_the_plan, None))) == []
    assert list(departures(PLAN, source_of(PERIODIC, recording()))) == []


@pytest.mark.parametrize("release", ["poisson", "modulated"])
def test_a_run_without_any_sample_has_nothing_to_tell(release):
    states = (StateChoice("off", 1.0, "silent"), StateChoice("on", 1.0, "periodic", 1.0))
    rare = WorkloadChoice(release, 1.0, 1e-6, replay=False, states=states)
    conditions = conditions_of(scenario(rare), PLAN, None)
    empty = simulate_under(PLAN, conditions, None)
    for figures in (
        lambda: simulated_figures(empty, conditions),
        lambda: simulate_long_under(PLAN, conditions, None),
    ):
        with pytest.raises(InputError, match="no sample is released within 1e-06 s"):
            figures()


def test_both_engines_play_the_same_conditions():
    busy = replace(PERIODIC, release="poisson", bursts=(BurstChoice(1e-3, 20),))
    conditions = conditions_of(scenario(busy), PLAN, None)
    trace = simulate_under(PLAN, conditions, None)
    figures = simulated_figures(trace, conditions)
    run = simulate_long_under(PLAN, conditions, None)
    assert run.metrics is not None
    assert run.metrics.samples == figures.samples
    assert run.metrics.dropped == figures.dropped > 0
    assert run.metrics.energy_per_sample_j == pytest.approx(figures.energy_per_sample_j, rel=1e-12)
    assert run.metrics.latency_s.mean == pytest.approx(figures.latency_s.mean, rel=1e-12)
    whole = first_part(PLAN, conditions, 1e9)
    assert (whole.activities.start_ns == trace.activities.start_ns).all()
    stall = Faults((CoreStall("dsp", 0, 1),))
    assert figures.battery.interval is not None
    hit = replace(conditions, faults=stall)
    struck = simulated_figures(simulate_under(PLAN, hit, None), hit)
    assert struck.battery.days is not None
    assert struck.battery.interval is None
    with pytest.raises(InputError, match="does not play faults"):
        simulate_long_under(PLAN, replace(conditions, faults=stall), None)


@pytest.mark.parametrize(
    ("text", "share"), [("0.1%", 0.001), ("12 %", 0.12), ("0.5", 0.5), ("1", 1.0)]
)
def test_a_share_on_the_command_line(text, share):
    assert SHARE.convert(text, None, None) == share


@pytest.mark.parametrize("text", ["110%", "-1%", "2", "nan", "inf", "x", "", "%", "1e999"])
def test_what_is_no_share_on_the_command_line(text):
    with pytest.raises(BadParameter, match="is not a share"):
        SHARE.convert(text, None, None)
