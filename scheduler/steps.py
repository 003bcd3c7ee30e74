"""The moves of a chain: start on a core, then on to the next segment in some mode.

Each step carries the expected energy that it adds over idling and the latency that it adds to a
sample that no gate stops. Given the idle states, both are sums over the steps of a path, which
is what makes a dynamic program over chains exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from devicemodels.cost import NANOSECONDS_PER_SECOND
from scheduler.problem import Cost, Problem


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


class Steps:
    """All steps of a problem under one choice of idle states."""

    def __init__(self, problem: Problem, idle: tuple[int, ...]) -> None:
        self._problem = problem
        self._idle = idle
        self.first = tuple(self._start())
        """Steps that start the sample."""
        self.onward = tuple(
            tuple(tuple(self._onward(edge, mode)) for mode in range(len(problem.modes)))
            for edge in range(len(problem.compute) - 1)
        )
        """By edge and mode of the sending segment: the steps that cross the edge."""

    def _start(self) -> Iterator[Step]:
        for n, mode in enumerate(self._problem.modes):
            work = self._work(0, n)
            if work is not None:
                wake = self._net(self._problem.wake[mode.core][self._idle[mode.core]], mode.core)
                yield self._step(0, n, None, [wake, *work])

    def _onward(self, edge: int, m: int) -> Iterator[Step]:
        problem = self._problem
        sender = problem.modes[m].core
        for n, mode in enumerate(problem.modes):
            work = self._work(edge + 1, n)
            if work is None or problem.compute[edge][m] is None:
                continue
            if mode.core == sender:
                switch = [] if m == n else [self._net(problem.switch[sender], sender)]
                yield self._step(edge + 1, n, None, [*switch, *work])
                continue
            link = problem.link[sender][mode.core]
            if link is None:
                continue
            wake = self._net(problem.wake[mode.core][self._idle[mode.core]], mode.core)
            for c, row in enumerate(problem.codecs[edge]):
                encode, decode = row.encode[m], row.decode[n]
                if encode is None or decode is None:
                    continue
                costs = [
                    self._net(encode, sender),
                    row.transfer[link],
                    wake,
                    self._net(decode, mode.core),
                    *work,
                ]
                yield self._step(edge + 1, n, c, costs, row.accuracy_loss)

    def _work(self, segment: int, mode: int) -> list[Cost] | None:
        """Segment and gate, or None if the mode cannot run both."""
        run, gate = self._problem.compute[segment][mode], self._problem.gate[segment][mode]
        if run is None or gate is None:
            return None
        core = self._problem.modes[mode].core
        return [self._net(run, core), self._net(gate, core)]

    def _net(self, cost: Cost, core: int) -> Cost:
        """A cost less what the core would have drawn idle meanwhile."""
        idle_power_w = self._problem.idle_power_w[core][self._idle[core]]
        seconds = cost.time_ns / NANOSECONDS_PER_SECOND
        return Cost(cost.time_ns, cost.energy_j - idle_power_w * seconds)

    def _step(
        self, segment: int, mode: int, codec: int | None, costs: list[Cost], loss: float = 0.0
    ) -> Step:
        probability = self._problem.reach[segment]
        return Step(
            mode=mode,
            codec=codec,
            energy_j=probability * sum(cost.energy_j for cost in costs),
            latency_ns=sum(cost.time_ns for cost in costs),
            loss=loss,
        )
