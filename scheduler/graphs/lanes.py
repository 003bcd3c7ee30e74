"""Gaps between what is placed already: where the next piece of work fits."""

from bisect import bisect_left, bisect_right


class Line:
    """Something that does one thing at a time: a core, or a fifo link."""

    __slots__ = ("ends", "points", "starts", "switch")

    def __init__(self, switch: int = 0) -> None:
        """``switch``: ticks between two neighbours at different operating points."""
        self.switch = switch
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.points: list[int] = []

    def earliest(self, ready: int, ticks: int, point: int = 0) -> int:
        """The first start from ``ready`` at which ``ticks`` fit."""
        ends = self.ends
        if not ends or (ready >= ends[-1] and not self.switch):
            return ready
        position, switch = bisect_right(ends, ready), self.switch
        for index in range(position, len(ends) + 1):
            start = ready
            if switch and index and self.points[index - 1] != point:
                start = max(start, ends[index - 1] + switch)
            if index == len(ends):
                return start
            limit = self.starts[index]
            if switch and self.points[index] != point:
                limit -= switch
            if start + ticks <= limit:
                return start
            ready = max(ready, ends[index])
        raise AssertionError("after the last one there is room")

    def add(self, start: int, ticks: int, point: int = 0) -> None:
        """Take the time; `earliest` has said that it is free."""
        ends = self.ends
        position = bisect_right(ends, start)
        self.starts.insert(position, start)
        ends.insert(position, start + ticks)
        self.points.insert(position, point)

    def remove(self, start: int, ticks: int) -> None:
        """Give back what `add` took."""
        position = bisect_left(self.ends, start + ticks)
        while self.starts[position] != start:
            position += 1
        del self.starts[position], self.ends[position], self.points[position]


class Pool:
    """Several units that running tasks hold together."""

    __slots__ = ("capacity", "ticks", "used")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.ticks = [0]
        self.used = [0]

    def earliest(self, ready: int, ticks: int, units: int) -> int:
        """The first start from ``ready`` at which ``units`` are free for ``ticks``."""
        if not ticks:
            return ready
        most = self.capacity - units
        position = bisect_right(self.ticks, ready) - 1
        start = ready
        while position < len(self.ticks) and self.ticks[position] < start + ticks:
            position += 1
            if self.used[position - 1] > most:
                start = self.ticks[position]  # the last entry of `used` is 0
        return start

    def add(self, start: int, ticks: int, units: int) -> None:
        """Take the units; `earliest` has said that they are free."""
        if not ticks:
            return
        first, last = self._cut(start), self._cut(start + ticks)
        for position in range(first, last):
            self.used[position] += units

    def _cut(self, tick: int) -> int:
        """The position of the entry that begins at ``tick``, made if there is none."""
        position = bisect_left(self.ticks, tick)
        if position == len(self.ticks) or self.ticks[position] != tick:
            self.ticks.insert(position, tick)
            self.used.insert(position, self.used[position - 1])
        return position
