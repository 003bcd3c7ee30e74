"""What of a gated network's task graph no training changes."""

from dataclasses import replace

from networks.gated_graph import gate_of_edge
from scheduler.taskgraph import TaskGraph


def structure(graph: TaskGraph) -> tuple[object, ...]:
    """All of a task graph that the architecture alone decides."""
    gates = [(g.name, g.segment, g.operators) for g in graph.gates]
    codecs = [[replace(c, accuracy_loss=0.0) for c in e.codecs] for e in graph.edges]
    return graph.operators, graph.cut_points, graph.segments, gates, codecs, gate_of_edge(graph)
