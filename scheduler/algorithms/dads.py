"""Baseline: the minimum cut between two processors, in the manner of DADS.

Hu, Bao, Wang, Liu, "Dynamic Adaptive DNN Surgery for Inference Acceleration on the Edge", INFOCOM
2019. A lightly loaded device minimises the time of one sample (DNN Surgery Light) by a minimum cut;
our formulation: of the network's graph, what is cut off from the first processor runs on the
second, and the cut with the least capacity is the fastest. A layer's link to the first processor's
end has the time that it takes on the second as its capacity and the other way round; a layer whose
output several others read sends it once, through an auxiliary vertex. What has been sent does not
come back.

DADS knows two processors at fixed clocks, and time. Here it is applied to every ordered pair of
modes on different cores, with raw transfers and again with the fastest codec on each edge, and to
each single mode; of the placements that come out, the problem's own objective and limits choose,
with gates, codecs and idle states chosen afterwards. On a chain the cut is a single place.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from math import inf

import networkx as nx

from scheduler.problem import Cost, Problem
from scheduler.runs.placements import runs_of, single_runs
from scheduler.runs.search import Batch, best_runs
from scheduler.solution import Solution


def solve(problem: Problem) -> Solution:
    """The best of all pairs' minimum cuts. Raises ``Infeasible``."""
    every = range(len(problem.gate_choices))
    cuts = list(dict.fromkeys(_cuts(problem)))
    singles = Batch(single_runs(len(problem.modes)), every)
    return best_runs(problem, [singles, *(Batch(runs, every) for runs in runs_of(cuts))], "dads")


def surgery(
    first: Sequence[float],
    second: Sequence[float],
    edges: Sequence[tuple[int, int]],
    sent: Sequence[float],
) -> tuple[bool, ...]:
    """Which vertices of a network run on the first of two processors, for the least total time.

    ``first`` and ``second`` are times by vertex (infinite if impossible), ``edges`` go from a
    vertex to one that reads its output, ``sent`` is the time that a vertex's output takes to cross.
    Raises ``ValueError`` if every cut takes for ever.
    """
    graph: nx.DiGraph[object] = nx.DiGraph()
    graph.add_nodes_from(("first", "second"))
    readers: dict[int, int] = {}
    for source, _ in edges:
        readers[source] = readers.get(source, 0) + 1
    for vertex, (here, there) in enumerate(zip(first, second, strict=True)):
        _link(graph, "first", vertex, there)
        _link(graph, vertex, "second", here)
        if readers.get(vertex, 0) > 1:
            _link(graph, vertex, ("sent", vertex), sent[vertex])
    for source, target in edges:
        if readers[source] > 1:
            _link(graph, ("sent", source), target, inf)
        else:
            _link(graph, source, target, sent[source])
        _link(graph, target, source, inf)
    try:
        _, (kept, _) = nx.minimum_cut(graph, "first", "second")
    except nx.NetworkXUnbounded:
        raise ValueError("neither processor can run the network, nor both together") from None
    return tuple(vertex in kept for vertex in range(len(first)))


def _link(graph: "nx.DiGraph[object]", source: object, target: object, capacity: float) -> None:
    """A link without a capacity is one that cannot be cut."""
    if capacity == inf:
        graph.add_edge(source, target)
    else:
        graph.add_edge(source, target, capacity=capacity)


def _cuts(problem: Problem) -> Iterator[tuple[int, ...]]:
    """The modes by segment of every pair's fastest cut."""
    segments = len(problem.knobs)
    chain = list(pairwise(range(segments)))
    times = [_times(problem, mode) for mode in range(len(problem.modes))]
    for m, n in product(range(len(problem.modes)), repeat=2):
        link = problem.link[problem.modes[m].core][problem.modes[n].core]
        if problem.modes[m].core == problem.modes[n].core or link is None:
            continue
        for sent in dict.fromkeys(_sent(problem, m, n, link)):
            try:
                kept = surgery(times[m], times[n], chain, (*sent, 0.0))
            except ValueError:
                continue
            yield tuple(m if here else n for here in kept)


def _times(problem: Problem, mode: int) -> tuple[float, ...]:
    compute = (rows[0].compute[mode] for rows in problem.knobs)
    return tuple(inf if cost is None else cost.time_ns for cost in compute)


def _sent(problem: Problem, m: int, n: int, link: int) -> Iterator[tuple[float, ...]]:
    """By edge: the time to cross raw, and with the codec that is fastest."""
    times = [
        [_crossing(row.encode[m], row.transfer[link], row.decode[n]) for row in rows]
        for rows in problem.codecs
    ]
    yield tuple(options[0] for options in times)
    yield tuple(min(options) for options in times)


def _crossing(encode: Cost | None, transfer: Cost, decode: Cost | None) -> float:
    if encode is None or decode is None:
        return inf
    return encode.time_ns + transfer.time_ns + decode.time_ns
