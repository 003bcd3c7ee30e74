"""Faults in what a plan says is where: placements, crossings, gates, idle states, hashes."""

from collections.abc import Iterator
from dataclasses import replace

from scheduler.plan import Crossing, GateSetting, IdleChoice, Plan
from scheduler.taskgraph import Gate, GateChoice, Knob, SampleClass
from wakepath.testing.plan_faults import plan_fault, with_graph, with_placement
from wakepath.testing.plan_timeline import needed_crossings


@plan_fault("placement")
def unknown_core(plan: Plan) -> Iterator[Plan]:
    """A segment is placed on a core that the platform lacks."""
    for index, placement in enumerate(plan.placements):
        yield with_placement(plan, index, replace(placement, core="moon"))


@plan_fault("placement")
def unknown_operating_point(plan: Plan) -> Iterator[Plan]:
    """A segment runs at an operating point that its core lacks."""
    for index, placement in enumerate(plan.placements):
        yield with_placement(plan, index, replace(placement, operating_point="turbo"))


@plan_fault("placement")
def missing_segment(plan: Plan) -> Iterator[Plan]:
    """A segment is not placed."""
    for index in range(len(plan.placements)):
        left = (*plan.placements[:index], *plan.placements[index + 1 :])
        yield replace(plan, placements=left)


@plan_fault("placement")
def segment_placed_twice(plan: Plan) -> Iterator[Plan]:
    """The last segment is placed once more."""
    yield replace(plan, placements=(*plan.placements, plan.placements[-1]))


@plan_fault("placement")
def segments_swapped(plan: Plan) -> Iterator[Plan]:
    """Two placements have changed their places."""
    if len(plan.placements) > 1:
        first, second, *others = plan.placements
        yield replace(plan, placements=(second, first, *others))


@plan_fault("placement")
def knob_mismatch(plan: Plan) -> Iterator[Plan]:
    """A placement states another knob than the one that the task graph is of."""
    for index, placement in enumerate(plan.placements):
        yield with_placement(plan, index, replace(placement, knob="" if placement.knob else "thin"))


@plan_fault("crossing")
def moved_without_crossing(plan: Plan) -> Iterator[Plan]:
    """A segment is moved to another core, and the crossings are those of the old place."""
    stated = [(crossing.source, crossing.target) for crossing in plan.crossings]
    for index, placement in enumerate(plan.placements):
        for core in plan.platform.cores:
            point = core.operating_points[0].name
            moved = with_placement(
                plan, index, replace(placement, core=core.name, operating_point=point)
            )
            if needed_crossings(moved) != stated:
                yield moved


@plan_fault("crossing")
def crossing_dropped(plan: Plan) -> Iterator[Plan]:
    """An activation changes its core, and nothing carries it."""
    for index in range(len(plan.crossings)):
        yield replace(plan, crossings=(*plan.crossings[:index], *plan.crossings[index + 1 :]))


@plan_fault("crossing")
def crossing_needless(plan: Plan) -> Iterator[Plan]:
    """An activation that stays on its core is carried."""
    links = [link.name for link in plan.platform.links]
    for edge in plan.task_graph.edges:
        if plan.crossing(edge.source, edge.target) is None:
            wire = Crossing(edge.source, edge.target, [*links, "l0"][0], "none", edge.raw_bytes)
            yield replace(plan, crossings=(*plan.crossings, wire))


@plan_fault("crossing")
def wrong_link(plan: Plan) -> Iterator[Plan]:
    """A crossing takes a link that is not there, or that does not join its two cores."""
    for index, crossing in enumerate(plan.crossings):
        ends = {plan.placement(crossing.source).core, plan.placement(crossing.target).core}
        apart = [link.name for link in plan.platform.links if not ends <= set(link.connects)]
        for name in ("ether", *apart):
            yield _with_crossing(plan, index, replace(crossing, link=name))


@plan_fault("crossing")
def wrong_wire_bytes(plan: Plan) -> Iterator[Plan]:
    """A crossing carries one byte less, or one more, than its codec sends."""
    for index, crossing in enumerate(plan.crossings):
        for change in (-1, 1):
            size = crossing.wire_bytes + change
            yield _with_crossing(plan, index, replace(crossing, wire_bytes=size))


@plan_fault("crossing")
def unknown_codec(plan: Plan) -> Iterator[Plan]:
    """A crossing uses a codec that its edge lacks."""
    for index, crossing in enumerate(plan.crossings):
        yield _with_crossing(plan, index, replace(crossing, codec="zip"))


def _with_crossing(plan: Plan, index: int, crossing: Crossing) -> Plan:
    before, after = plan.crossings[:index], plan.crossings[index + 1 :]
    return replace(plan, crossings=(*before, crossing, *after))


@plan_fault("gate")
def threshold_moved(plan: Plan) -> Iterator[Plan]:
    """A gate's threshold is not the one that its stop rates were measured at."""
    for index, setting in enumerate(plan.gates):
        moved = replace(setting, threshold=setting.threshold + 0.125)
        yield replace(plan, gates=(*plan.gates[:index], moved, *plan.gates[index + 1 :]))


@plan_fault("gate")
def positive_threshold_moved(plan: Plan) -> Iterator[Plan]:
    """A gate answers "positive" from another score on than its rates were measured at."""
    for index, setting in enumerate(plan.gates):
        above = setting.positive_threshold
        for other in (0.875,) if above is None else (None, above + 0.125, above - 0.125):
            moved = replace(setting, positive_threshold=other)
            yield replace(plan, gates=(*plan.gates[:index], moved, *plan.gates[index + 1 :]))


@plan_fault("gate")
def gate_forgotten(plan: Plan) -> Iterator[Plan]:
    """A gate of the task graph is not set."""
    for index in range(len(plan.gates)):
        yield replace(plan, gates=(*plan.gates[:index], *plan.gates[index + 1 :]))


@plan_fault("gate")
def unknown_gate(plan: Plan) -> Iterator[Plan]:
    """A gate is set that the task graph lacks."""
    yield replace(plan, gates=(*plan.gates, GateSetting("heaven", 0.5)))


@plan_fault("task-graph")
def gates_still_open(plan: Plan) -> Iterator[Plan]:
    """The embedded task graph still leaves a choice of gates."""
    graph = plan.task_graph
    choice = GateChoice((), graph.accuracy, graph.recall)
    yield with_graph(plan, replace(graph, gate_choices=(choice,)))


@plan_fault("task-graph")
def knobs_still_open(plan: Plan) -> Iterator[Plan]:
    """A segment of the embedded task graph still has a knob to choose."""
    graph = plan.task_graph
    for index, segment in enumerate(graph.segments):
        knob = Knob("thin", graph.segment_operators(segment), 0.0)
        rows = list(graph.segments)
        rows[index] = replace(segment, knobs=(knob,))
        yield with_graph(plan, replace(graph, segments=tuple(rows)))


@plan_fault("task-graph")
def operator_in_no_segment(plan: Plan) -> Iterator[Plan]:
    """The segments leave out an operator."""
    graph = plan.task_graph
    first = replace(graph.segments[0], operators=graph.segments[0].operators[1:])
    yield with_graph(plan, replace(graph, segments=(first, *graph.segments[1:])))


@plan_fault("task-graph")
def edge_reversed(plan: Plan) -> Iterator[Plan]:
    """An edge runs backwards."""
    graph = plan.task_graph
    for index, edge in enumerate(graph.edges):
        rows = list(graph.edges)
        rows[index] = replace(edge, source=edge.target, target=edge.source)
        yield with_graph(plan, replace(graph, edges=tuple(rows)))


@plan_fault("task-graph")
def stop_rate_above_one(plan: Plan) -> Iterator[Plan]:
    """A gate stops more than all."""
    graph = plan.task_graph
    for index, gate in enumerate(graph.gates):
        rows = list(graph.gates)
        rows[index] = replace(gate, stop_rate={**gate.stop_rate, "negative": 1.5})
        yield with_graph(plan, replace(graph, gates=tuple(rows)))


@plan_fault("task-graph")
def two_answers_to_one_score(plan: Plan) -> Iterator[Plan]:
    """A gate answers "positive" below the score below which it answers "negative"."""
    for index, gate in enumerate(plan.task_graph.gates):
        rates: dict[SampleClass, float] = {"negative": 0.0, "positive": 0.0}
        low = replace(gate, positive_threshold=gate.threshold - 0.125, answer_rate=rates)
        yield _with_gate(plan, index, low)


@plan_fault("task-graph")
def answers_more_than_end(plan: Plan) -> Iterator[Plan]:
    """A gate answers "positive" more samples than end there, or does not say how many it does."""
    for index, gate in enumerate(plan.task_graph.gates):
        answering = replace(gate, positive_threshold=gate.threshold)
        yield _with_gate(plan, index, replace(answering, answer_rate=None))
        rates = {**gate.stop_rate, "positive": gate.stop_rate["positive"] + 0.125}
        yield _with_gate(plan, index, replace(answering, answer_rate=rates))


def _with_gate(plan: Plan, index: int, gate: Gate) -> Plan:
    """``plan`` for a task graph with another gate, set as that gate says."""
    gates, settings = list(plan.task_graph.gates), list(plan.gates)
    gates[index] = gate
    settings[index] = GateSetting(gate.name, gate.threshold, gate.positive_threshold)
    graph = replace(plan.task_graph, gates=tuple(gates))
    return replace(with_graph(plan, graph), gates=tuple(settings))


@plan_fault("idle")
def unknown_idle_state(plan: Plan) -> Iterator[Plan]:
    """A core rests in an idle state that it lacks."""
    for index, choice in enumerate(plan.idle):
        chosen = IdleChoice(choice.core, "hibernate")
        yield replace(plan, idle=(*plan.idle[:index], chosen, *plan.idle[index + 1 :]))


@plan_fault("idle")
def idle_state_missing(plan: Plan) -> Iterator[Plan]:
    """No idle state is chosen for a core."""
    for index in range(len(plan.idle)):
        yield replace(plan, idle=(*plan.idle[:index], *plan.idle[index + 1 :]))


@plan_fault("hash")
def stale_task_graph_hash(plan: Plan) -> Iterator[Plan]:
    """The task graph has changed, its hash has not."""
    first, *others = plan.task_graph.operators
    changed = (replace(first, macs=first.macs + 1), *others)
    yield replace(plan, task_graph=replace(plan.task_graph, operators=changed))


@plan_fault("hash")
def stale_platform_hash(plan: Plan) -> Iterator[Plan]:
    """The platform has changed, its hash has not."""
    rail = replace(plan.platform.rail, power_w=plan.platform.rail.power_w + 1.0)
    yield replace(plan, platform=replace(plan.platform, rail=rail))
