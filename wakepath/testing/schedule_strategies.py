"""Strategy for valid schedules of graphs: any that keeps every limit, not only the best ones."""

from hypothesis import strategies as st

from scheduler.graphs.figures import make_schedule, objective_value
from scheduler.graphs.schedule import Schedule
from wakepath.testing.amounts import pick
from wakepath.testing.graph_strategies import GraphWitness, graph_witnesses


@st.composite
def schedules(draw: st.DrawFn, of: st.SearchStrategy[GraphWitness] | None = None) -> Schedule:
    """Schedules that the independent checker accepts, with a certificate that claims little.

    ``of`` draws the witnesses that become schedules; by default those of any graph problem.
    """
    witness = draw(graph_witnesses() if of is None else of)
    value = objective_value(witness.problem, witness.modes, witness.timing)
    return make_schedule(
        witness.problem,
        witness.modes,
        witness.timing,
        method="drawn",
        status="feasible",
        lower_bound=value * pick(draw, (0.0, 0.5, 1.0)),
    )
