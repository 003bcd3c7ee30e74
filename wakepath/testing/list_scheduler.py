"""A random list scheduler: any possible modes, any order, everything as soon as that allows.

At times everything is held back a little, for a valid schedule need not be an early one.
"""

from dataclasses import replace

from hypothesis import strategies as st

from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.timed import Timing
from scheduler.graphs.timing import play
from wakepath.testing.amounts import pick


@st.composite
def chosen_modes(draw: st.DrawFn, problem: GraphProblem) -> tuple[int, ...]:
    """A mode for each task so that every output can cross; the first of each if stuck.

    At times every output crosses that can.
    """
    modes: list[int] = []
    apart = draw(st.booleans())
    for target, task in enumerate(problem.tasks):
        edges = [edge for edge in problem.edges if edge.target == target]
        able, crossing = [], []
        for index, mode in enumerate(task.modes):
            senders = [problem.tasks[edge.source].modes[modes[edge.source]] for edge in edges]
            try:
                rows = zip(senders, edges, strict=True)
                links = [problem.link_between(sender, mode, edge) for sender, edge in rows]
            except ValueError:
                continue
            able.append(index)
            if any(link is not None for link in links):
                crossing.append(index)
        if not able:
            return (0,) * len(problem.tasks)
        modes.append(pick(draw, crossing if apart and crossing else able))
    return tuple(modes)


@st.composite
def orders(draw: st.DrawFn, problem: GraphProblem) -> tuple[int, ...]:
    """All tasks, each after those that it waits for."""
    waits = [{e.source for e in problem.edges if e.target == t} for t in range(len(problem.tasks))]
    order: list[int] = []
    while len(order) < len(waits):
        ready = [t for t, before in enumerate(waits) if t not in order and before <= set(order)]
        order.append(pick(draw, ready))
    return tuple(order)


@st.composite
def timings(draw: st.DrawFn, problem: GraphProblem, modes: tuple[int, ...]) -> Timing:
    """When everything happens in a drawn order, and perhaps a little later."""
    timing = play(problem, modes, draw(orders(problem)))
    late = pick(draw, (0, 0, 0, 1, 2))
    if not late:
        return timing
    return Timing(
        tuple(start + late for start in timing.starts),
        tuple(finish + late for finish in timing.finishes),
        tuple(replace(t, start=t.start + late, finish=t.finish + late) for t in timing.transfers),
    )
