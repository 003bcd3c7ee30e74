"""The tables of the page, each from what was measured."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import fmean

from benchmarks.results.gated.figures import NetworkFigures, Outcome, Planned
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
from benchmarks.results.gated.summary import (
    Findings,
    Spread,
    accuracy_at,
    bytes_saved,
    precision_at,
)
from benchmarks.results.gated.targets import targets
from benchmarks.results.writing import table
from scheduler.registry import DEFAULT_ALGORITHM
from wakepath.units import quantity

Lines = list[str]


def share(value: float) -> str:
    """In percent, to a tenth."""
    return f"{value:.1%}"


def target_table(findings: Findings) -> Lines:
    """What was asked for, what was found on each set, and whether that is met."""
    head = ["asked for", *(s.name for s in findings.sets), "met"]
    rows = [
        [
            target.asked,
            *(
                text if fine else f"**{text}**"
                for text, fine in zip(target.found, target.met_on, strict=True)
            ),
            "yes" if target.met else "**no**",
        ]
        for target in targets(findings)
    ]
    return table(head, rows)


def set_table(findings: Findings) -> Lines:
    """The data sets and the networks that read them."""
    head = (
        *("set", "what is told apart", "test samples", "positive", "a sample every"),
        *("MACs", "parameters as float32", "floors on validation: accuracy", "recall"),
    )
    rows = []
    for data_set in findings.sets:
        first = findings.outcomes[data_set.name, UNGATED][0]
        samples = first.network.samples
        count = sum(samples.values())
        rows.append(
            (
                data_set.name,
                data_set.what,
                f"{count:,}",
                f"{samples['positive']:,} ({share(samples['positive'] / count)})",
                quantity(first.period_s, "s"),
                f"{first.macs:,}",
                quantity(first.weight_bytes, "B"),
                findings.spread(data_set.name, UNGATED, lambda o: o.floors.accuracy).text(share),
                findings.spread(data_set.name, UNGATED, lambda o: o.floors.recall).text(share),
            )
        )
    return table(head, rows)


def network_table(findings: Findings, data_set: DataSet) -> Lines:
    """All contenders on test data, apart from any platform."""
    head = (
        *("contender", "accuracy", "recall", "precision", f"precision at {AT:.0%}"),
        *("negatives stopped", "false stops", f"MACs a sample at {AT:.0%}", "positives' bytes"),
        "bytes saved",
    )
    columns: tuple[tuple[Callable[[Outcome], float], Callable[[float], str]], ...] = (
        (lambda o: o.network.accuracy, share),
        (lambda o: o.network.right["positive"], share),
        (lambda o: o.network.precision, share),
        (lambda o: precision_at(o.network.right, AT), share),
        (lambda o: o.network.stopped["negative"], share),
        (lambda o: o.network.stopped["positive"], share),
        (lambda o: mixed(o.network.macs, AT), "{:,.0f}".format),
        (lambda o: o.network.wire_bytes["positive"], "{:,.0f}".format),
        (bytes_saved, share),
    )
    rows = [
        (name, *(findings.spread(data_set.name, name, of).text(shown) for of, shown in columns))
        for name in findings.contenders
    ]
    return table(head, rows)


def mixed(by_class: Mapping[str, float], negatives: float) -> float:
    """Mean over samples of which this share is negative."""
    return negatives * by_class["negative"] + (1.0 - negatives) * by_class["positive"]


def cut_table(findings: Findings) -> Lines:
    """Every gate of the gated networks, and the cut behind it."""
    head = (
        *("set", "gate", "depth", "stops of negatives that reach it", "false stops"),
        *("raw bytes", "codec", "bytes on the wire"),
    )
    rows = []
    for data_set in findings.sets:
        outcomes = findings.outcomes[data_set.name, GATED]
        for index, cut in enumerate(outcomes[0].network.cuts):
            same = [outcome.network.cuts[index] for outcome in outcomes]
            rows.append(
                (
                    data_set.name,
                    cut.gate,
                    share(_depth_behind(outcomes[0].network, cut.edge)),
                    Spread(tuple(c.stopped["negative"] for c in same)).text(share),
                    Spread(tuple(c.stopped["positive"] for c in same)).text(share),
                    f"{cut.raw_bytes:,}",
                    ", ".join(dict.fromkeys(c.codec for c in same)),
                    ", ".join(dict.fromkeys(f"{c.wire_bytes:,}" for c in same)),
                )
            )
    return table(head, rows)


def _depth_behind(network: NetworkFigures, edge: str) -> float:
    target = edge.split("->")[1]
    return next(reach.depth for reach in network.reach if reach.segment == target)


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
                share(fmean(accuracy_at(_right(plan), AT) for plan in plans)),
                "; ".join(dict.fromkeys(_runs(plan.cores) for plan in plans)),
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
        *("set", "ungated, one core", "our cores, all open", "with gates", "and codecs"),
        *(f"gates: {group}" for group in GROUPS),
        *(f"codecs: {group}" for group in GROUPS),
    )
    rows = []
    for data_set in findings.sets:
        one_core = findings.plans(data_set.name, UNGATED, platform, algorithm=ONE_CORE)
        found = states(findings.outcomes[data_set.name, GATED], one_core, platform)
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
    head = ("set", *(f"`{p}`: {what}" for p in PLATFORMS for what in ("rail", "idle cores")))
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


def short_lines(findings: Findings) -> Iterator[str]:
    """Who did not reach the common floors on validation."""
    for data_set in findings.sets:
        for name in findings.contenders:
            for outcome in findings.outcomes[data_set.name, name]:
                if outcome.short:
                    yield f"- {data_set.name}, seed {outcome.seed}, {name}: {outcome.short}"


def shipped_table(findings: Findings, shipped: Mapping[str, NetworkFigures]) -> Lines:
    """Committed weights beside the range over seeds."""
    head = ("weights", "figure", "shipped", "seeds, lowest to highest", "inside")
    rows = []
    figures: tuple[tuple[str, Callable[[NetworkFigures], float]], ...] = (
        ("accuracy", lambda n: n.accuracy),
        ("recall", lambda n: n.right["positive"]),
        ("negatives stopped", lambda n: n.stopped["negative"]),
        ("false stops", lambda n: n.stopped["positive"]),
    )
    for data_set in findings.sets:
        if data_set.name not in shipped:
            continue
        for figure, of in figures:
            mine = of(shipped[data_set.name])
            seeds = findings.spread(data_set.name, GATED, lambda o, of=of: of(o.network))  # type: ignore[misc]
            inside = seeds.low - 1e-9 <= mine <= seeds.high + 1e-9
            rows.append(
                (
                    f"scenarios/{data_set.scenario}",
                    figure,
                    share(mine),
                    f"{share(seeds.low)} to {share(seeds.high)}",
                    "yes" if inside else "**no**",
                )
            )
    return table(head, rows)


def _planned_as(findings: Findings) -> Sequence[tuple[str, str, str]]:
    rows = [(name, name, DEFAULT_ALGORITHM) for name in findings.contenders]
    return [*rows, (f"{UNGATED}, one core", UNGATED, ONE_CORE)]


def _reason(findings: Findings, data_set: DataSet, name: str, platform: str, algorithm: str) -> str:
    found = (o.plan(platform, AT, algorithm) for o in findings.outcomes[data_set.name, name])
    return next((plan.reason for plan in found if plan.reason), "at another class prior")


def _right(plan: Planned) -> Mapping[str, float]:
    assert plan.right is not None
    return plan.right


def _runs(cores: Sequence[str]) -> str:
    return ", ".join(f"{core} {cores.count(core)}" for core in dict.fromkeys(cores))


def _joules(value: float) -> str:
    return quantity(value, "J", 3)
