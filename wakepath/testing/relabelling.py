"""The same problem under other names, or with its parts in another order.

New names sort the other way round, so that a scheduler that breaks ties by name is found out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from devicemodels.platform import Platform
from scheduler.graphs.problem import GraphProblem
from scheduler.taskgraph import GateChoice, Operator, TaskGraph
from wakepath.testing.world_strategies import World


def _others(names: Iterable[str], letter: str) -> dict[str, str]:
    """New names that sort the other way round."""
    old = list(dict.fromkeys(names))
    wide = len(str(len(old)))
    return {name: f"{letter}{len(old) - i:0{wide}}" for i, name in enumerate(old)}


def renamed_world(world: World, salt: str = "") -> World:
    """Other names for everything but codecs and knobs, with ``salt`` in them; the order stays."""
    platform = renamed_platform(world.platform, salt)
    return World(renamed_graph(world.graph, salt), platform, world.requirements)


def renamed_platform(platform: Platform, salt: str = "") -> Platform:
    """Other names for cores, memories, links, operating points and idle states."""
    cores = _others((core.name for core in platform.cores), f"x{salt}")
    memories = _others((memory.name for memory in platform.memories), f"y{salt}")
    links = _others((link.name for link in platform.links), f"z{salt}")
    renamed = []
    for core in platform.cores:
        points = _others((point.name for point in core.operating_points), f"v{salt}")
        states = _others((state.name for state in core.idle_states), f"w{salt}")
        renamed.append(
            replace(
                core,
                name=cores[core.name],
                memory=memories[core.memory],
                operating_points=tuple(
                    replace(point, name=points[point.name]) for point in core.operating_points
                ),
                idle_states=tuple(
                    replace(state, name=states[state.name]) for state in core.idle_states
                ),
            )
        )
    return replace(
        platform,
        cores=tuple(renamed),
        memories=tuple(replace(m, name=memories[m.name]) for m in platform.memories),
        links=tuple(
            replace(link, name=links[link.name], connects=tuple(cores[c] for c in link.connects))
            for link in platform.links
        ),
    )


def renamed_graph(graph: TaskGraph, salt: str = "") -> TaskGraph:
    """Other names for segments, their operators and gates."""
    segments = _others((segment.name for segment in graph.segments), f"r{salt}")
    operators = _others((operator.name for operator in graph.operators), f"q{salt}")
    gates = _others((gate.name for gate in graph.gates), f"h{salt}")
    return replace(
        graph,
        operators=_operators(graph.operators, operators),
        cut_points=tuple(replace(cut, after=operators[cut.after]) for cut in graph.cut_points),
        segments=tuple(
            replace(
                segment,
                name=segments[segment.name],
                operators=tuple(operators[name] for name in segment.operators),
                knobs=tuple(
                    replace(knob, operators=_operators(knob.operators, operators))
                    for knob in segment.knobs
                ),
            )
            for segment in graph.segments
        ),
        edges=tuple(
            replace(edge, source=segments[edge.source], target=segments[edge.target])
            for edge in graph.edges
        ),
        gates=tuple(
            replace(gate, name=gates[gate.name], segment=segments[gate.segment])
            for gate in graph.gates
        ),
        gate_choices=tuple(_choice(choice, gates) for choice in graph.gate_choices),
    )


def _operators(rows: Sequence[Operator], names: Mapping[str, str]) -> tuple[Operator, ...]:
    return tuple(
        replace(
            row,
            name=names.get(row.name, row.name),
            inputs=tuple(names.get(name, name) for name in row.inputs),
        )
        for row in rows
    )


def _choice(choice: GateChoice, names: Mapping[str, str]) -> GateChoice:
    uses = tuple(replace(use, gate=names[use.gate]) for use in choice.gates)
    return replace(choice, gates=uses)


def reversed_world(world: World) -> World:
    """Cores, memories, operating points, idle states, codecs and gate choices in reverse.

    Links keep their order, for it says which one two cores use; ``none`` stays the first codec.
    """
    cores = tuple(
        replace(
            core,
            operating_points=core.operating_points[::-1],
            idle_states=core.idle_states[::-1],
        )
        for core in reversed(world.platform.cores)
    )
    platform = replace(world.platform, cores=cores, memories=world.platform.memories[::-1])
    edges = tuple(
        replace(edge, codecs=(edge.codecs[0], *reversed(edge.codecs[1:])))
        for edge in world.graph.edges
    )
    choices = world.graph.gate_choices[::-1]
    graph = replace(world.graph, edges=edges, gate_choices=choices)
    return World(graph, platform, world.requirements)


def renamed_problem(problem: GraphProblem, salt: str = "") -> GraphProblem:
    """Other names for tasks, modes, resources, links and budgets; the order stays."""
    tasks = _others((task.name for task in problem.tasks), f"t{salt}")
    resources = _others((row.name for row in problem.resources), f"x{salt}")
    links = _others((link.name for link in problem.links), f"z{salt}")
    budgets = _others((row.name for row in problem.budgets), f"y{salt}")
    rows = []
    for task in problem.tasks:
        modes = _others((mode.name for mode in task.modes), f"v{salt}")
        renamed = tuple(replace(mode, name=modes[mode.name]) for mode in task.modes)
        rows.append(replace(task, name=tasks[task.name], modes=renamed))
    return replace(
        problem,
        resources=tuple(replace(row, name=resources[row.name]) for row in problem.resources),
        tasks=tuple(rows),
        links=tuple(replace(link, name=links[link.name]) for link in problem.links),
        budgets=tuple(replace(row, name=budgets[row.name]) for row in problem.budgets),
    )


def reversed_problem(problem: GraphProblem) -> GraphProblem:
    """Resources, links and modes in reverse, and tasks in another order that points forward."""
    places = _another_order(problem)
    new_place = {task: place for place, task in enumerate(places)}
    last, end = len(problem.links) - 1, len(problem.resources) - 1
    edges = tuple(
        replace(
            edge,
            source=new_place[edge.source],
            target=new_place[edge.target],
            ticks=edge.ticks[::-1],
            energy_j=edge.energy_j[::-1],
        )
        for edge in problem.edges
    )
    tasks = []
    for task in (problem.tasks[place] for place in places):
        modes = tuple(
            replace(
                mode,
                core=None if mode.core is None else end - mode.core,
                holds=mode.holds[::-1],
            )
            for mode in reversed(task.modes)
        )
        tasks.append(replace(task, modes=modes))
    return replace(
        problem,
        resources=problem.resources[::-1],
        tasks=tuple(tasks),
        edges=tuple(sorted(edges, key=lambda edge: (edge.source, edge.target))),
        links=problem.links[::-1],
        link=tuple(
            tuple(None if link is None else last - link for link in row[::-1])
            for row in problem.link[::-1]
        ),
    )


def _another_order(problem: GraphProblem) -> list[int]:
    """Tasks by index, each after those it waits for, later ones first where that is possible."""
    waits = [{e.source for e in problem.edges if e.target == t} for t in range(len(problem.tasks))]
    order: list[int] = []
    while len(order) < len(waits):
        ready = [t for t, before in enumerate(waits) if t not in order and before <= set(order)]
        order.append(ready[-1])
    return order
