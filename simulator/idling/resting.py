"""The idle time of one core: which idle states it was in, settled when the stay ends."""

from bisect import bisect_right

from simulator.idling.prediction import HISTORY, expected_ns
from simulator.idling.tables import FIRST, LAST, IdleTables, Lookup
from simulator.recorder import StayRecorder
from simulator.trace import Stays


class Rest:
    """Stays of one core under a policy.

    Until work comes nothing happens that could matter to anybody else, so no timer runs: the
    states of a stay are found, and recorded, when it has ended.
    """

    def __init__(self, tables: IdleTables, core: int) -> None:
        self._lookup = tables.lookup
        self._recorder = StayRecorder(core)
        self._exit_ns: list[int] = tables.exit_ns[core].tolist()
        self._first_state = int(tables.first_state[core])
        self._tables: list[tuple[list[int], list[int]]] = []
        for bits in range(4):
            count = int(tables.count[bits, core])
            states = tables.state[bits, core, :count].tolist()
            self._tables.append((states, tables.offset_ns[bits, core, :count].tolist()))
        only = {state for states, _ in self._tables for state in states} | {self._first_state}
        self._only_state = only.pop() if len(only) == 1 else None
        self._lengths = [0] * HISTORY
        self._stays = 0

    def wake(self, start_ns: int, now_ns: int) -> int:
        """Work came to a core at rest since ``start_ns``; returns how long leaving takes."""
        if self._only_state is None:
            left = self._settle(start_ns, now_ns, woke=True)
        else:
            left = self._only_state
            self._recorder.add(left, start_ns, now_ns, self._stays > 0, True)
        if self._lookup is Lookup.EXPECTED:
            self._lengths[self._stays % HISTORY] = now_ns - start_ns
        self._stays += 1
        return self._exit_ns[left]

    def cut(self, start_ns: int, now_ns: int) -> None:
        """The core at rest since ``start_ns`` went off. When it comes back it knows no history."""
        self._settle(start_ns, now_ns, woke=False)
        self.forget()

    def forget(self) -> None:
        """The next stay is the first."""
        self._stays = 0

    def end(self, start_ns: int, end_ns: int) -> Stays:
        """The run ended while the core rested; returns all stays."""
        self._settle(start_ns, end_ns, woke=False)
        return self.stays()

    def stays(self) -> Stays:
        """All that have ended."""
        return self._recorder.stays()

    def _settle(self, start_ns: int, end_ns: int, *, woke: bool) -> int:
        """Record the states of one stay; returns the last of them."""
        first, record = not self._stays, self._recorder.add
        states, offsets_ns = self._tables[(FIRST if first else 0) + (0 if woke else LAST)]
        if self._lookup is Lookup.DESCENT:
            place = 0
            deepest = bisect_right(offsets_ns, end_ns - start_ns) - 1 if len(states) > 1 else 0
            while place < deepest:
                begin_ns, next_ns = start_ns + offsets_ns[place], start_ns + offsets_ns[place + 1]
                record(states[place], begin_ns, next_ns, not (first and not place), False)
                place += 1
            begin_ns = start_ns + offsets_ns[place]
            record(states[place], begin_ns, end_ns, not (first and not place), woke)
            return states[place]
        if self._lookup is Lookup.HINDSIGHT:
            state = states[bisect_right(offsets_ns, end_ns - start_ns) - 1]
        elif first:
            state = self._first_state
        else:
            expected = expected_ns(self._lengths, self._stays)
            state = states[bisect_right(offsets_ns, expected) - 1]
        record(state, start_ns, end_ns, not first, woke)
        return state
