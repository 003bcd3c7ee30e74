"""What happens at one instant, in which order: the tie rule, as SimPy's event priorities.

SimPy serves events in order of (time, priority). First all that ends and all that is released, so
that everything of an instant waits in its queue; then things fail; then the cores without work
choose, then the links. Processes start at priority 0.
"""

from dataclasses import dataclass

import simpy
from simpy.events import EventPriority


@dataclass(frozen=True, slots=True)
class Priorities:
    """The order of events at one instant; the smaller goes first."""

    cores: int
    """How many cores there are."""
    links: int
    """How many links there are."""

    def core_ends(self, core: int) -> EventPriority:
        """A core has done its work."""
        return EventPriority(1 + core)

    def link_ends(self, link: int) -> EventPriority:
        """Transfers of a link have arrived."""
        return EventPriority(1 + self.cores + link)

    @property
    def release(self) -> EventPriority:
        """Samples are released."""
        return EventPriority(1 + self.cores + self.links)

    @property
    def faults(self) -> EventPriority:
        """Something fails, or works again."""
        return EventPriority(2 + self.cores + self.links)

    def core_chooses(self, core: int) -> EventPriority:
        """A free core takes what is first in its queue."""
        return EventPriority(3 + self.cores + self.links + core)

    def link_chooses(self, link: int) -> EventPriority:
        """A link takes what waits for it."""
        return EventPriority(3 + self.cores + self.links + self.cores + link)

    @property
    def power_off(self) -> EventPriority:
        """The battery is empty: after all else."""
        return EventPriority(3 + 2 * (self.cores + self.links))


class Moment(simpy.Event):
    """An event that is due after a delay, with its place among the events of that instant."""

    def __init__(self, env: simpy.Environment, delay_ns: int, priority: EventPriority) -> None:
        self.env = env
        self.callbacks = []
        self._ok = True
        self._value = None
        env.schedule(self, priority, delay_ns)


class Bell:
    """Lets a core or link without work sleep until work arrives."""

    def __init__(self, env: simpy.Environment, priority: EventPriority) -> None:
        self._env = env
        self._priority = priority
        self._sleep: simpy.Event | None = None

    def sleep(self) -> simpy.Event:
        """An event that the next ``ring`` makes due."""
        self._sleep = simpy.Event(self._env)
        return self._sleep

    def ring(self) -> None:
        """Wake the sleeper, if there is one, once all of this instant has arrived."""
        if self._sleep is not None:
            self._sleep._ok = True
            self._sleep._value = None
            self._env.schedule(self._sleep, self._priority)
            self._sleep = None
