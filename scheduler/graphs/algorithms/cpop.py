"""CPoP: critical path on a processor, with insertion.

Topcuoglu, Hariri, Wu, "Performance-effective and low-complexity task scheduling for heterogeneous
computing", IEEE Trans. Parallel and Distributed Systems 13(3), 2002, section 4.3. A task's priority
is its upward plus its downward rank. Those on one critical path go to the core that runs them all
in the least time; of several ready tasks that with the highest priority goes first. Ties go by
index. The path starts at the first task of highest priority and follows successors of the highest
priority. A task of the path that cannot run on that core, and all others, finish as early as
possible, as in HEFT; the core is one that as many tasks of the path as possible can run on.
"""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from scheduler.graphs.insertion import Insertion
from scheduler.graphs.placement import Placement
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.ranks import downward_ranks, means_of, upward_ranks
from scheduler.graphs.solution import GraphSolution, heuristic_solution
from scheduler.graphs.tables import Tables, tables_of


def solve(problem: GraphProblem, *, time_limit_s: float | None = None) -> GraphSolution:
    """The schedule of CPoP; it needs no limit. Raises ``Infeasible`` if it breaks one."""
    placement = place(tables_of(problem))
    return heuristic_solution(problem, placement.modes, placement.played(problem), "cpop")


def place(tables: Tables) -> Placement:
    """What CPoP decides, deadlines aside. Raises ``Infeasible`` as `Insertion` does."""
    means = means_of(tables)
    upward, downward = upward_ranks(tables, means), downward_ranks(tables, means)
    priority = [up + down for up, down in zip(upward, downward, strict=True)]
    path = _critical_path(tables, priority)
    core = _core_for(tables, path)
    insertion, problem = Insertion(tables), tables.problem
    waits = [len(edges) for edges in tables.inward]
    ready = [(-priority[task], task) for task, count in enumerate(waits) if not count]
    heapify(ready)
    while ready:
        _, task = heappop(ready)
        options = insertion.options(task)
        if task in path:
            there = [row for row in options if tables.cores[task][row[2]] == core]
            options = there or options
        _, _, mode, start = min(options)
        insertion.place(task, mode, start)
        for index in tables.outward[task]:
            target = problem.edges[index].target
            waits[target] -= 1
            if not waits[target]:
                heappush(ready, (-priority[target], target))
    return insertion.placement()


def _critical_path(tables: Tables, priority: Sequence[float]) -> set[int]:
    entries = [task for task, edges in enumerate(tables.inward) if not edges]
    path: set[int] = set()
    options = entries
    while options:
        task = max(options, key=lambda task: (priority[task], -task))
        path.add(task)
        options = [tables.problem.edges[index].target for index in tables.outward[task]]
    return path


def _core_for(tables: Tables, path: set[int]) -> int | None:
    best: tuple[int, int, int] | None = None
    for core in range(len(tables.capacity)):
        fastest = [
            min([tables.ticks[task][mode] for mode, at in enumerate(cores) if at == core])
            for task in sorted(path)
            if core in (cores := tables.cores[task])
        ]
        if fastest:
            key = (-len(fastest), sum(fastest), core)
            best = key if best is None else min(best, key)
    return None if best is None else best[2]
