"""Outcomes of contenders that nobody trained, for what is made of them."""

from collections.abc import Mapping

from benchmarks.results.gated.figures import (
    VERSION,
    CutFigures,
    Floors,
    NetworkFigures,
    Outcome,
    Planned,
    Reach,
)
from benchmarks.results.gated.sets import NEGATIVES, ONE_CORE, PLATFORMS, UNGATED, DataSet
from benchmarks.results.gated.summary import Findings
from scheduler.registry import DEFAULT_ALGORITHM

FLOOR_J = 10e-6


def network(
    recall: float = 1.0, stopped: float = 0.0, saved: float = 0.0, false_stops: float = 0.0
) -> NetworkFigures:
    return NetworkFigures(
        samples={"negative": 90, "positive": 10},
        cuts=(CutFigures("a->b", "a", {"negative": stopped, "positive": 0.0}, 400, "int8", 104),),
        reach=(
            Reach("a", 0.0, {"negative": 1.0, "positive": 1.0}),
            Reach("b", 0.1, {"negative": 1.0 - stopped, "positive": 1.0}),
        ),
        stopped={"negative": stopped, "positive": false_stops},
        lost=false_stops,
        macs={"negative": 100.0, "positive": 1000.0},
        raw_bytes={"negative": 40.0, "positive": 400.0},
        wire_bytes={"negative": 4.0, "positive": 400.0 * (1.0 - saved)},
        right={"negative": 0.9, "positive": recall},
        accuracy=0.9 * 0.9 + 0.1 * recall,
        precision=0.5,
    )


def planned(
    beyond_j: float, right: Mapping[str, float], platform: str, algorithm: str, at: float
) -> Planned:
    return Planned(
        platform=platform,
        algorithm=algorithm,
        negatives=at,
        energy_j=FLOOR_J + beyond_j,
        floor_j=FLOOR_J,
        rail_j=FLOOR_J,
        by_cause_j={"compute": beyond_j, "rail": FLOOR_J},
        cores=("a", "a") if algorithm == ONE_CORE else ("a", "b"),
        right=right,
    )


def outcome(
    data_set: str,
    name: str,
    beyond_j: float,
    recall: float = 1.0,
    specificity: float = 0.9,
    **figures: float,
) -> Outcome:
    algorithms = [DEFAULT_ALGORITHM, *([ONE_CORE] if name == UNGATED else [])]
    return Outcome(
        data_set=data_set,
        seed=0,
        contender=name,
        period_s=0.5,
        train_s=1.0,
        floors=Floors(0.9, 0.95),
        short="",
        macs=1000,
        weight_bytes=4000,
        stopped_on_validation={"negative": 0.9, "positive": 0.0},
        network=network(recall, **figures),
        planned=tuple(
            planned(
                beyond_j, {"negative": specificity, "positive": recall}, platform, algorithm, at
            )
            for platform in PLATFORMS
            for algorithm in algorithms
            for at in NEGATIVES
        ),
        splits=(),
        version=VERSION,
    )


def findings(outcomes: Mapping[str, Mapping[str, Outcome]]) -> Findings:
    """By data set and contender; every set has the same contenders."""
    contenders = tuple(next(iter(outcomes.values())))
    return Findings(
        tuple(DataSet(name, "something") for name in outcomes),
        (0,),
        contenders,
        {(s, c): (one,) for s, by_name in outcomes.items() for c, one in by_name.items()},
    )
