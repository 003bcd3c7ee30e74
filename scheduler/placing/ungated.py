"""A network as algorithms see it that know neither gates nor codecs.

What no choice of gates can avoid runs with its segment; every sample runs all segments.
"""

from dataclasses import replace

from scheduler.problem import Cost, KnobRow, ModeCosts, Problem
from scheduler.taskgraph import GateChoice


def ungated(problem: Problem) -> Problem:
    """``problem`` with one choice of no gates, raw crossings and segments as they were traced.

    Gate heads that every choice uses are part of their segments. Accuracy is not looked at: the
    result is for placing only, its plans are not plans of ``problem``.
    """
    always = [
        all(problem.uses_gate(choice)[segment] for choice in range(len(problem.gate_choices)))
        for segment in range(len(problem.knobs))
    ]
    graph = problem.graph
    free = (GateChoice((), graph.accuracy, 1.0),)
    return replace(
        problem,
        graph=replace(
            graph,
            gates=(),
            gate_choices=free,
            segments=tuple(replace(segment, knobs=()) for segment in graph.segments),
            edges=tuple(replace(edge, codecs=edge.codecs[:1]) for edge in graph.edges),
        ),
        knobs=tuple(
            (_with_head(rows[0], head if runs else None, weights if runs else 0),)
            for rows, head, runs, weights in zip(
                problem.knobs, problem.gate, always, problem.gate_weight_bytes, strict=True
            )
        ),
        gate=(None,) * len(problem.gate),
        gate_weight_bytes=(0,) * len(problem.gate),
        gate_choices=free,
        codecs=tuple(rows[:1] for rows in problem.codecs),
    )


def _with_head(row: KnobRow, head: ModeCosts | None, weight_bytes: int) -> KnobRow:
    if head is None:
        return row
    compute = tuple(_sum(run, gate) for run, gate in zip(row.compute, head, strict=True))
    return replace(row, compute=compute, weight_bytes=row.weight_bytes + weight_bytes)


def _sum(run: Cost | None, gate: Cost | None) -> Cost | None:
    if run is None or gate is None:
        return None
    return Cost(run.time_ns + gate.time_ns, run.energy_j + gate.energy_j)
