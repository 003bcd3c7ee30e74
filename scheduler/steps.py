"""The moves of a chain: start on a core, then on to the next segment in some mode.

Each step carries the expected energy that it adds over idling and the latency that it adds to a
sample that no gate stops. Given the idle states, both are sums over the steps of a path, which
is what makes a dynamic program over chains exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.problem import NOTHING, Cost, Problem


@dataclass(frozen=True, slots=True)
class Step:
    """Reaching a segment in a mode and running it, with the gate after it."""

    mode: int
    """Mode in which the segment runs."""
    codec: int | None
    """Codec of the edge that leads here; None where the activation stays on its core."""
    energy_j: float
    """Expected energy, less the idle power that the work replaces."""
    latency_ns: int
    """Time added to a sample that reaches the segment."""
    loss: float
    """Accuracy lost."""
    knob: int
    """How the segment is computed."""


class Steps:
    """All steps of a problem under one choice of idle states and one of gates."""

    def __init__(self, problem: Problem, idle: tuple[int, ...], gates: int) -> None:
        self._problem = problem
        self._idle = idle
        self._reach = problem.reach(gates)
        self._gated = problem.uses_gate(gates)
        self.first = tuple(self._start())
        """Steps that start the sample."""
        self.onward = tuple(
            tuple(tuple(self._onward(edge, mode)) for mode in range(len(problem.modes)))
            for edge in range(len(problem.knobs) - 1)
        )
        """By edge and mode of the sending segment: the steps that cross the edge."""

    def _start(self) -> Iterator[Step]:
        for n, mode in enumerate(self._problem.modes):
            for k, work in self._work(0, n):
                wake = self._net(self._problem.wake[mode.core][self._idle[mode.core]], mode.core)
                yield self._step(0, n, None, k, [wake, *work])

    def _onward(self, edge: int, m: int) -> Iterator[Step]:
        for n in range(len(self._problem.modes)):
            for k, work in self._work(edge + 1, n):
                for codec, costs, loss in self._arrivals(edge, m, n):
                    yield self._step(edge + 1, n, codec, k, [*costs, *work], loss)

    def _arrivals(
        self, edge: int, m: int, n: int
    ) -> Iterator[tuple[int | None, list[Cost], float]]:
        """The ways to come from mode ``m`` before an edge to mode ``n`` after it."""
        problem = self._problem
        sender, receiver = problem.modes[m].core, problem.modes[n].core
        if sender == receiver:
            yield None, [] if m == n else [self._net(problem.switch[sender], sender)], 0.0
            return
        link = problem.link[sender][receiver]
        if link is None:
            return
        wake = self._net(problem.wake[receiver][self._idle[receiver]], receiver)
        for c, row in enumerate(problem.codecs[edge]):
            encode, decode = row.encode[m], row.decode[n]
            if encode is None or decode is None:
                continue
            costs = [
                self._net(encode, sender),
                row.transfer[link],
                wake,
                self._net(decode, receiver),
            ]
            yield c, costs, row.accuracy_loss

    def _work(self, segment: int, mode: int) -> Iterator[tuple[int, list[Cost]]]:
        """By knob: segment and gate, where the mode can run both."""
        core = self._problem.modes[mode].core
        head = self._problem.gate[segment]
        gate: Cost | None = NOTHING
        if head is not None and self._gated[segment]:
            gate = head[mode]
        for k, row in enumerate(self._problem.knobs[segment]):
            run = row.compute[mode]
            if run is not None and gate is not None:
                yield k, [self._net(run, core), self._net(gate, core)]

    def _net(self, cost: Cost, core: int) -> Cost:
        """A cost less what the core would have drawn idle meanwhile."""
        idle_power_w = self._problem.idle_power_w[core][self._idle[core]]
        seconds = cost.time_ns / NANOSECONDS_PER_SECOND
        return Cost(cost.time_ns, cost.energy_j - idle_power_w * seconds)

    def _step(
        self,
        segment: int,
        mode: int,
        codec: int | None,
        knob: int,
        costs: list[Cost],
        loss: float = 0.0,
    ) -> Step:
        probability = self._reach[segment]
        return Step(
            mode=mode,
            codec=codec,
            energy_j=probability * sum(cost.energy_j for cost in costs),
            latency_ns=sum(cost.time_ns for cost in costs),
            loss=loss + self._problem.knobs[segment][knob].accuracy_loss,
            knob=knob,
        )
