"""Playing a placed graph: each task's mode and the order on each core and fifo link are given.

Everything starts as early as the rules allow. The engine shares no code with the planner's timing
nor with the checker, so that an error of thought in one has no twin in the others. Start reading
at ``_Run.run``. SimPy events start and end tasks and end transfers; those of one instant may come
in any order, because the orders are given and transfers that start together share alike.
"""

import simpy

from scheduler.graphs.schedule import Schedule
from simulator.durations import UnsupportedPlan
from simulator.placed.cores import HeldResource
from simulator.placed.energy import placed_energy
from simulator.placed.links import LINKS, Crossings, Link
from simulator.placed.reading import PlacedGraph, read_schedule
from simulator.placed.trace import PlacedTrace


def simulate_schedule(schedule: Schedule) -> PlacedTrace:
    """Play the modes and orders of ``schedule``, as early as the rules allow.

    Of its times only the order counts: of tasks on each resource by (start, finish, index), of
    transfers on each fifo link by (start, index of the edge). Raises ``UnsupportedPlan`` if the
    schedule contradicts itself or its problem: other tasks or transfers, an unknown mode, a task
    that holds more than there is, two orders that wait for each other, no link between two cores.
    """
    return _Run(read_schedule(schedule)).run()


class _Run:
    """One simulation. Lists are by task unless they say otherwise."""

    def __init__(self, graph: PlacedGraph) -> None:
        self._graph = graph
        problem, count = graph.problem, len(graph.modes)
        self._env = simpy.Environment()
        self._ticks = [mode.ticks for mode in graph.modes]
        self._start = [-1] * count
        self._finish = [-1] * count
        self._not_before = [0] * count
        self._awaits = [1] * count  # its release, its grants and its inputs
        self._resources = [
            HeldResource(resource, index, graph, self._be_granted)
            for index, resource in enumerate(problem.resources)
        ]
        self._holds: list[list[HeldResource]] = [[] for _ in range(count)]
        for resource in self._resources:
            for task in resource.order:
                self._holds[task].append(resource)
                self._awaits[task] += 1
            for task in resource.passing:
                self._not_before[task] = max(self._not_before[task], resource.wake_ticks)
        self._crossings = Crossings(self._env, graph.transfers, self._have)
        self._links = [
            LINKS[link.sharing](self._crossings, graph.transfer_order, index)
            for index, link in enumerate(problem.links)
        ]
        self._frees: list[list[int]] = [[] for _ in range(count)]  # tasks that await its finish
        self._sends: list[list[tuple[int, Link]]] = [[] for _ in range(count)]  # and transfers
        crossing = {one.edge: transfer for transfer, one in enumerate(graph.transfers)}
        for index, edge in enumerate(problem.edges):
            self._awaits[edge.target] += 1
            if index not in crossing:
                self._frees[edge.source].append(edge.target)
            else:
                link = self._links[graph.transfers[crossing[index]].link]
                self._sends[edge.source].append((crossing[index], link))

    def run(self) -> PlacedTrace:
        """Play to the end of all events."""
        for resource in self._resources:
            resource.offer()
        for task in range(len(self._ticks)):
            self._have(task)  # the release, at 0
        self._env.run()
        if -1 in self._finish:
            name = self._graph.problem.tasks[self._finish.index(-1)].name
            raise UnsupportedPlan(
                f"task '{name}' never starts: the order on a core or link has it, or what it "
                f"waits for, after something that waits for it"
            )
        return self._trace()

    def _have(self, task: int) -> None:
        """One of the things that ``task`` awaits is there; the last one lets it start."""
        self._awaits[task] -= 1
        if not self._awaits[task]:
            delay = max(self._not_before[task] - self._env.now, 0)
            self._env.timeout(delay, task).callbacks.append(self._begin)

    def _be_granted(self, task: int, not_before: int) -> None:
        self._not_before[task] = max(self._not_before[task], not_before)
        self._have(task)

    def _begin(self, event: simpy.Event) -> None:
        task: int = event._value
        now = self._start[task] = int(self._env.now)
        self._env.timeout(self._ticks[task], task).callbacks.append(self._end)
        for resource in self._holds[task]:
            resource.begin(now)

    def _end(self, event: simpy.Event) -> None:
        task: int = event._value
        now = self._finish[task] = int(self._env.now)
        for resource in self._holds[task]:
            resource.end(task, now)
        for target in self._frees[task]:
            self._have(target)
        for transfer, link in self._sends[task]:
            link.enter(transfer)

    def _trace(self) -> PlacedTrace:
        end = self._graph.problem.period_ticks or 0
        stays = [resource.stay(end) for resource in self._resources]
        by_cause, by_core = placed_energy(self._graph, stays)
        return PlacedTrace(
            task_start=tuple(self._start),
            task_finish=tuple(self._finish),
            transfer_start=tuple(self._crossings.start),
            transfer_finish=tuple(self._crossings.finish),
            makespan=max(self._finish, default=0),
            energy_by_cause_j=by_cause,
            energy_by_core_j=by_core,
        )
