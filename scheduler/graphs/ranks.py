"""Mean costs and ranks: how list heuristics see a graph before anything is placed.

Conventions, where the papers leave a choice or know no modes: a task's *places* are the cores that
it can run on, each with its fastest mode there (of equals the first); a mode without a core is a
place of its own. The mean duration is over places. The mean transfer time of an edge is over all
ordered pairs of two different cores, one of the source's and one of the target's places, that a
link joins; a pair on one core is not counted as a zero.
"""

from dataclasses import dataclass

from scheduler.graphs.tables import Tables


@dataclass(frozen=True, slots=True)
class Means:
    """What a graph costs before anything is placed."""

    places: tuple[tuple[int, ...], ...]
    """By task: the modes that stand for its places."""
    ticks: tuple[float, ...]
    """By task: mean over its places."""
    transfer: tuple[float, ...]
    """By edge: mean over pairs of cores; 0 for bare precedence."""


def means_of(tables: Tables) -> Means:
    """The mean costs of a graph."""
    places = _all_places(tables)
    ticks = tuple(
        [
            sum([row[mode] for mode in modes]) / len(modes)
            for row, modes in zip(tables.ticks, places, strict=True)
        ]
    )
    weights: dict[tuple[tuple[int | None, ...], tuple[int | None, ...]], _Weights] = {}
    transfer = []
    for edge in tables.problem.edges:
        if not edge.ticks:
            transfer.append(0.0)
            continue
        key = (tables.cores[edge.source], tables.cores[edge.target])
        if key not in weights:
            weights[key] = _weights(tables, *key)
        count, pairs = weights[key]
        total = sum([edge.ticks[link] * times for link, times in pairs])
        transfer.append(total / count if count else 0.0)
    return Means(places, ticks, tuple(transfer))


def _all_places(tables: Tables) -> tuple[tuple[int, ...], ...]:
    one_each = {cores: len(set(cores)) == len(cores) for cores in tables.cores}
    return tuple(
        [
            tuple(range(len(cores))) if one_each[cores] else _places(cores, ticks)
            for cores, ticks in zip(tables.cores, tables.ticks, strict=True)
        ]
    )


def _places(cores: tuple[int | None, ...], ticks: tuple[int, ...]) -> tuple[int, ...]:
    fastest: dict[int, int] = {}
    nowhere = []
    for mode, core in enumerate(cores):
        if core is None:
            nowhere.append(mode)
        elif core not in fastest or ticks[mode] < ticks[fastest[core]]:
            fastest[core] = mode
    return (*fastest.values(), *nowhere)


_Weights = tuple[int, tuple[tuple[int, int], ...]]
"""How many pairs of cores a link joins, and by link how many it joins of them."""


def _weights(
    tables: Tables, sources: tuple[int | None, ...], targets: tuple[int | None, ...]
) -> _Weights:
    times: dict[int, int] = {}
    for source in dict.fromkeys(sources):
        for target in dict.fromkeys(targets):
            if source is not None and target is not None and source != target:
                link = tables.problem.link[source][target]
                if link is not None:
                    times[link] = times.get(link, 0) + 1
    return sum(times.values()), tuple(times.items())


def upward_ranks(tables: Tables, means: Means) -> list[float]:
    """By task: mean length of the longest way to the end, its own duration included."""
    ranks = [0.0] * len(means.ticks)
    edges, transfer = tables.problem.edges, means.transfer
    for task in reversed(range(len(ranks))):
        longest = 0.0
        for index in tables.outward[task]:
            longest = max(longest, transfer[index] + ranks[edges[index].target])
        ranks[task] = means.ticks[task] + longest
    return ranks


def downward_ranks(tables: Tables, means: Means) -> list[float]:
    """By task: mean length of the longest way from the beginning, without its own duration."""
    ranks = [0.0] * len(means.ticks)
    edges = tables.problem.edges
    for task in range(len(ranks)):
        for index in tables.inward[task]:
            source = edges[index].source
            ranks[task] = max(
                ranks[task], ranks[source] + means.ticks[source] + means.transfer[index]
            )
    return ranks
