"""Where a plan's gain comes from: multiplications not done, bytes not moved, cores not woken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from benchmarks.results.gated.energies import Recorder, replayed_j
from benchmarks.results.gated.figures import Outcome, Planned, Split
from scheduler.plan import Cause, Crossing, Plan

GROUPS: Mapping[str, tuple[Cause, ...]] = {
    "MACs not done": ("compute", "gate"),
    "bytes not moved": ("link", "codec"),
    "cores not woken": ("wake", "idle", "switch"),
}
"""Which causes of energy each of the three saves; what gates and codecs cost is taken off."""


@dataclass(frozen=True, slots=True)
class State:
    """Energy beyond the floor on the way from one core to the plan, mean over seeds."""

    name: str
    """What it is of."""
    by_group_j: Mapping[str, float]
    """Per sample, by group of causes; resting counts beyond the floor only."""

    @property
    def total_j(self) -> float:
        return sum(self.by_group_j.values())


def split(planned: Planned, plan: Plan, record: Recorder) -> Split:
    """The plan's placement with nothing stopped and all bytes, with gates, and as it is."""
    assert planned.by_cause_j is not None
    raw = _with_raw_crossings(plan)
    recording = record(raw.codecs)
    return Split(
        platform=planned.platform,
        negatives=planned.negatives,
        floor_j=planned.floor_j,
        open_j=replayed_j(_without_gates(raw), recording),
        gated_j=replayed_j(raw, recording),
        final_j=planned.by_cause_j,
    )


def states(
    outcomes: Sequence[Outcome], alone: Sequence[Planned], platform: str
) -> tuple[State, ...]:
    """From the ungated network on one core to our plan, in order; none if a plan is missing."""
    splits = [one for outcome in outcomes for one in outcome.splits if one.platform == platform]
    if not alone or len(splits) < len(outcomes):
        return ()
    floor_j = fmean(one.floor_j for one in splits)
    return (
        _state("ungated", [p.by_cause_j for p in alone if p.by_cause_j], floor_j),
        _state("our cores, all open", [one.open_j for one in splits], floor_j),
        _state("with gates", [one.gated_j for one in splits], floor_j),
        _state("with gates, and codecs", [one.final_j for one in splits], floor_j),
    )


def _state(name: str, by_cause_j: Sequence[Mapping[Cause, float]], floor_j: float) -> State:
    rail_j = fmean(causes["rail"] for causes in by_cause_j)
    mean_j = {
        group: fmean(sum(causes[cause] for cause in of) for causes in by_cause_j)
        for group, of in GROUPS.items()
    }
    resting = list(GROUPS)[-1]
    return State(name, {**mean_j, resting: mean_j[resting] - (floor_j - rail_j)})


def _with_raw_crossings(plan: Plan) -> Plan:
    raw_bytes = {edge.name: edge.raw_bytes for edge in plan.task_graph.edges}

    def raw(crossing: Crossing) -> Crossing:
        return replace(crossing, codec="none", wire_bytes=raw_bytes[crossing.edge])

    return replace(plan, crossings=tuple(raw(crossing) for crossing in plan.crossings))


def _without_gates(plan: Plan) -> Plan:
    return replace(plan, gates=(), task_graph=replace(plan.task_graph, gates=()))
