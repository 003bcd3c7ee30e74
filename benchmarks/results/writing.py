"""The table of gains as Markdown."""

from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from benchmarks.results.cases import (
    ASSUMED_CODECS,
    ASSUMED_DEPTHS,
    ASSUMED_MISSED,
    ASSUMED_PASSING,
)
from benchmarks.results.comparison import Block, Comparison, Result
from scheduler.registry import BASELINES
from scheduler.restriction import VARIANTS, Variant
from wakepath.units import quantity

FULL, BARE = VARIANTS[0], VARIANTS[-1]

INTRODUCTION = """\
# Plans beside the baselines

Made by `make results` from the files in this repository and the architectures in pytorchcv, whose
weights do not matter here. Joules are modelled, on every platform: no energy counter was read.

The exact planner stands beside ten baselines, each after its paper (`scheduler/algorithms/`), on
five networks, the shipped platforms and five deadlines: multiples of the worst-case latency of
the fastest plan. A baseline decides where segments run, by its own rule; gates and thresholds,
codecs and idle states are then chosen for it as well as they can be, which its paper does not do.
Each is there with gates and codecs, with one of the two, and with neither. Every plan has passed
the independent checker, and the command fails if a baseline's plan costs less energy than ours.

**What is compared.** A platform draws something even if nothing ever happens: the rail, and every
core in its most frugal idle state. No plan can change that, so gains are of the energy per sample
beyond that floor: a gain of 1.20 means that the baseline needs 1.20 times our energy beyond the
floor. The energies themselves, floor included, are in the detailed tables.

**How to read it.** With gates and codecs on both sides, a gain is what deciding everything together
is worth: gates, codecs and idle states were chosen as well for the baseline as for us, after it had
placed its segments. With neither, what gates and codecs are worth comes on top.
"""

ASSUMPTIONS = """\
## What is assumed

The smartwatch's gates, thresholds and codecs were trained and measured on validation data
(`scenarios/smartwatch`). **For the other four networks nothing was trained.** Their operators,
MACs, weights and activations are real; what gates stop and what codecs cost in accuracy is assumed,
the same for all four:
"""


def document(blocks: Sequence[Block], uncalibrated: Sequence[str] = ()) -> str:
    """The whole file; ``uncalibrated`` names platforms that have no times to plan with."""
    missing = "\n".join(
        f"Nothing is planned for platform `{name}`: it ships without times, and `wakepath "
        f"calibrate {name}` measures those of the machine at hand."
        for name in uncalibrated
    )
    parts = [
        INTRODUCTION,
        missing,
        _summary(blocks),
        _by_baseline(blocks),
        ASSUMPTIONS,
        "\n".join(_assumptions()),
    ]
    parts += ["## In detail", *(_details(block) for block in blocks)]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def _summary(blocks: Sequence[Block]) -> str:
    rows: list[tuple[str, ...]] = []
    without: dict[str, list[str]] = {}
    for block in blocks:
        name, platform = block.case.name, block.platform.name
        if not block.comparisons:
            without.setdefault(name, []).append(platform)
            continue
        gains = [[_gain(c, variant) for c in block.comparisons] for variant in VARIANTS]
        rows.append((name, platform, *(_range(row) for row in gains), _leaders(block)))
    head = (
        "network",
        "platform",
        *(f"best baseline with {variant.name}" for variant in VARIANTS),
        "that baseline, with both",
    )
    found = sum(len(block.comparisons) for block in blocks)
    return "\n".join(
        [
            "## Gains over the best baseline",
            "",
            "Smallest to largest over the five deadlines; 1.000 means that the best of the ten is "
            "optimal too.",
            "",
            *table(head, rows),
            "",
            f"{found} problems, {found * len(BASELINES) * len(VARIANTS)} baseline runs; in none of "
            "them is a baseline better than our plan.",
            *(line for name in without for line in ("", _no_plan(name, without[name]))),
        ]
    )


def _no_plan(name: str, platforms: Sequence[str]) -> str:
    return f"There is no plan for {name}, for reasons given below, on {', '.join(platforms)}."


def _by_baseline(blocks: Sequence[Block]) -> str:
    """Each baseline over all problems."""
    comparisons = [comparison for block in blocks for comparison in block.comparisons]
    rows = []
    for name in BASELINES:
        cells = []
        for variant in (FULL, BARE):
            results = [_result(comparison, name, variant) for comparison in comparisons]
            ratios = [
                ratio
                for comparison, result in zip(comparisons, results, strict=True)
                if (ratio := comparison.ratio(result)) is not None
            ]
            cells += [f"{len(ratios)} of {len(results)}", *_spread(ratios)]
        rows.append((name, *cells))
    head = ["baseline"]
    for variant in (FULL, BARE):
        head += [f"with {variant.name}: plans found", "median gain", "largest"]
    return "\n".join(["## Gains over each baseline, over all problems", "", *table(head, rows)])


def _spread(ratios: Sequence[float]) -> tuple[str, str]:
    if not ratios:
        return "", ""
    return f"{median(ratios):.3f}", f"{max(ratios):.2f}"


def _gain(comparison: Comparison, variant: Variant) -> float | None:
    best = comparison.best(variant)
    return None if best is None else comparison.ratio(best)


def _range(gains: Iterable[float | None]) -> str:
    known = [gain for gain in gains if gain is not None]
    if not known:
        return "no plan"
    low, high = f"{min(known):.3f}", f"{max(known):.3f}"
    return low if low == high else f"{low} to {high}"


def _leaders(block: Block) -> str:
    """The best baselines with gates and codecs, by deadline, each named once."""
    best = (comparison.best(FULL) for comparison in block.comparisons)
    return ", ".join(dict.fromkeys(result.algorithm for result in best if result is not None))


def _assumptions() -> Iterator[str]:
    yield (
        "- gates follow the segments in which "
        + ", ".join(f"{depth:.0%}" for depth in ASSUMED_DEPTHS)
        + " of the MACs are done; every subset may be used, each gate at one of three thresholds;"
    )
    for number, (passing, missed) in enumerate(zip(ASSUMED_PASSING, ASSUMED_MISSED, strict=True)):
        yield (
            f"- gate {number} lets {_shares(passing)} of all negatives pass, and {_shares(missed)} "
            "of all positives are lost by then (nested: whatever the gates before it);"
        )
    codecs = ", ".join(f"`{name}` {loss:.2%}" for name, loss in ASSUMED_CODECS)
    yield f"- accuracy lost by each crossing: {codecs}; the accuracy floor leaves 0.5 % in all."


def _shares(shares: Iterable[float]) -> str:
    return " or ".join(f"{share:.1%}" for share in shares)


def _details(block: Block) -> str:
    case = block.case
    lines = [f"### {case.name} on {block.platform.name}", ""]
    if not block.comparisons:
        return "\n".join([*lines, f"No plan: {block.reason}."])
    share = case.graph.positive_share
    lines += [
        f"{len(case.graph.segments)} segments, a sample every {quantity(case.period_s, 's')}, "
        f"{share:.1%} positive; accuracy at least {case.accuracy_floor:.1%}, recall at least "
        f"{case.recall_floor:.0%}; gates and codecs "
        f"{'ASSUMED' if case.assumed else 'trained and measured'}. The fastest plan takes "
        f"{quantity(block.fastest_s, 's')}. The floor is "
        f"{quantity(block.comparisons[0].floor_j, 'J')} a sample.",
        "",
        *_ours(block.comparisons),
        "",
        "Gains over each baseline, with gates and codecs / with neither; in brackets what stops "
        "its placements where it finds no plan:",
        "",
        *_baselines(block.comparisons),
    ]
    return "\n".join(lines)


def _ours(comparisons: Sequence[Comparison]) -> list[str]:
    rows = [
        (
            f"{c.multiple:g} x ({quantity(c.deadline_s, 's')})",
            quantity(c.ours.expected.energy_per_sample_j, "J"),
            quantity(c.beyond_j(c.ours), "J"),
            quantity(c.ours.expected.latency_max_s, "s"),
            segments_text([placement.core for placement in c.ours.placements]),
            ", ".join(gate.gate for gate in c.ours.gates) or "none",
            ", ".join(crossing.codec for crossing in c.ours.crossings) or "none",
        )
        for c in comparisons
    ]
    head = (
        "deadline",
        "our energy per sample",
        "beyond the floor",
        "worst latency",
        "segments on",
        "gates",
        "codecs",
    )
    return table(head, rows)


def segments_text(cores: Sequence[str]) -> str:
    """Cores of the segments, each with how many it runs, in order of first use."""
    return ", ".join(f"{core} {cores.count(core)}" for core in dict.fromkeys(cores))


def _baselines(comparisons: Sequence[Comparison]) -> list[str]:
    head = ("baseline", *(f"{comparison.multiple:g} x" for comparison in comparisons))
    rows = []
    for name in BASELINES:
        cells = [f"{_cell(c, name, FULL)} / {_cell(c, name, BARE)}" for c in comparisons]
        rows.append((name, *cells))
    return table(head, rows)


def _cell(comparison: Comparison, name: str, variant: Variant) -> str:
    result = _result(comparison, name, variant)
    ratio = comparison.ratio(result)
    return f"({result.binding})" if ratio is None else f"{ratio:.3f}"


def _result(comparison: Comparison, name: str, variant: Variant) -> Result:
    return next(r for r in comparison.of_variant(variant) if r.algorithm == name)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table of Markdown, line by line."""
    return [
        f"| {' | '.join(head)} |",
        f"|{'---|' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
