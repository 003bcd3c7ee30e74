"""The same plan on other hardware: what stays, what changes, what is refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from devicemodels.catalog import load_platform
from devicemodels.documents.errors import InputError
from devicemodels.platform import Platform
from scheduler.documents import read_taskgraph
from scheduler.infeasible import Infeasible
from scheduler.plan import Plan, Requirements
from scheduler.registry import schedule
from scheduler.retarget import retarget
from scheduler.tabulation import make_problem
from scheduler.validity import check

FILES = Path(__file__).parents[2] / "docs/worked-example"


@pytest.fixture(scope="module")
def platform() -> Platform:
    return load_platform(FILES / "platform.yaml")


@pytest.fixture(scope="module")
def plan(platform: Platform) -> Plan:
    required = Requirements("energy", 0.1, 0.1, 0.9, {"negative": 0.9, "positive": 0.1})
    graph = read_taskgraph(FILES / "taskgraph.json")
    return schedule(make_problem("worked-example", graph, platform, required))


def renamed(platform: Platform) -> Platform:
    """The same hardware under other names."""
    cores = tuple(replace(core, name=f"my-{core.name}") for core in platform.cores)
    links = tuple(
        replace(link, connects=tuple(f"my-{core}" for core in link.connects))
        for link in platform.links
    )
    return replace(platform, name="mine", cores=cores, links=links)


def test_on_the_same_hardware_under_other_names_nothing_but_names_changes(
    plan: Plan, platform: Platform
) -> None:
    moved = retarget(plan, renamed(platform), {"dsp": "my-dsp", "npu": "my-npu"}, 0.1)
    assert [p.core for p in moved.placements] == ["my-dsp", "my-npu"]
    assert [(c.codec, c.wire_bytes) for c in moved.crossings] == [("int8", 260)]
    assert moved.gates == plan.gates
    assert moved.expected == plan.expected
    assert check(moved) == ()


def test_a_core_that_the_hardware_lacks_is_named(plan: Plan, platform: Platform) -> None:
    with pytest.raises(InputError, match="platform 'worked-example' has no core 'slow'; it has"):
        retarget(plan, platform, {"dsp": "slow", "npu": "npu"}, 0.1)


def test_hardware_that_cannot_play_the_plan_is_named(plan: Plan, platform: Platform) -> None:
    with pytest.raises(Infeasible, match="cannot be played on platform 'worked-example'"):
        retarget(plan, platform, {"dsp": "npu", "npu": "dsp"}, 0.1)
    apart = replace(platform, links=())
    with pytest.raises(Infeasible, match="cannot be played"):
        retarget(plan, apart, {"dsp": "dsp", "npu": "npu"}, 0.1)
