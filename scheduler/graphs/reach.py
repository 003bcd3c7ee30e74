"""How early a task may start in each of its modes, and how much must follow it: heads and tails."""

from dataclasses import dataclass

from scheduler.graphs.problem import GraphProblem
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
    problem, count = tables.problem, len(tables.ticks)
    heads: list[list[int | None]] = []
    for task in range(count):
        woken = [
            max((tables.wake[resource] for resource, _ in held), default=0)
            for held in tables.held[task]
        ]
        row: list[int | None] = list(woken)
        for index in tables.inward[task]:
            source = problem.edges[index].source
            done = _by_core(tables, source, heads[source])
            row = _joined(problem, index, done, tables.cores[task], row, forward=True)
        heads.append(_possible(problem, task, row))
    tails: list[list[int | None]] = [[] for _ in range(count)]
    for task in reversed(range(count)):
        row = [0] * len(tables.ticks[task])
        row = [None if head is None else 0 for head in heads[task]]
        for index in tables.outward[task]:
            target = problem.edges[index].target
            done = _by_core(tables, target, tails[target])
            row = _joined(problem, index, done, tables.cores[task], row, forward=False)
        tails[task] = _possible(problem, task, row)
    return Reach(tuple(map(tuple, heads)), tuple(map(tuple, tails)))


def _by_core(tables: Tables, task: int, row: list[int | None]) -> dict[int | None, int]:
    """By core: the least of bound plus duration over the modes of ``task`` there."""
    best: dict[int | None, int] = {}
    for core, ticks, bound in zip(tables.cores[task], tables.ticks[task], row, strict=True):
        if bound is not None and bound + ticks < best.get(core, bound + ticks + 1):
            best[core] = bound + ticks
    return best


def _joined(
    problem: GraphProblem,
    index: int,
    done: dict[int | None, int],
    cores: tuple[int | None, ...],
    row: list[int | None],
    *,
    forward: bool,
) -> list[int | None]:
    """``row`` raised to what the neighbour over edge ``index`` asks, by mode of the task."""
    edge = problem.edges[index]
    least: dict[int | None, int | None] = {}
    for core in set(cores):
        options = []
        for other, ticks in done.items():
            cost = 0
            if edge.ticks and core is not None and other not in (None, core):
                link = problem.link[other][core] if forward else problem.link[core][other]
                if link is None:
                    continue
                cost = edge.ticks[link]
            options.append(ticks + cost)
        least[core] = min(options, default=None)
    raised: list[int | None] = []
    for core, bound in zip(cores, row, strict=True):
        asked = least[core]
        raised.append(None if bound is None or asked is None else max(bound, asked))
    return raised


def _possible(problem: GraphProblem, task: int, row: list[int | None]) -> list[int | None]:
    if all(bound is None for bound in row):
        raise Infeasible(
            f"task '{problem.tasks[task].name}' can run in none of its modes",
            "no link joins any of them to a mode of the tasks beside it: add a link or a mode",
        )
    return row
