"""The tables of energy, each from plans and replayed test streams."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from benchmarks.results.gated.figures import Planned
from benchmarks.results.gated.sections import Lines, share
from benchmarks.results.gated.sets import (
    AT,
    GATED,
    NEGATIVES,
    ONE_CORE,
    PLATFORMS,
    UNGATED,
    DataSet,
)
from benchmarks.results.gated.splitting import GROUPS, states
from benchmarks.results.gated.summary import Findings, Spread, mixed
from benchmarks.results.writing import segments_text, table
from scheduler.registry import DEFAULT_ALGORITHM
from wakepath.units import quantity


def energy_table(findings: Findings, data_set: DataSet, platform: str) -> Lines:
    """All contenders as planned for one platform at the prior of the targets."""
    head = (
        *("contender", "energy beyond the floor", "against ours", "all energy", "mean power"),
        *("recall", "accuracy", "cores", "gates", "codecs"),
    )
    ours = findings.plans(data_set.name, GATED, platform)
    rows = []
    for label, name, algorithm in _planned_as(findings):
        plans = findings.plans(data_set.name, name, platform, algorithm=algorithm)
        if not plans:
            reason = _reason(findings, data_set, name, platform, algorithm)
            rows.append((label, f"no plan: {reason}", *([""] * (len(head) - 2))))
            continue
        period_s = findings.outcomes[data_set.name, name][0].period_s
        beyond = Spread(tuple(plan.beyond_j for plan in plans))
        rows.append(
            (
                label,
                beyond.text(_joules),
                f"{beyond.mean / fmean(p.beyond_j for p in ours):.2f}x" if ours else "",
                _joules(fmean(plan.energy_j for plan in plans)),
                quantity(fmean(plan.energy_j for plan in plans) / period_s, "W"),
                Spread(tuple(_right(plan)["positive"] for plan in plans)).text(share),
                share(fmean(mixed(_right(plan), AT) for plan in plans)),
                "; ".join(dict.fromkeys(segments_text(plan.cores) for plan in plans)),
                "; ".join(dict.fromkeys(", ".join(plan.gates) or "none" for plan in plans)),
                "; ".join(dict.fromkeys(", ".join(plan.codecs) or "none" for plan in plans)),
            )
        )
    return table(head, rows)


def prior_table(findings: Findings, data_set: DataSet, platform: str) -> Lines:
    """Energy beyond the floor, and mean power with it, by class prior; means over seeds."""
    head = ("contender", *(f"{100 * negatives:g} % negatives" for negatives in NEGATIVES))
    rows = []
    for label, name, algorithm in _planned_as(findings):
        period_s = findings.outcomes[data_set.name, name][0].period_s
        found = [findings.plans(data_set.name, name, platform, n, algorithm) for n in NEGATIVES]
        cells = [
            f"{_joules(fmean(p.beyond_j for p in plans))}, "
            f"{quantity(fmean(p.energy_j for p in plans) / period_s, 'W')}"
            if plans
            else ""
            for plans in found
        ]
        rows.append((label, *cells))
    return table(head, rows)


def split_table(findings: Findings, platform: str) -> Lines:
    """How much less energy each of the three reasons leaves to spend, by data set."""
    head = (
        *("set", "ungated", "our cores, all open", "with gates", "and codecs"),
        *(f"gates: {group}" for group in GROUPS),
        *(f"codecs: {group}" for group in GROUPS),
    )
    rows = []
    for data_set in findings.sets:
        alone = findings.alone(data_set.name, platform)
        found = states(findings.outcomes[data_set.name, GATED], alone, data_set.platform(platform))
        if not found:
            continue
        _, open_, gated, final = found
        rows.append(
            (
                data_set.name,
                *(_joules(state.total_j) for state in found),
                *(_joules(open_.by_group_j[g] - gated.by_group_j[g]) for g in GROUPS),
                *(_joules(gated.by_group_j[g] - final.by_group_j[g]) for g in GROUPS),
            )
        )
    return table(head, rows)


def floor_table(findings: Findings) -> Lines:
    """What a device draws to which nothing ever happens."""
    head = (
        "set",
        *(f"{findings.on(p)}: {what}" for p in PLATFORMS for what in ("rail", "idle cores")),
    )
    rows = []
    for data_set in findings.sets:
        cells = []
        for platform in PLATFORMS:
            plans = findings.plans(data_set.name, UNGATED, platform)
            cells += (
                [_joules(plans[0].rail_j), _joules(plans[0].floor_j - plans[0].rail_j)]
                if plans
                else ["", ""]
            )
        rows.append((data_set.name, *cells))
    return table(head, rows)


def _planned_as(findings: Findings) -> Sequence[tuple[str, str, str]]:
    rows = [(name, name, DEFAULT_ALGORITHM) for name in findings.contenders]
    return [*rows, (f"{UNGATED}, one core", UNGATED, ONE_CORE)]


def _reason(findings: Findings, data_set: DataSet, name: str, platform: str, algorithm: str) -> str:
    actual = data_set.platform(platform)
    found = (o.plan(actual, AT, algorithm) for o in findings.outcomes[data_set.name, name])
    return next((plan.reason for plan in found if plan.reason), "at another class prior")


def _right(plan: Planned) -> Mapping[str, float]:
    assert plan.right is not None
    return plan.right


def _joules(value: float) -> str:
    return quantity(value, "J", 3)
