"""When everything in a placed graph happens, by index."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TransferTiming:
    """One output on its way, by index."""

    edge: int
    """Index of the edge."""
    link: int
    """Index of the link that it crosses."""
    start: int
    """Tick at which it enters the link."""
    finish: int
    """Tick at which it has arrived."""


@dataclass(frozen=True, slots=True)
class Timing:
    """When everything happens, in ticks."""

    starts: tuple[int, ...]
    """By task."""
    finishes: tuple[int, ...]
    """By task."""
    transfers: tuple[TransferTiming, ...]
    """One an edge that crosses a link, in the order of edges."""

    @property
    def makespan(self) -> int:
        """Ticks to the last finish; 0 without tasks."""
        return max(self.finishes, default=0)

    @property
    def order(self) -> tuple[int, ...]:
        """All tasks by (start, finish, index): an order in which every edge points forward."""
        rows = zip(self.starts, self.finishes, range(len(self.starts)), strict=True)
        return tuple(task for _, _, task in sorted(rows))

    @property
    def transfer_order(self) -> tuple[int, ...]:
        """The edges that cross, by (start, index): the order in which fifo links serve them."""
        rows = sorted((transfer.start, transfer.edge) for transfer in self.transfers)
        return tuple(edge for _, edge in rows)
