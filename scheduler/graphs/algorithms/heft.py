"""HEFT: heterogeneous earliest finish time, with insertion.

Topcuoglu, Hariri, Wu, "Performance-effective and low-complexity task scheduling for heterogeneous
computing", IEEE Trans. Parallel and Distributed Systems 13(3), 2002, section 4.2. Tasks go by
decreasing upward rank, ties by index, each into the mode in which it finishes first, ties by less
energy, then by index. What the paper leaves open is said in `scheduler.graphs.ranks` (means) and
`scheduler.graphs.insertion` (links). A slower operating point never finishes first, so this is also
what racing to idle means on a graph.
"""

from scheduler.graphs.insertion import Insertion
from scheduler.graphs.placement import Placement
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.ranks import means_of, upward_ranks
from scheduler.graphs.solution import GraphSolution, heuristic_solution
from scheduler.graphs.tables import Tables, tables_of


def solve(problem: GraphProblem, *, time_limit_s: float | None = None) -> GraphSolution:
    """The schedule of HEFT; it needs no limit. Raises ``Infeasible`` if it breaks one."""
    placement = place(tables_of(problem))
    return heuristic_solution(problem, placement.modes, placement.played(problem), "heft")


def place(tables: Tables) -> Placement:
    """What HEFT decides, deadlines aside. Raises ``Infeasible`` as `Insertion` does."""
    ranks = upward_ranks(tables, means_of(tables))
    insertion = Insertion(tables)
    for task in sorted(range(len(ranks)), key=lambda task: -ranks[task]):
        _, _, mode, start = min(insertion.options(task))
        insertion.place(task, mode, start)
    return insertion.placement()
