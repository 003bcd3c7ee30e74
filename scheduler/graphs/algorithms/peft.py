"""PEFT: predict earliest finish time, with insertion.

Arabnejad and Barbosa, "List scheduling algorithm for heterogeneous systems by an optimistic cost
table", IEEE Trans. Parallel and Distributed Systems 25(3), 2014. The optimistic cost table says for
a task and a place how long what follows takes at least, each successor in its best place, at mean
transfer times (equation 5). Of several ready tasks that with the largest mean over its places goes
first, ties by index, into the mode in which finish plus optimistic cost is least, ties by less
energy, then by index. Places and means are those of `scheduler.graphs.ranks`.
"""

from heapq import heapify, heappop, heappush

from scheduler.graphs.insertion import Insertion
from scheduler.graphs.placement import Placement
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.ranks import Means, means_of
from scheduler.graphs.solution import GraphSolution, heuristic_solution
from scheduler.graphs.tables import Tables, tables_of


def solve(problem: GraphProblem, *, time_limit_s: float | None = None) -> GraphSolution:
    """The schedule of PEFT; it needs no limit. Raises ``Infeasible`` if it breaks one."""
    placement = place(tables_of(problem))
    return heuristic_solution(problem, placement.modes, placement.played(problem), "peft")


def place(tables: Tables) -> Placement:
    """What PEFT decides, deadlines aside. Raises ``Infeasible`` as `Insertion` does."""
    means, problem = means_of(tables), tables.problem
    costs = _optimistic_costs(tables, means)
    ranks = [
        sum(row[tables.cores[task][mode]] for mode in means.places[task]) / len(means.places[task])
        for task, row in enumerate(costs)
    ]
    insertion = Insertion(tables)
    waits = [len(edges) for edges in tables.inward]
    ready = [(-ranks[task], task) for task, count in enumerate(waits) if not count]
    heapify(ready)
    while ready:
        _, task = heappop(ready)
        cores, row = tables.cores[task], costs[task]
        _, _, mode, start = min(
            (finish + row[cores[mode]], joules, mode, start)
            for finish, joules, mode, start in insertion.options(task)
        )
        insertion.place(task, mode, start)
        for index in tables.outward[task]:
            target = problem.edges[index].target
            waits[target] -= 1
            if not waits[target]:
                heappush(ready, (-ranks[target], target))
    return insertion.placement()


def _optimistic_costs(tables: Tables, means: Means) -> list[dict[int | None, float]]:
    """By task and core: at least what follows takes, from the task's finish there."""
    costs: list[dict[int | None, float]] = [{} for _ in tables.ticks]
    for task in reversed(range(len(costs))):
        row = dict.fromkeys(tables.cores[task], 0.0)
        for index in tables.outward[task]:
            target = tables.problem.edges[index].target
            ahead: dict[int | None, float] = {}
            for mode in means.places[target]:
                core = tables.cores[target][mode]
                cost = costs[target][core] + tables.ticks[target][mode]
                ahead[core] = min(ahead.get(core, cost), cost)
            anywhere = min(ahead.values())
            for core, before in row.items():
                crossing = 0.0 if core is None else means.transfer[index]
                least = min(ahead.get(core, anywhere + crossing), anywhere + crossing)
                row[core] = max(before, least)
        costs[task] = row
    return costs
