"""Problems as a few lines of text, small enough to work a counter-example by hand."""

from collections.abc import Iterator

from scheduler.gating import gate_choices
from scheduler.graphs.problem import GraphEdge, GraphProblem, TaskMode
from scheduler.problem import Cost, ModeCosts, Problem
from scheduler.taskgraph import GateUse
from wakepath.units import quantity

LIMITS = {
    "energy_limit_j": "J",
    "mean_power_limit_w": "W",
    "latency_mean_limit_s": "s",
    "latency_p99_limit_s": "s",
    "energy_delay_limit_js": "J s",
}
"""Limits of requirements and their units."""


def describe_problem(problem: Problem) -> str:
    """A planning problem as its table: a row a piece of work, times and energies by mode."""
    return "\n".join(
        [*_asked(problem), *_cores(problem), *_chain(problem), *_gates(problem), *_bus(problem)]
    )


def _asked(problem: Problem) -> Iterator[str]:
    required = problem.requirements
    deadline, period = (quantity(t, "s") for t in (required.deadline_s, required.period_s))
    rail = quantity(problem.platform.rail.power_w, "W")
    yield f"minimise {required.objective}; deadline {deadline}, period {period}, rail {rail}"
    limits = [
        f"{name.removesuffix(name[name.rindex('_limit') :])} <= {_figure(value, unit)}"
        for name, unit in LIMITS.items()
        if (value := getattr(required, name)) is not None
    ]
    limits.append(f"accuracy {problem.graph.accuracy:g} >= {required.accuracy_floor:g}")
    limits.append(f"recall {problem.graph.recall:g} >= {required.recall_floor:g}")
    yield f"  positives {required.class_prior['positive']:g}, {', '.join(limits)}"


def _figure(value: float, unit: str) -> str:
    return f"{value:g} {unit}" if " " in unit else quantity(value, unit)


def _cores(problem: Problem) -> Iterator[str]:
    for c, core in enumerate(problem.platform.cores):
        size = problem.platform.memory(core.memory).size_bytes
        states = [
            f"{state.name} {quantity(state.power_w, 'W')} wake {_cost(cost)}"
            for state, cost in zip(core.idle_states, problem.wake[c], strict=True)
        ]
        switch = f", switch {_cost(problem.switch[c])}" if len(core.operating_points) > 1 else ""
        yield f"  {core.name}: {'; '.join(states)}{switch}; {core.memory} {size} B"


def _chain(problem: Problem) -> Iterator[str]:
    for s, segment in enumerate(problem.graph.segments):
        names = ["", *(knob.name for knob in segment.knobs)]
        for name, row in zip(names, problem.knobs[s], strict=True):
            loss = f", loses {row.accuracy_loss:g}" if row.accuracy_loss else ""
            label = f"{segment.name} '{name}'" if name else segment.name
            yield (
                f"  {label}: {_modes(problem, row.compute)}; weights {row.weight_bytes} B, "
                f"buffer {row.activation_bytes} B{loss}"
            )
        head = problem.graph.gate_after(segment.name)
        costs = problem.gate[s]
        if head is not None and costs is not None:
            weights = problem.gate_weight_bytes[s]
            yield f"  {head.name}: {_modes(problem, costs)}; weights {weights} B"


def _gates(problem: Problem) -> Iterator[str]:
    if not problem.graph.gates:
        return
    for choice in gate_choices(problem.graph):
        uses = [
            f"{use.gate} stops {use.stop_rate['negative']:g} of negatives, "
            f"{use.stop_rate['positive']:g} of positives at {_thresholds(use)}"
            for use in choice.gates
        ]
        yield (
            f"  gates: {'; '.join(uses) or 'none'}; accuracy {choice.accuracy:g}, recall "
            f"{choice.recall:g}"
        )


def _thresholds(use: GateUse) -> str:
    above = use.positive_threshold
    return f"{use.threshold:g}" if above is None else f"{use.threshold:g} and {above:g}"


def _bus(problem: Problem) -> Iterator[str]:
    links = problem.platform.links
    for edge, rows in zip(problem.graph.edges, problem.codecs, strict=True):
        for codec, row in zip(edge.codecs, rows, strict=True):
            wires = [
                f"{link.name} ({' '.join(link.connects)}) {_cost(cost)}"
                for link, cost in zip(links, row.transfer, strict=True)
            ]
            if not wires:
                continue
            work = ""
            if codec.encode or codec.decode:
                encode, decode = _modes(problem, row.encode), _modes(problem, row.decode)
                work = f"; encode {encode}; decode {decode}"
            loss = f", loses {row.accuracy_loss:g}" if row.accuracy_loss else ""
            yield f"  {edge.name} {codec.name} {codec.wire_bytes} B: {', '.join(wires)}{work}{loss}"


def _modes(problem: Problem, costs: ModeCosts) -> str:
    cells = []
    for mode, cost in zip(problem.modes, costs, strict=True):
        core = problem.platform.cores[mode.core]
        if cost is not None:
            cells.append(f"{core.name}/{core.operating_points[mode.point].name} {_cost(cost)}")
    return ", ".join(cells) or "nowhere"


def _cost(cost: Cost) -> str:
    return f"{quantity(cost.time_ns / 1e9, 's')} {quantity(cost.energy_j, 'J')}"


def describe_graph(problem: GraphProblem) -> str:
    """A graph problem: a row a resource, link, task and edge, without what is zero."""
    return "\n".join([_aim(problem), *_resources(problem), *_tasks(problem), *_edges(problem)])


def _aim(problem: GraphProblem) -> str:
    limits = [
        f"{name} {value:g}"
        for name, value in (
            ("deadline", problem.deadline_ticks),
            ("period", problem.period_ticks),
            ("rail W", problem.rail_power_w or None),
            ("tick s", problem.tick_s),
            ("loss budget", problem.loss_budget),
            *((f"budget {budget.name}", budget.size) for budget in problem.budgets),
        )
        if value is not None
    ]
    return "; ".join([f"minimise {problem.objective}", *limits])


def _resources(problem: GraphProblem) -> Iterator[str]:
    for index, resource in enumerate(problem.resources):
        facts = _nonzero(
            ("idle W", resource.idle_power_w),
            ("wake", resource.wake_ticks),
            ("wake J", resource.wake_energy_j),
            ("switch", resource.switch_ticks),
            ("switch J", resource.switch_energy_j),
        )
        if resource.capacity > 1:
            facts.insert(0, f"capacity {resource.capacity}")
        wires = [
            f"to {problem.resources[target].name} by {problem.links[link].name}"
            for target, link in enumerate(problem.link[index] if problem.link else ())
            if link is not None
        ]
        yield f"  {resource.name}: {', '.join([*facts, *wires]) or 'a core'}"
    for link in problem.links:
        yield f"  {link.name}: {link.sharing}"


def _tasks(problem: GraphProblem) -> Iterator[str]:
    for task in problem.tasks:
        yield f"  {task.name}: {' | '.join(_mode(problem, mode) for mode in task.modes)}"


def _mode(problem: GraphProblem, mode: TaskMode) -> str:
    facts = _nonzero(("J", mode.energy_j), ("point", mode.point), ("loss", mode.accuracy_loss))
    facts += [
        f"holds {units} {resource.name}"
        for index, (resource, units) in enumerate(zip(problem.resources, mode.holds, strict=True))
        if units and (index != mode.core or units > 1)
    ]
    facts += [
        f"uses {units} {budget.name}"
        for budget, units in zip(problem.budgets, mode.uses, strict=False)
        if units
    ]
    return ", ".join([f"{mode.name} takes {mode.ticks}", *facts])


def _edges(problem: GraphProblem) -> Iterator[str]:
    for edge in problem.edges:
        names = problem.tasks[edge.source].name, problem.tasks[edge.target].name
        yield f"  {names[0]} -> {names[1]}{_transfer(problem, edge)}"


def _transfer(problem: GraphProblem, edge: GraphEdge) -> str:
    cells = []
    for index, link in enumerate(problem.links if edge.ticks else ()):
        joules = edge.energy_j[index] if edge.energy_j else 0.0
        cells.append(", ".join([f"{link.name} {edge.ticks[index]}", *_nonzero(("J", joules))]))
    return f": {'; '.join(cells)}" if cells else ""


def _nonzero(*facts: tuple[str, float]) -> list[str]:
    return [f"{name} {value:g}" for name, value in facts if value]
