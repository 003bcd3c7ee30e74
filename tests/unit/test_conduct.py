"""Idle policies and faults of scenario file and command line, as the simulator's values."""

from dataclasses import replace

import click
import pytest

from simulator.faults.kinds import BrownOut, CoreFailure, CoreStall, LinkCorruption, LinkLoss
from simulator.idling.policies import BreakEven, Clairvoyant, Fixed, Predictive, Timeout
from tests.simulator_worlds import SegmentSpec, chain_plan
from wakepath.conduct import faults_of, idle_policy
from wakepath.conduct_choice import FaultChoice, FaultsChoice, IdleChoice
from wakepath.options import IDLE_POLICIES, IDLE_POLICY
from wakepath.scenario import load_scenario, scenario_schema

PLAN = chain_plan([SegmentSpec("dsp", 300)])


@pytest.mark.parametrize(
    ("choice", "policy"),
    [
        (IdleChoice(), Fixed()),
        (IdleChoice("timeout", 0.02), Timeout((0.02,))),
        (IdleChoice("timeout", (0.02, 5.0), 1e-3), Timeout((0.02, 5.0), 1e-3)),
        (IdleChoice("break-even", None, 1e-3), BreakEven(1e-3)),
        (IdleChoice("predictive"), Predictive()),
        (IdleChoice("clairvoyant"), Clairvoyant()),
    ],
)
def test_policies(choice, policy):
    assert idle_policy(choice) == policy


def test_faults_in_nanoseconds():
    events = (
        FaultChoice("stall", core="dsp", at_s=1.0, lasts_s=1e-6),
        FaultChoice("failure", core="dsp", at_s=2.0, lasts_s=1.0),
        FaultChoice("failure", core="dsp", at_s=4.0),
        FaultChoice("loss", link="bus", probability=0.01),
        FaultChoice("corruption", link="bus", probability=0.001),
        FaultChoice("brown-out", remaining=0.1),
    )
    faults = faults_of(FaultsChoice(events, retries=2), PLAN, seed=7)
    assert faults.faults == (
        CoreStall("dsp", 10**9, 1000),
        CoreFailure("dsp", 2 * 10**9, 3 * 10**9),
        CoreFailure("dsp", 4 * 10**9, None),
        LinkLoss("bus", 0.01),
        LinkCorruption("bus", 0.001),
        BrownOut(0.1),
    )
    assert (faults.seed, faults.reactions[0].retries, faults.reactions[0].fallbacks) == (7, 2, {})
    assert faults_of(FaultsChoice(), PLAN, seed=7) is None


def test_where_there_is_no_fallback_that_is_said(capsys):
    choice = FaultsChoice((FaultChoice("failure", core="dsp", at_s=1.0),), fallback=True)
    faults = faults_of(choice, PLAN, seed=0)
    assert faults.reactions[0].fallbacks == {}
    assert "no fallback without core 'dsp'" in capsys.readouterr().err


def test_the_command_line_names_policies():
    assert IDLE_POLICIES == ("fixed", "timeout", "break-even", "predictive", "clairvoyant")
    assert IDLE_POLICY.convert("timeout:20ms,5 s", None, None) == IdleChoice("timeout", (0.02, 5.0))
    assert IDLE_POLICY.convert("predictive", None, None) == IdleChoice("predictive")
    for wrong, message in {
        "timeout": "needs its times: write timeout:20ms",
        "timeout:20": "'20' has no unit",
        "fixed:2s": "policy 'fixed' has no times",
        "brek-even": "did you mean 'break-even'",
    }.items():
        with pytest.raises(click.BadParameter, match=message):
            IDLE_POLICY.convert(wrong, None, None)


def test_a_scenario_says_how_cores_rest_and_what_goes_wrong():
    scenario = load_scenario("scenarios/smartwatch")
    assert (scenario.idle_policy, scenario.faults) == (IdleChoice(), FaultsChoice())
    assert replace(scenario, idle_policy=IdleChoice("predictive")).idle_policy.name == "predictive"
    schema = scenario_schema()
    assert {"idle_policy", "faults"} <= set(schema["properties"])
    kinds = schema["$defs"]["FaultChoice"]["properties"]["kind"]["enum"]
    assert kinds == ["stall", "failure", "loss", "corruption", "brown-out"]
