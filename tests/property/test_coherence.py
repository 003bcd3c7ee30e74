"""Every fault that is put into a coherent platform is found, where it was put."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from devicemodels.coherence import incoherences
from devicemodels.coherence.laws import law_incoherences
from devicemodels.cost import CostLaw
from devicemodels.documents.fields import keys_of, quantity_of
from devicemodels.platform import Core, OperatingPoint, Platform
from devicemodels.power import active_power_w
from tests.law_strategies import LAWS, laws
from wakepath.testing.platform_strategies import platforms

examples = settings(
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much],
)


def fastest(core: Core) -> int:
    clocks = [point.frequency_hz for point in core.operating_points]
    return clocks.index(max(clocks))


def with_point(core: Core, **changes: float) -> Core:
    """The fastest operating point changed."""
    points = list(core.operating_points)
    points[fastest(core)] = replace(points[fastest(core)], **changes)  # type: ignore[arg-type]
    return replace(core, operating_points=tuple(points))


def with_state(core: Core, **changes: float) -> Core:
    """The deepest idle state changed."""
    *shallow, deepest = core.idle_states
    return replace(core, idle_states=(*shallow, replace(deepest, **changes)))  # type: ignore[arg-type]


def slower(core: Core) -> OperatingPoint:
    """The next point below the fastest one."""
    assume(len(core.operating_points) > 1)
    return sorted(core.operating_points, key=lambda point: point.frequency_hz)[-2]


def power_falls(core: Core) -> Core:
    """The slow point leaks so much that the fast one draws less."""
    slow, fast = slower(core), core.operating_points[fastest(core)]
    more_w = 2.0 * active_power_w(core, fast) + 1e-3
    points = tuple(
        replace(point, static_power_w=more_w) if point.name == slow.name else point
        for point in core.operating_points
    )
    return replace(core, operating_points=points)


def falls_short(core: Core) -> Core:
    deepest = core.idle_states[-1]
    needed_s = deepest.entry_latency_s + deepest.exit_latency_s
    assume(needed_s > 0.0)
    return with_state(core, min_residency_s=0.9 * needed_s)


def draws_more(core: Core) -> Core:
    assume(len(core.idle_states) > 1)
    return with_state(core, power_w=core.idle_states[-2].power_w * 1.01 + 1e-9)


FAULTS: dict[str, tuple[Callable[[Core], Core], str]] = {
    "power falls": (power_falls, "operating_points"),
    "voltage falls": (
        lambda core: with_point(core, voltage_v=max(0.31, slower(core).voltage_v * 0.9)),
        "voltage",
    ),
    "a voltage of no core": (lambda core: with_point(core, voltage_v=12.0), "voltage"),
    "one clock twice": (
        lambda core: with_point(core, frequency_hz=slower(core).frequency_hz),
        "frequency",
    ),
    "an idle state above the shallower one": (draws_more, "power"),
    "an idle state above being awake": (
        lambda core: replace(
            core,
            idle_states=(
                replace(
                    core.idle_states[0],
                    power_w=1.01 * max(active_power_w(core, p) for p in core.operating_points)
                    + 1e-9,
                ),
                *core.idle_states[1:],
            ),
        ),
        "power",
    ),
    "too short to be worth it": (falls_short, "min_residency"),
    "a negative activity": (lambda core: replace(core, activity=-0.1), "activity"),
}


@pytest.mark.parametrize("fault", FAULTS)
@examples
@given(platform=platforms() | platforms(numbers="any"), data=st.data())
def test_a_fault_is_found_where_it_is(fault: str, platform: Platform, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(platform.cores) - 1))
    assert not list(incoherences(platform))
    break_it, key = FAULTS[fault]
    cores = list(platform.cores)
    cores[index] = break_it(cores[index])
    found = list(incoherences(replace(platform, cores=tuple(cores))))
    assert any(one.path[:2] == ("cores", index) and key in one.path for one in found)
    assert all(one.path[:2] == ("cores", index) for one in found)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@examples
@given(data=st.data())
def test_no_parameter_of_any_law_may_be_negative(law: type[CostLaw], data: st.DataObject) -> None:
    sound = data.draw(laws(law))
    its_class: type = law
    keys = {key.field: key for key in keys_of(its_class, "yaml").values()}
    names = [
        field.name
        for field in fields(its_class)
        if field.name != "law" and quantity_of(keys[field.name].annotation) is None
    ]
    name = data.draw(st.sampled_from(names))
    value: Any = getattr(sound, name)
    if isinstance(value, (int, float)):
        broken = -1 if isinstance(value, int) else -0.5
        where: tuple[str, ...] = (keys[name].name,)
    else:
        kind = data.draw(st.sampled_from(sorted(value)))
        broken = {**value, kind: -0.5}
        where = (keys[name].name, kind)
    changed = replace(sound, **{name: broken})  # type: ignore[arg-type]
    found = {one.path for one in law_incoherences(changed, (), "cost")}
    assert where in found
