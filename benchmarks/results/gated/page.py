"""The page: words, tables and pictures in order."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import fill

from benchmarks.results.gated import energy_sections, plots, sections
from benchmarks.results.gated.energies import LOSS_AGAINST_UNGATED, REPLAYED
from benchmarks.results.gated.figures import NetworkFigures
from benchmarks.results.gated.judging import MOST_LOST
from benchmarks.results.gated.sets import AT, NEGATIVES, PLATFORMS
from benchmarks.results.gated.summary import ACCURACY_TOLERANCE, RECALL_TOLERANCE, Findings
from benchmarks.results.gated.words import found_lines
from devicemodels.documents.files import write_atomically

LINE = 100
"""Characters of a line of prose."""

INTRODUCTION = """\
# Gated networks beside their baselines

Made by `make results-gated`: everything is trained, evaluated on test data, planned and simulated
by that one command. **Joules are modelled**: no energy counter was read. Answers, stop rates and
bytes are measured, by running the networks with their codecs on recorded data that neither
training nor thresholds have seen. A figure is a mean over seeds, with the lowest and the highest in
brackets.

Gates and codecs are our formulation of the Gated Compression layers of arXiv 2303.08970, whose
headline is up to 96 % of negatives stopped and 97 % of positives compressed, on five data sets that
are not these.
"""

ENERGY_WORDS = """\
**Two ways to count energy.** A device draws something even if nothing ever happens: the rail, which
feeds the sensor, and every core in its most frugal idle state. No network can change that. *Energy
beyond the floor* is what is left without it, and what networks differ in. *All energy* is what a
battery gives. Both are held against the targets, which speak of energy without saying which.
"""

LIMITS = """\
**Why some rows cannot be met by gates.** All energy is bounded by the floor, as the list says: at
one sample every half second or second, sensor and sleeping cores take nearly all of it. `small` is
built to take what the gated network takes in the mean, so no network of ours can be much cheaper;
where it finds as many positives, the task is easy, and it pays with false alarms or it does not.
`early-exits` and our gates that answer differ in how heads and thresholds came about, not in what
they may do. `gate-only` is ours without compression; links of these platforms take so few joules a
byte that compression pays on neither, which is why the planner sends raw. A front end runs on every
sample: behind one, gates can save no more than what comes after it.
"""

NOT_BLIND = """\
Weights come from training data, and every number of a threshold from validation data. Some choices
of ours were nevertheless made after figures of test data had been seen, and are named here:

- `margin_share`, 1 % in four recipes: digits had lost 4.4 % of the positives of test and words 3 of
  96 before. One per cent was the only value that was tried, for all sets alike.
- `recall_confidence` of the smartwatch: its gates had kept their floor on validation and not on the
  wearers of test.
- The channels that wakeword sends: 12 and 24 lost too much on validation, so int8 was taken, and
  the bytes of the positives of test missed their target; 18 and 36 were then taken for what they
  lose on validation. Nothing else was tried but 18 and 24.
- The word: the seven that can be chosen were found by comparing recordings of all voices, those of
  test included, and the one was taken by validation (docs/data.md).
"""


def write_page(
    output: Path,
    findings: Findings,
    shipped: Mapping[str, NetworkFigures],
    missing: Mapping[str, str],
) -> None:
    """The Markdown file, and its pictures beside it.

    Parameters
    ----------
    output
        The Markdown file; pictures are named after it.
    findings
        Of the sets that could be read.
    shipped
        Figures of committed weights, by data set.
    missing
        Why a data set could not be read, by its name.
    """
    pictures = _pictures(output, findings)
    blocks = [block.strip("\n") for block in _blocks(findings, shipped, missing, pictures)]
    output.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(output, "\n\n".join(block for block in blocks if block) + "\n")


def _pictures(output: Path, findings: Findings) -> dict[str, str]:
    """Draws all of them; file name by what it shows."""
    output.parent.mkdir(parents=True, exist_ok=True)
    made = {"survival": f"{output.stem}-survival.png"}
    plots.survival(findings, output.with_name(made["survival"]))
    for platform in PLATFORMS:
        for what, draw in (
            ("recall", plots.recall_against_energy),
            ("prior", plots.energy_by_prior),
            ("split", plots.gain_split),
        ):
            made[f"{what} {platform}"] = name = f"{output.stem}-{what}-{platform}.png"
            draw(findings, platform, output.with_name(name))
    return made


def _blocks(
    findings: Findings,
    shipped: Mapping[str, NetworkFigures],
    missing: Mapping[str, str],
    pictures: Mapping[str, str],
) -> Iterator[str]:
    yield INTRODUCTION
    for name, reason in missing.items():
        yield f"**{name} is left out**: {reason}"
    yield "## What was asked for, and what was found"
    yield fill(
        "Test data, means over seeds. What misses its own limit is in bold. The rows of equal "
        "accuracy were not asked for: a baseline may buy our recall with false alarms.",
        LINE,
    )
    yield _text(sections.target_table(findings))
    yield ENERGY_WORDS
    yield "\n".join(found_lines(findings))
    yield LIMITS
    yield "## What was not blind"
    yield NOT_BLIND
    yield "## What was compared"
    yield _comparison_words(findings)
    yield _text(sections.set_table(findings))
    short = list(sections.short_lines(findings))
    if short:
        yield "Short of the common floors on validation, and planned for the best they reach there:"
        yield "\n".join(short)
    yield "## Gates and cuts"
    yield fill(
        "Stops are among the samples that reach a gate. The codec is the one that sends the fewest "
        f"bytes, of those that lose at most their part of {100 * MOST_LOST:g} points of accuracy "
        "on validation; headers and bitmaps are counted. Depth is the share of all MACs that is "
        "done by then.",
        LINE,
    )
    yield _text(sections.cut_table(findings))
    yield _picture("Survival along depth", pictures["survival"])
    yield "## All contenders on test data"
    yield fill(
        "Each at its own thresholds and with a codec at every cut, apart from any platform. "
        "`precision` is that of the test set as it is. `bytes saved` is of the positives that "
        "really cross, on the wire against raw: a positive that is stopped saves nothing here. "
        "`found otherwise` is of the false stops those that the network behind the gates would "
        "have answered right, as a share of all positives.",
        LINE,
    )
    for data_set in findings.sets:
        yield f"### {data_set.name}"
        yield _text(sections.network_table(findings, data_set))
    yield f"## Energy at {AT:.0%} negatives"
    yield fill(
        "Each contender is planned anew, exactly, so that it has the gates, codecs, cores and idle "
        f"states that suit it best; then {REPLAYED:,} samples of the test stream are replayed. "
        "Recall is that of the plan's gates and codecs on the test split, accuracy likewise at "
        f"{AT:.0%} negatives. What a device draws at rest, a sample:",
        LINE,
    )
    yield _text(energy_sections.floor_table(findings))
    for platform in PLATFORMS:
        yield _picture(f"Recall against energy on {platform}", pictures[f"recall {platform}"])
    for data_set in findings.sets:
        for platform in PLATFORMS:
            yield f"### {data_set.name} on {data_set.platform(platform)}"
            yield _text(energy_sections.energy_table(findings, data_set, platform))
    yield "## By class prior"
    yield fill(
        "Energy a sample beyond the floor, and the mean power of the device with sensor and floor; "
        "means over seeds, planned and replayed for each prior.",
        LINE,
    )
    for platform in PLATFORMS:
        yield _picture(f"Energy by class prior on {platform}", pictures[f"prior {platform}"])
    for data_set in findings.sets:
        for platform in PLATFORMS:
            yield f"### {data_set.name} on {data_set.platform(platform)}, by prior"
            yield _text(energy_sections.prior_table(findings, data_set, platform))
    yield "## Where the gain comes from"
    yield fill(
        "The ungated network on its best core, or on several where no core runs all of it; our "
        "plan's own placement with nothing stopped and raw crossings; with its gates; with its "
        "codecs too. What each step saves is split by the cause of the energy: computing (MACs not "
        "done, less what gate heads take), links (bytes not moved, less what codecs take), waking "
        "and resting (cores not woken). All beyond the "
        f"floor, a sample, at {AT:.0%} negatives; a negative figure is a cost.",
        LINE,
    )
    yield f"In counts, at {AT:.0%} negatives, against the same network with all gates open:"
    yield _text(sections.count_table(findings))
    for platform in PLATFORMS:
        yield f"### The gain on {findings.on(platform)}"
        yield _text(energy_sections.split_table(findings, platform))
        yield _picture(f"Split of the gain on {platform}", pictures[f"split {platform}"])
    if shipped:
        yield "## The shipped weights"
        yield "The committed weights and task graphs on the same test data, beside the seeds above."
        yield _text(sections.shipped_table(findings, shipped))


def _comparison_words(findings: Findings) -> str:
    priors = ", ".join(f"{100 * negatives:g}" for negatives in NEGATIVES)
    platforms = " and ".join(findings.on(platform) for platform in PLATFORMS)
    seeds = ", ".join(map(str, findings.seeds))
    return fill(
        f"Contenders: {', '.join(findings.contenders)} (`networks/contenders`), all trained on the "
        f"same splits with the same passes over them, seeds {seeds}. Thresholds and all other "
        "choices come from validation data; `margin_share` is for gates, and `early-exits` ends "
        "all that it can without it. **The floors are common**: on validation, a plan may "
        f"lose {100 * LOSS_AGAINST_UNGATED:g} points of accuracy against the ungated network, and "
        "its recall must be at least the recipe's share of the ungated network's. The only "
        "deadline is the next sample. A baseline counts as one of equal recall if its recall on "
        f"test data, as planned, is not more than {100 * RECALL_TOLERANCE:g} point below ours; as "
        f"one of equal accuracy if that is not more than {100 * ACCURACY_TOLERANCE:g} points below "
        f"ours at {AT:.0%} negatives. "
        f"Platforms: {platforms}. Class priors: {priors} % negatives; at each, the plan is made "
        "for it, and samples are drawn with that share from the test windows.",
        LINE,
    )


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines)


def _picture(title: str, name: str) -> str:
    return f"![{title}]({name})"
