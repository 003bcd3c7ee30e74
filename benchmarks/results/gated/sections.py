"""The tables of the page, each from what was measured."""

from collections.abc import Callable, Iterator, Mapping

from benchmarks.results.gated.figures import NetworkFigures, Outcome
from benchmarks.results.gated.sets import (
    AT,
    GATED,
    UNGATED,
    DataSet,
)
from benchmarks.results.gated.summary import (
    Findings,
    Spread,
    bytes_saved,
    mixed,
    precision_at,
)
from benchmarks.results.gated.targets import targets
from benchmarks.results.writing import table
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
        *(
            "negatives stopped",
            "false stops",
            "found otherwise",
            f"MACs a sample at {AT:.0%}",
            "positives' bytes",
        ),
        "bytes saved",
    )
    columns: tuple[tuple[Callable[[Outcome], float], Callable[[float], str]], ...] = (
        (lambda o: o.network.accuracy, share),
        (lambda o: o.network.right["positive"], share),
        (lambda o: o.network.precision, share),
        (lambda o: precision_at(o.network.right, AT), share),
        (lambda o: o.network.stopped["negative"], share),
        (lambda o: o.network.stopped["positive"], share),
        (lambda o: o.network.lost, share),
        (lambda o: mixed(o.network.macs, AT), "{:,.0f}".format),
        (lambda o: o.network.wire_bytes["positive"], "{:,.0f}".format),
        (bytes_saved, share),
    )
    rows = [
        (name, *(findings.spread(data_set.name, name, of).text(shown) for of, shown in columns))
        for name in findings.contenders
    ]
    return table(head, rows)


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


def count_table(findings: Findings) -> Lines:
    """The same three reasons in counts, apart from any platform."""
    head = (
        *("set", "MACs not done", "bytes not moved: by gates", "by gates and codecs"),
        "samples for which nothing behind the first gate wakes",
    )
    rows = [
        (
            data_set.name,
            *(
                findings.spread(data_set.name, GATED, of).text(share)
                for of in (_macs_not_done, _bytes_stopped, _bytes_not_moved, _not_woken)
            ),
        )
        for data_set in findings.sets
    ]
    return table(head, rows)


def _macs_not_done(outcome: Outcome) -> float:
    return 1.0 - mixed(outcome.network.macs, AT) / outcome.macs


def _bytes_stopped(outcome: Outcome) -> float:
    network = outcome.network
    return 1.0 - mixed(network.raw_bytes, AT) / sum(cut.raw_bytes for cut in network.cuts)


def _bytes_not_moved(outcome: Outcome) -> float:
    network = outcome.network
    return 1.0 - mixed(network.wire_bytes, AT) / sum(cut.raw_bytes for cut in network.cuts)


def _not_woken(outcome: Outcome) -> float:
    first = outcome.network.cuts[0].edge.split("->")[1]
    behind = next(r for r in outcome.network.reach if r.segment == first)
    return 1.0 - mixed(behind.share, AT)


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
