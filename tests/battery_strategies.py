"""Random batteries with regulators that keep the rules, for property tests."""

from dataclasses import replace

from hypothesis import strategies as st

from devicemodels.platform import Battery, Regulator, RegulatorLoad
from scheduler.plan import Plan


@st.composite
def regulators(draw: st.DrawFn) -> Regulator:
    """Up to four loads around the watts of the test platforms; input rises, never below output."""
    quiescent_w = draw(st.floats(0.0, 0.2))
    output_w, input_w, loads = 0.0, quiescent_w, []
    for _ in range(draw(st.integers(1, 4))):
        step_w = draw(st.floats(0.05, 2.0))
        output_w += step_w
        least_w = max(output_w, input_w + 0.01 * step_w)
        input_w = max(least_w, input_w + draw(st.floats(0.2, 2.0)) * step_w)
        loads.append((output_w, input_w))
    step_w = draw(st.floats(0.05, 2.0))
    loads.append((output_w + step_w, input_w + draw(st.floats(1.001, 2.0)) * step_w))
    return Regulator(quiescent_w, tuple(RegulatorLoad(out, out / into) for out, into in loads))


@st.composite
def batteries(draw: st.DrawFn) -> Battery:
    """With or without a regulator and self-discharge."""
    return Battery(
        draw(st.floats(1.0, 1e4)),
        draw(st.floats(0.1, 1.0)),
        draw(st.just(0.0) | st.floats(0.0, 0.5)),
        draw(st.none() | regulators()),
    )


def powered_by(plan: Plan, battery: Battery) -> Plan:
    """The plan on its platform with another battery."""
    return replace(plan, platform=replace(plan.platform, battery=battery))
