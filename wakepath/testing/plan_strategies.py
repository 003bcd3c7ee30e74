"""Strategy for valid plans: any that keeps every limit, not only the best ones."""

from hypothesis import strategies as st

from scheduler.expectation import expect, make_plan
from scheduler.plan import Plan
from wakepath.testing.amounts import pick
from wakepath.testing.world_strategies import Witness, witnesses


@st.composite
def plans(draw: st.DrawFn, of: st.SearchStrategy[Witness] | None = None) -> Plan:
    """Plans that the independent checker accepts, with a certificate that claims little.

    ``of`` draws the witnesses that become plans; by default those of any world.
    """
    witness = draw(witnesses() if of is None else of)
    problem = witness.world.problem()
    value = expect(problem, witness.assignment).value(problem.requirements.objective)
    return make_plan(
        problem,
        witness.assignment,
        method="drawn",
        status="feasible",
        lower_bound=value * pick(draw, (0.0, 0.5, 1.0)),
    )
