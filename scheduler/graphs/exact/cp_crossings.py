"""Outputs that cross links, in the CP-SAT model: when they arrive, what they cost, who waits.

Which link an output crosses depends on the cores at both ends. A literal for each pair of cores
whose sums give the core at either end (the local marginal polytope; Wainwright and Jordan,
"Graphical Models, Exponential Families, and Variational Inference", 2008, section 4) makes the
linear relaxation as strong as it can be edge by edge.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from scheduler.graphs.exact.cp_variables import Literal, Variables
from scheduler.graphs.problem import GraphEdge
from scheduler.graphs.timed import Timing


@dataclass(frozen=True, slots=True)
class Crossing:
    """One edge whose output may cross some link."""

    edge: int
    """Index of the edge."""
    links: tuple[tuple[int, Literal], ...]
    """Each link that it may cross, and whether it does."""
    pairs: tuple[tuple[int | None, int | None, Literal], ...]
    """Cores at both ends and the literal that stands for them, where it is one of its own."""
    start: cp_model.IntVar | None
    """When the transfer begins, where it may wait in line; else when the source has finished."""


def add_edges(
    variables: Variables, needless: Collection[int], *, queue_fair: bool
) -> tuple[Crossing, ...]:
    """Every edge of the problem but the ``needless``; those that may cross a link are returned.

    Fair links carry one transfer at a time, each at once after its source, if ``queue_fair``:
    then no two share the rate and the times are exact, but other schedules are lost. Otherwise
    transfers that meet there ignore each other: then no schedule is lost, but times are too early.
    """
    problem, crossings = variables.problem, []
    for index, edge in enumerate(problem.edges):
        if index in needless:
            continue
        links = _links(variables, edge) if any(edge.ticks) or any(edge.energy_j) else {}
        if not links:
            variables.model.add(variables.starts[edge.target] >= variables.finishes[edge.source])
        else:
            crossings.append(_add_crossing(variables, index, links, queue_fair))
    _add_lines(variables, crossings, queue_fair)
    return tuple(crossings)


def _links(variables: Variables, edge: GraphEdge) -> dict[tuple[int | None, int | None], int]:
    """The link between each pair of cores between which the output would cross."""
    table = variables.problem.link
    found: dict[tuple[int | None, int | None], int] = {}
    for a in variables.cores_of(edge.source):
        for b in variables.cores_of(edge.target):
            if a is not None and b is not None and a != b and edge.ticks:
                link = table[a][b]
                found[a, b] = -1 if link is None else link
    return found


def _add_crossing(
    variables: Variables,
    index: int,
    links: dict[tuple[int | None, int | None], int],
    queue_fair: bool,
) -> Crossing:
    model, edge = variables.model, variables.problem.edges[index]
    pairs = _pair_literals(variables, edge, links)
    by_link: dict[int, list[Literal]] = {}
    for pair, literal in pairs.items():
        if pair in links:
            by_link.setdefault(links[pair], []).append(literal)
    crossed = tuple(
        (link, row[0] if len(row) == 1 else _sum_literal(variables, row))
        for link, row in sorted(by_link.items())
    )
    source, target = variables.finishes[edge.source], variables.starts[edge.target]
    waits = any(
        variables.problem.links[link].sharing == "fifo" and edge.ticks[link] for link, _ in crossed
    )
    start = model.new_int_var(0, variables.horizon, "") if waits else None
    leaves = source if start is None else start
    if start is not None:
        model.add(start >= source)
    model.add(target >= leaves + sum(edge.ticks[link] * literal for link, literal in crossed))
    for link, literal in crossed:
        if edge.ticks[link]:
            model.add(target >= leaves + edge.ticks[link]).only_enforce_if(literal)
    own = tuple((a, b, literal) for (a, b), literal in pairs.items())
    return Crossing(index, crossed, own, start)


def _sum_literal(variables: Variables, row: Sequence[Literal]) -> Literal:
    literal = variables.model.new_bool_var("")
    variables.model.add(sum(row) == literal)
    return literal


def _pair_literals(
    variables: Variables,
    edge: GraphEdge,
    links: dict[tuple[int | None, int | None], int],
) -> dict[tuple[int | None, int | None], Literal]:
    """A literal for each pair of cores that may be; together exactly one is true."""
    model = variables.model
    sources = {a: variables.on_core(edge.source, a) for a in variables.cores_of(edge.source)}
    targets = {b: variables.on_core(edge.target, b) for b in variables.cores_of(edge.target)}
    pairs = {}
    for a, one in sources.items():
        for b, other in targets.items():
            assert one is not None and other is not None
            if links.get((a, b)) == -1:
                model.add_bool_or(~one, ~other)
            elif len(sources) == 1 or len(targets) == 1:
                pairs[a, b] = variables.both(one, other)
            else:
                pairs[a, b] = model.new_bool_var("")
    if len(sources) > 1 and len(targets) > 1:
        for a, one in sources.items():
            assert one is not None
            model.add(sum(pairs[a, b] for b in targets if (a, b) in pairs) == one)
        for b, other in targets.items():
            assert other is not None
            model.add(sum(pairs[a, b] for a in sources if (a, b) in pairs) == other)
    return pairs


def _add_lines(variables: Variables, crossings: Sequence[Crossing], queue_fair: bool) -> None:
    """Links that carry one transfer at a time."""
    model = variables.model
    for link, row in enumerate(variables.problem.links):
        if row.sharing == "unlimited" or (row.sharing == "fair" and not queue_fair):
            continue
        intervals = []
        for crossing in crossings:
            edge = variables.problem.edges[crossing.edge]
            for crossed, literal in crossing.links:
                if crossed == link and edge.ticks[link]:
                    start = (
                        variables.finishes[edge.source]
                        if crossing.start is None or row.sharing == "fair"
                        else crossing.start
                    )
                    ticks = edge.ticks[link]
                    intervals.append(
                        model.new_optional_fixed_size_interval_var(start, ticks, literal, "")
                    )
        if len(intervals) > 1:
            model.add_no_overlap(intervals)


def transfer_order(
    crossings: Sequence[Crossing], solver: "cp_model.CpSolver", starts: Sequence[int]
) -> tuple[int, ...]:
    """The edges that cross in a solution, by when their transfer begins.

    ``starts`` has, by edge, when the source has finished: what counts where nothing waits.
    """
    rows = []
    for crossing in crossings:
        if any(solver.boolean_value(literal) for _, literal in crossing.links):
            at = starts[crossing.edge] if crossing.start is None else solver.value(crossing.start)
            rows.append((at, crossing.edge))
    return tuple(edge for _, edge in sorted(rows))


def known_transfers(timing: Timing) -> dict[int, int]:
    """By edge: when its transfer begins in a known schedule."""
    return {transfer.edge: transfer.start for transfer in timing.transfers}
