"""What was found, in sentences whose numbers are computed."""

from collections import Counter
from collections.abc import Iterator
from statistics import fmean

from benchmarks.results.gated.sets import AT, GATED, PLATFORMS, UNGATED
from benchmarks.results.gated.splitting import GROUPS, states
from benchmarks.results.gated.summary import PARTS_OF_OURS, Findings
from benchmarks.results.gated.targets import targets
from scheduler.taskgraph import CLASSES


def found_lines(findings: Findings) -> Iterator[str]:
    """A list, an item a question."""
    rows = list(targets(findings))
    met = sum(target.met for target in rows)
    yield f"**{met} of {len(rows)} rows are met on all sets they speak of.** In words:"
    yield ""
    for platform in PLATFORMS:
        yield from _one_core(findings, platform)
        yield from _strongest(findings, platform)
        yield from _reasons(findings, platform)
    yield from _classes(findings)


def _one_core(findings: Findings, platform: str) -> Iterator[str]:
    found = [r for s in findings.sets if (r := findings.one_core(s.name, platform))]
    if not found:
        yield f"- {findings.on(platform)}: no set has a plan."
        return
    most = []
    for data_set in findings.sets:
        plans = findings.alone(data_set.name, platform)
        if plans:
            most.append(fmean(p.energy_j for p in plans) / fmean(p.floor_j for p in plans))
    yield (
        f"- {findings.on(platform)}, against the ungated network on its best core: energy beyond "
        f"the floor is {_times([r.times for r in found])} lower, all energy "
        f"{_times([r.times_total for r in found])}. No network, not even one that computes "
        f"nothing, could make all energy more than {_times(most)} lower: the rest is the floor."
    )


def _strongest(findings: Findings, platform: str) -> Iterator[str]:
    rivals = [r for s in findings.sets if (r := findings.strongest(s.name, platform))]
    if not rivals:
        yield f"- {findings.on(platform)}: no baseline has a recall equal to ours."
        return
    names = Counter(rival.contender for rival in rivals)
    others = [
        r for s in findings.sets if (r := findings.strongest(s.name, platform, PARTS_OF_OURS))
    ]
    who = ", ".join(f"{name} on {count}" for name, count in names.most_common())
    text = (
        f"- {findings.on(platform)}, against the strongest baseline of equal recall ({who} of "
        f"{len(rivals)} sets): {_times([r.times for r in rivals])} beyond the floor."
    )
    accurate = [
        r for s in findings.sets if (r := findings.strongest(s.name, platform, as_accurate=True))
    ]
    if accurate:
        text += (
            f" Those that are as accurate too, on {len(accurate)} sets: "
            f"{_times([r.times for r in accurate])}."
        )
    if others:
        text += (
            f" Leaving out {' and '.join(PARTS_OF_OURS)}, which are our network with one of its "
            f"two halves: {_times([r.times for r in others])}."
        )
    yield text


def _reasons(findings: Findings, platform: str) -> Iterator[str]:
    """How much of what gates and codecs save has which reason, over all sets."""
    saved = dict.fromkeys(GROUPS, 0.0)
    sets = 0
    for data_set in findings.sets:
        alone = findings.alone(data_set.name, platform)
        found = states(
            findings.outcomes[data_set.name, GATED],
            alone,
            findings.actual(data_set.name, platform),
        )
        if found and found[1].total_j > found[-1].total_j:
            _, open_, _, final = found
            whole = open_.total_j - final.total_j
            sets += 1
            for group in GROUPS:
                saved[group] += (open_.by_group_j[group] - final.by_group_j[group]) / whole
    if sets:
        parts = ", ".join(f"{group} {saved[group] / sets:.0%}" for group in GROUPS)
        yield (
            f"- {findings.on(platform)}, of what gates and codecs save on the placement of our "
            f"plan at {AT:.0%} negatives, mean over {sets} sets: {parts}."
        )


def _classes(findings: Findings) -> Iterator[str]:
    for data_set in findings.sets:
        gated = findings.outcomes[data_set.name, GATED]
        ungated = findings.outcomes[data_set.name, UNGATED]
        samples = gated[0].network.samples["positive"]
        stops = [
            f"{fmean(o.stopped_on_validation[c] for o in gated):.1%} on validation, "
            f"{fmean(o.network.stopped[c] for o in gated):.1%} on test"
            for c in CLASSES
        ]
        ours = fmean(o.network.right["positive"] for o in gated)
        theirs = fmean(o.network.right["positive"] for o in ungated)
        yield (
            f"- {data_set.name}: negatives stopped {stops[0]}; false stops {stops[1]}; recall on "
            f"test {ours:.1%} with gates and codecs, {theirs:.1%} ungated. One of its {samples} "
            f"test positives is {100 / samples:.2f} points."
        )


def _times(values: list[float]) -> str:
    low, high = f"{min(values):.2f}", f"{max(values):.2f}"
    return f"{low} times" if low == high else f"{low} to {high} times"
