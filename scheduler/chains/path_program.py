"""A chain as a linear program over its arcs: one unit of flow is one plan.

A node is (segment, mode, gate state behind it); an arc into it is a way to come there: the mode and
gate state before, the codec of the crossing, the knob and the setting of the gate. Every figure of
a plan is linear in the arcs that it takes. Nothing here comes from the dynamic program; the costs
are those of the problem's table, so that the two can judge each other.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.gating import OFF
from scheduler.memory import memory_of_core
from scheduler.problem import Cost, Problem
from scheduler.tolerance import P99_SHARE


@dataclass(frozen=True, slots=True)
class Arc:
    """One way to come to a node, with what it adds to a plan."""

    segment: int
    """The segment that it runs."""
    before: tuple[int, int] | None
    """Mode and gate state behind the segment before; None for the first."""
    mode: int
    """Mode that the segment runs in."""
    state: int
    """Gate state behind the segment."""
    codec: int | None
    """Codec of the crossing; None where there is none."""
    knob: int
    """How the segment is computed."""
    setting: int | None
    """Setting of the gate behind the segment; None where there is no gate."""
    energy_j: float
    """Expected energy, less the idle power that it replaces."""
    mean_ns: float
    """Expected time."""
    p99_ns: int
    """Time, if more than a hundredth of the samples come here."""
    max_ns: int
    """Time."""
    loss: float
    """Accuracy lost, that of the gate choice included on the last segment."""
    weights: tuple[tuple[int, int], ...]
    """Memory and resident bytes."""
    activation: tuple[int, int]
    """Memory and bytes of the activation buffer."""


class Arcs:
    """All arcs of a problem, segment by segment, when the cores rest as ``idle`` says."""

    def __init__(self, problem: Problem, idle: tuple[int, ...]) -> None:
        self._problem = problem
        self._idle = idle
        self._states = problem.gate_states.states
        self._memory = memory_of_core(problem)
        gated = {segment: gate for gate, segment in enumerate(problem.gate_segments)}
        self._gated = [segment in gated for segment in range(len(problem.knobs))]
        nodes: list[tuple[int, int] | None] = [None]
        self.by_segment: list[tuple[Arc, ...]] = []
        """The arcs into each segment's nodes."""
        for segment in range(len(problem.knobs)):
            arcs = tuple(arc for before in nodes for arc in self._into(segment, before))
            self.by_segment.append(arcs)
            nodes = list(dict.fromkeys((arc.mode, arc.state) for arc in arcs))

    def _into(self, segment: int, before: tuple[int, int] | None) -> Iterator[Arc]:
        problem = self._problem
        state = 0 if before is None else before[1]
        onward: tuple[tuple[int | None, int], ...] = ((None, state),)
        if self._gated[segment]:
            onward = self._states[state].onward
        for mode in range(len(problem.modes)):
            for codec, arrival, loss, weights in self._arrivals(segment, before, mode):
                for knob, row in enumerate(problem.knobs[segment]):
                    run = row.compute[mode]
                    if run is None:
                        continue
                    for setting, after in onward:
                        head = self._head(segment, mode, setting)
                        if head is None:
                            continue
                        held = row.weight_bytes
                        if setting is not None and setting != OFF:
                            held += problem.gate_weight_bytes[segment]
                        core = problem.modes[mode].core
                        here = self._memory[core]
                        parts = [*arrival, (run, core), *head]
                        yield self._arc(
                            segment,
                            before,
                            (mode, after),
                            (codec, knob, setting),
                            parts,
                            loss + row.accuracy_loss,
                            (*weights, (here, held)),
                            (here, row.activation_bytes),
                        )

    def _arrivals(
        self, segment: int, before: tuple[int, int] | None, mode: int
    ) -> Iterator[
        tuple[int | None, list[tuple[Cost, int | None]], float, tuple[tuple[int, int], ...]]
    ]:
        """Codec, pieces of work with their cores, loss and resident bytes of coming to a mode."""
        problem = self._problem
        core = problem.modes[mode].core
        wake = (problem.wake[core][self._idle[core]], core)
        if before is None:
            yield None, [wake], 0.0, ()
            return
        sender = problem.modes[before[0]].core
        if sender == core:
            switch = [] if before[0] == mode else [(problem.switch[core], core)]
            yield None, list(switch), 0.0, ()
            return
        link = problem.link[sender][core]
        if link is None:
            return
        for index, row in enumerate(problem.codecs[segment - 1]):
            encode, decode = row.encode[before[0]], row.decode[mode]
            if encode is not None and decode is not None:
                parts = [(encode, sender), (row.transfer[link], None), wake, (decode, core)]
                held = (
                    (self._memory[sender], row.encode_weight_bytes),
                    (self._memory[core], row.decode_weight_bytes),
                )
                yield index, parts, row.accuracy_loss, held

    def _head(
        self, segment: int, mode: int, setting: int | None
    ) -> list[tuple[Cost, int | None]] | None:
        """The gate head's work, none if it is off; None if the mode cannot run it."""
        costs = self._problem.gate[segment]
        if setting is None or setting == OFF or costs is None:
            return []
        cost = costs[mode]
        return None if cost is None else [(cost, self._problem.modes[mode].core)]

    def _arc(
        self,
        segment: int,
        before: tuple[int, int] | None,
        node: tuple[int, int],
        decided: tuple[int | None, int, int | None],
        parts: list[tuple[Cost, int | None]],
        loss: float,
        weights: tuple[tuple[int, int], ...],
        activation: tuple[int, int],
    ) -> Arc:
        reach = self._states[0 if before is None else before[1]].reach
        time_ns = sum(cost.time_ns for cost, _ in parts)
        net_j = sum(cost.energy_j - self._idle_j(cost, core) for cost, core in parts)
        last = segment == len(self._problem.knobs) - 1
        codec, knob, setting = decided
        return Arc(
            segment=segment,
            before=before,
            mode=node[0],
            state=node[1],
            codec=codec,
            knob=knob,
            setting=setting,
            energy_j=reach * net_j,
            mean_ns=reach * time_ns,
            p99_ns=time_ns if reach > P99_SHARE else 0,
            max_ns=time_ns,
            loss=loss + (self._states[node[1]].loss if last else 0.0),
            weights=weights,
            activation=activation,
        )

    def _idle_j(self, cost: Cost, core: int | None) -> float:
        if core is None:
            return 0.0
        return (
            self._problem.idle_power_w[core][self._idle[core]]
            * cost.time_ns
            / NANOSECONDS_PER_SECOND
        )
