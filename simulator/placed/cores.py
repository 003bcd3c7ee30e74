"""What running tasks of a placed graph hold: cores and other resources, each with its own order."""

from collections.abc import Callable

from scheduler.graphs.problem import Resource, TaskMode
from simulator.durations import UnsupportedPlan
from simulator.placed.energy import Stay
from simulator.placed.reading import PlacedGraph

Grant = Callable[[int, int], None]
"""Told which task is given what it holds, and the first tick at which that lets it start."""


class HeldResource:
    """Grants itself to its tasks in their order, and counts switches and the time without any."""

    def __init__(
        self,
        resource: Resource,
        index: int,
        graph: PlacedGraph,
        grant: Grant,
    ) -> None:
        modes = graph.modes
        held_by = [task for task in graph.order if modes[task].holds[index]]
        self._exclusive = resource.capacity == 1
        self.order = [task for task in held_by if self._exclusive or modes[task].ticks]
        """Tasks that it is granted to, first to last."""
        self.passing = [] if self._exclusive else [one for one in held_by if not modes[one].ticks]
        """Tasks without duration that need no grant: they only find it awake."""
        self.wake_ticks = resource.wake_ticks
        self._used = bool(held_by)
        self._switches = 0
        self._idle_ticks = 0  # awake without a task, its switches included
        self._units = {task: _units(resource, modes[task], index) for task in self.order}
        self._points = [modes[task].point for task in self.order]
        self._switch_ticks = resource.switch_ticks
        self._grant = grant
        self._free = resource.capacity
        self._next = 0
        self._granted = False
        self._running = 0
        self._not_before = resource.wake_ticks
        self._idle_since = resource.wake_ticks if held_by else 0

    def offer(self) -> None:
        """Grant what the next task holds, if that is free and the task before it has started."""
        if self._granted or self._next == len(self.order):
            return
        task = self.order[self._next]
        if self._units[task] <= self._free:
            self._free -= self._units[task]
            self._granted = True
            self._grant(task, self._not_before)

    def begin(self, now: int) -> None:
        """The task that was granted last starts."""
        if not self._running:
            self._idle_ticks += now - self._idle_since
        self._running += 1
        self._next += 1
        self._granted = False
        self.offer()

    def end(self, task: int, now: int) -> None:
        """``task`` has finished."""
        self._running -= 1
        if not self._running:
            self._idle_since = now
        self._free += self._units[task]
        if self._exclusive and self._next < len(self.order):
            points = self._points
            if points[self._next - 1] != points[self._next]:
                self._switches += 1
                self._not_before = now + self._switch_ticks
        self.offer()

    def stay(self, end: int) -> Stay:
        """What it did until ``end``, once all tasks have run."""
        idle = self._idle_ticks + end - self._idle_since - self._switches * self._switch_ticks
        return Stay(self._used, self._switches, idle)


def _units(resource: Resource, mode: TaskMode, index: int) -> int:
    held = mode.holds[index]
    if held > resource.capacity:
        raise UnsupportedPlan(
            f"mode '{mode.name}' holds {held} of '{resource.name}', which has "
            f"{resource.capacity}: choose another mode"
        )
    return held
