"""The planner's expectation of one sample, in the same figures as a run."""

from scheduler.gating import answered_share
from scheduler.plan import Plan
from scheduler.replay import Outcome, outcomes
from scheduler.taskgraph import CLASSES
from simulator.metrics import Accuracy, CutBytes, Latency, Metrics, Provenance, StopRate
from simulator.power.isolated_draw import expected_life


def predicted(plan: Plan) -> Metrics:
    """Expected figures of one isolated sample under ``plan``; ``samples`` is 1.

    Recall by class is not predicted: validation data gives the planner one accuracy.
    """
    expected = plan.expected
    played = outcomes(plan)
    shares = answered_share(plan.task_graph.gates, plan.requirements.class_prior)
    return Metrics(
        samples=1,
        energy_per_sample_j=expected.energy_per_sample_j,
        energy_by_cause_j=expected.energy_by_cause_j,
        mean_power_w=expected.mean_power_w,
        latency_s=Latency(
            mean=expected.latency_mean_s,
            p50=_quantile_s(played, 0.5),
            p99=_quantile_s(played, 0.99),
            max=expected.latency_max_s,
        ),
        deadline_miss_rate=0.0,
        dropped=0,
        stop_rate_by_gate={
            gate.name: StopRate(
                overall=expected.stop_rate_by_gate[gate.name],
                negative=gate.stop_rate["negative"],
                positive=gate.stop_rate["positive"],
            )
            for gate in plan.task_graph.gates
        },
        bytes_across_cuts=_cuts(plan, played),
        accuracy=Accuracy(recall=dict.fromkeys(CLASSES), overall=expected.accuracy),
        provenance=Provenance(times="modelled", energy="modelled", answers="validation data"),
        battery=expected_life(plan),
        answer_rate_by_gate={
            gate.name: StopRate(
                overall=shares[gate.name],
                negative=gate.answer_rate["negative"],
                positive=gate.answer_rate["positive"],
            )
            for gate in plan.task_graph.gates
            if gate.answer_rate is not None
        },
    )


def _quantile_s(played: tuple[Outcome, ...], share: float) -> float:
    """Least latency that at least ``share`` of the samples keep."""
    reached = 0.0
    ordered = sorted(played, key=lambda outcome: outcome.latency_ns)
    for outcome in ordered:
        reached += outcome.probability
        if reached >= share:
            return outcome.latency_ns / 1e9
    return ordered[-1].latency_ns / 1e9


def _cuts(plan: Plan, played: tuple[Outcome, ...]) -> dict[str, CutBytes]:
    graph = plan.task_graph
    order = [segment.name for segment in graph.segments]
    cuts = {}
    for edge in graph.edges:
        crossing = plan.crossing(edge.source, edge.target)
        if crossing is None:
            continue
        before = {
            index
            for index, gate in enumerate(graph.gates)
            if order.index(gate.segment) <= order.index(edge.source)
        }
        share = sum(o.probability for o in played if o.exit_gate not in before)
        cuts[edge.name] = CutBytes(
            codec=crossing.codec,
            raw_bytes=edge.raw_bytes,
            wire_bytes=crossing.wire_bytes,
            crossings=share,
            total_bytes=share * crossing.wire_bytes,
        )
    return cuts
