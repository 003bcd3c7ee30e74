"""What a platform says of a network before it is trained: bounds on its energy, and its savings."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from devicemodels.platform import Platform
from networks.gated_graph import gate_of_edge
from networks.sweep.assumed import (
    EVERYBODY,
    FREE_CODEC,
    NOBODY,
    at_best,
    ungated,
    with_codecs,
    with_one_gate,
)
from scheduler.infeasible import Infeasible
from scheduler.plan import Plan, Requirements
from scheduler.registry import schedule
from scheduler.tabulation import make_problem
from scheduler.taskgraph import TaskGraph
from scheduler.tolerance import FIGURE_RELATIVE


@dataclass(frozen=True, slots=True)
class Price:
    """What the planner says of one placement, modelled joules a sample."""

    optimistic_j: float
    """No plan of the trained network takes less, whatever it learns."""
    ungated_j: float
    """What it takes if its gates stop nothing and nothing is compressed."""
    stop_saves_j: Mapping[str, float]
    """By gate: what stopping a sample there saves, against letting it pass."""
    bytes_save_j: Mapping[str, float]
    """By gate: what sending no bytes there would save, against the raw activation: the larger
    of what it saves with gates that stop nothing and with the best of gates."""


@dataclass(frozen=True, slots=True)
class Pricing:
    """The platform and the rules that networks are priced by."""

    platform: Platform
    """What is planned for."""
    requirements: Requirements
    """Period, deadline, floors, limits and the class prior; what counts is energy."""
    positive_exits: bool = False
    """Whether gates may answer "positive", so that positives too may end early."""

    def plan(self, graph: TaskGraph) -> Plan:
        """The plan of least energy. Raises ``Infeasible``."""
        required = replace(self.requirements, objective="energy")
        return schedule(make_problem(graph.name, graph, self.platform, required))

    def price(self, graph: TaskGraph) -> Price:
        """The price of a network by its task graph; its figures, if any, are not looked at.

        Raises ``Infeasible`` if no plan of it keeps the limits, whatever it learns.
        """
        return Price(
            optimistic_j=self.optimistic_j(graph),
            ungated_j=self._energy_j(ungated(graph)),
            stop_saves_j={gate.name: self._stop_saves_j(graph, gate.name) for gate in graph.gates},
            bytes_save_j={
                gate: self._bytes_save_j(graph, edge) for edge, gate in gate_of_edge(graph).items()
            },
        )

    def optimistic_j(self, graph: TaskGraph) -> float:
        """What no plan of the trained network can undercut; raises ``Infeasible``."""
        return self._energy_j(at_best(graph, self.lost_positives))

    @property
    def lost_positives(self) -> float:
        """Largest share of the positives that gates may keep from the last segment."""
        return 1.0 if self.positive_exits else 1.0 - self.requirements.recall_floor

    def _energy_j(self, graph: TaskGraph) -> float:
        return self.plan(graph).expected.energy_per_sample_j

    def _stop_saves_j(self, graph: TaskGraph, gate: str) -> float:
        try:
            passing, stopping = (with_one_gate(graph, gate, r) for r in (NOBODY, EVERYBODY))
            return self._saved_j(passing, stopping)
        except Infeasible:  # the head does not fit where its segment runs: the gate is of no use
            return 0.0

    def _bytes_save_j(self, graph: TaskGraph, edge: str) -> float:
        return max(
            self._saved_j(with_codecs(assumed, edge, ()), with_codecs(assumed, edge, (FREE_CODEC,)))
            for assumed in (ungated(graph), at_best(graph, self.lost_positives))
        )

    def _saved_j(self, dear: TaskGraph, cheap: TaskGraph) -> float:
        """What the second takes less than the first; differences of rounding are none."""
        before, after = self._energy_j(dear), self._energy_j(cheap)
        return before - after if before - after > FIGURE_RELATIVE * before else 0.0


def scaled(weight: float, saves_j: Mapping[str, float]) -> tuple[float, ...]:
    """A weight of the loss from cut to cut, as a platform sees them: weight x saving / largest.

    The largest saving gets the whole weight. Where nothing is saved anywhere, nothing is pulled at.
    """
    largest = max(saves_j.values(), default=0.0)
    if largest <= 0.0:
        return (0.0,) * len(saves_j)
    return tuple(weight * (saving / largest) for saving in saves_j.values())
