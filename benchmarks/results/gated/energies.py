"""A contender planned for a class prior on a platform, and the test stream replayed under it."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from benchmarks.results.gated.figures import Floors, Planned
from benchmarks.results.gated.judging import right_by_class
from devicemodels.platform import Platform
from networks.evaluation import gated_answers
from scheduler.gating import gate_choices
from scheduler.infeasible import Infeasible
from scheduler.plan import Cause, Plan, Requirements
from scheduler.problem import Problem
from scheduler.recording import Recording
from scheduler.registry import schedule
from scheduler.tabulation import make_problem
from scheduler.taskgraph import TaskGraph
from simulator.compiled.streaming import simulate_long
from simulator.sources.fates import Replayed
from simulator.sources.releases import Periodic
from simulator.sources.source import Source
from simulator.workload import period_ns

REPLAYED = 20_000
"""Samples of a replay."""

LOSS_AGAINST_UNGATED = 0.005
"""Accuracy that a plan may lose on validation against the ungated network."""

ROUNDING = 1e-9
"""Of a floor that is a figure of the contender itself."""

Recorder = Callable[[Mapping[str, str]], Recording]
"""What a contender says of the test windows, by the codecs in force."""


def remembered(record: Recorder) -> Recorder:
    """The same, each choice of codecs recorded once."""

    @lru_cache(maxsize=32)
    def known(codecs: tuple[tuple[str, str], ...]) -> Recording:
        return record(dict(codecs))

    return lambda codecs: known(tuple(sorted((e, c) for e, c in codecs.items() if c != "none")))


def common_floors(ungated: TaskGraph, recall_floor: float) -> Floors:
    """What every contender must reach on validation; ``recall_floor`` is the recipe's share."""
    return Floors(ungated.accuracy - LOSS_AGAINST_UNGATED, recall_floor * ungated.recall)


def reachable(graph: TaskGraph, floors: Floors) -> tuple[Floors, str]:
    """The floors, or the best that the contender itself reaches, and what it is short of."""
    choices = gate_choices(graph)
    recall = min(floors.recall, max(choice.recall for choice in choices)) - ROUNDING
    accuracy = max(choice.accuracy for choice in choices if choice.recall >= recall)
    short = []
    if recall < floors.recall - 2 * ROUNDING:
        short.append(f"recall {recall:.1%} of {floors.recall:.1%}")
    if accuracy < floors.accuracy - 2 * ROUNDING:
        short.append(f"accuracy {accuracy:.1%} of {floors.accuracy:.1%}")
    return Floors(min(floors.accuracy, accuracy) - ROUNDING, recall), ", ".join(short)


def problem_at(
    graph: TaskGraph, platform: Platform, period_s: float, negatives: float, floors: Floors
) -> Problem:
    """What is planned: least energy; the only deadline is the next sample."""
    required = Requirements(
        objective="energy",
        period_s=period_s,
        deadline_s=period_s,
        accuracy_floor=max(0.0, floors.accuracy),
        class_prior={"negative": negatives, "positive": 1.0 - negatives},
        recall_floor=max(0.0, floors.recall),
    )
    return make_problem(graph.name, graph, platform, required)


def plan_and_replay(
    graph: TaskGraph,
    record: Recorder,
    platform: Platform,
    *,
    period_s: float,
    negatives: float,
    floors: Floors,
    algorithm: str,
) -> tuple[Planned, Plan | None]:
    """The figures of the best plan that ``algorithm`` finds, and the plan; None without one."""
    try:
        problem = problem_at(graph, platform, period_s, negatives, floors)
        plan = schedule(problem, algorithm)
    except Infeasible as none:
        return Planned(platform.name, algorithm, negatives, f"{none.reason}: {none.detail}"), None
    recording = record(plan.codecs)
    by_cause = replayed_j(plan, recording)
    planned = Planned(
        platform=platform.name,
        algorithm=algorithm,
        negatives=negatives,
        energy_j=sum(by_cause.values()),
        floor_j=problem.floor_j,
        rail_j=by_cause["rail"],
        by_cause_j=by_cause,
        cores=tuple(placement.core for placement in plan.placements),
        gates=tuple(setting.gate for setting in plan.gates),
        codecs=tuple(crossing.codec for crossing in plan.crossings),
        right=_right(plan.task_graph, recording),
    )
    return planned, plan


def _right(graph: TaskGraph, recording: Recording) -> dict[str, float]:
    seen = recording.of_gates(gate.name for gate in graph.gates)
    return right_by_class(gated_answers(graph, seen), recording.labels)


def replayed_j(plan: Plan, recording: Recording, samples: int = REPLAYED) -> dict[Cause, float]:
    """Energy per sample by cause: any window of a class, classes as often as in the plan's prior.

    All contenders see the same classes and windows: draws depend on the seed and the sample only.
    """
    every_ns = period_ns(plan)
    fates = Replayed(recording, plan.requirements.class_prior["positive"])
    source = Source(Periodic(every_ns), fates)
    run = simulate_long([(plan, source)], samples * every_ns, seed=0)
    assert run.metrics is not None
    return dict(run.metrics.energy_by_cause_j)
