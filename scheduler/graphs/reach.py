"""How early a task may start in each of its modes, and how much must follow it: heads and tails."""

from dataclasses import dataclass

from scheduler.graphs.tables import Tables
from scheduler.infeasible import Infeasible


@dataclass(frozen=True, slots=True)
class Reach:
    """Lower bounds by task and mode; None in both for a mode that no schedule can choose."""

    heads: tuple[tuple[int | None, ...], ...]
    """Ticks before its start."""
    tails: tuple[tuple[int | None, ...], ...]
    """Ticks from its finish to the last finish."""


def reach_of(tables: Tables) -> Reach:
    """Heads and tails if nothing but precedence, transfers alone and wake-ups cost time.

    Each neighbour is taken in the mode that suits the task in question best, so the bound holds for
    any choice. Raises ``Infeasible`` if a task is left without a mode for want of links.
    """
    count, edges = len(tables.ticks), tables.problem.edges
    heads: list[list[int | None]] = []
    done: list[_ByCore] = []
    for task in range(count):
        asked = dict.fromkeys(tables.cores[task], 0)
        for index in tables.inward[task]:
            _raise(tables, index, done[edges[index].source], asked, forward=True)
        row = [asked.get(core) for core in tables.cores[task]]
        for mode, held in enumerate(tables.held[task]):
            head = row[mode]
            if head is not None and held:
                row[mode] = max(head, *[tables.wake[resource] for resource, _ in held])
        heads.append(_possible(tables, task, row))
        done.append(_by_core(tables, task, row))
    tails: list[list[int | None]] = [[] for _ in range(count)]
    for task in reversed(range(count)):
        asked = dict.fromkeys(tables.cores[task], 0)
        for index in tables.outward[task]:
            _raise(tables, index, done[edges[index].target], asked, forward=False)
        row = [
            None if head is None else asked.get(core)
            for head, core in zip(heads[task], tables.cores[task], strict=True)
        ]
        tails[task] = _possible(tables, task, row)
        done[task] = _by_core(tables, task, row)
    return Reach(tuple(map(tuple, heads)), tuple(map(tuple, tails)))


_ByCore = dict[int | None, int]
"""A bound for each core at which a mode is possible."""


def _by_core(tables: Tables, task: int, row: list[int | None]) -> _ByCore:
    """The least of bound plus duration over the modes of ``task`` at each core."""
    best: _ByCore = {}
    for core, ticks, bound in zip(tables.cores[task], tables.ticks[task], row, strict=True):
        if bound is not None and bound + ticks < best.get(core, bound + ticks + 1):
            best[core] = bound + ticks
    return best


def _raise(tables: Tables, index: int, done: _ByCore, asked: _ByCore, *, forward: bool) -> None:
    """Raise ``asked`` to what the neighbour over an edge asks; drop cores that it cannot reach."""
    ticks, table = tables.problem.edges[index].ticks, tables.problem.link
    for core, before in list(asked.items()):
        least = None
        for other, bound in done.items():
            crossing = 0
            if ticks and core is not None and other is not None and core != other:
                link = table[other][core] if forward else table[core][other]
                if link is None:
                    continue
                crossing = ticks[link]
            if least is None or bound + crossing < least:
                least = bound + crossing
        if least is None:
            del asked[core]
        elif least > before:
            asked[core] = least


def _possible(tables: Tables, task: int, row: list[int | None]) -> list[int | None]:
    if all(bound is None for bound in row):
        raise Infeasible(
            f"task '{tables.problem.tasks[task].name}' can run in none of its modes",
            "no link joins any of them to a mode of the tasks beside it: add a link or a mode",
        )
    return row
