"""Predicted beside published figures of devices.

    PYTHONPATH=. python benchmarks/results/devices.py -o docs/results/devices.md

Half a minute. A missed target is written down, with what the rows lack; it is no failure.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.results.writing import table
from devicemodels.calibration.held_out import HeldOut, Judged
from wakepath.validation.always_on import always_on_rows, slow_and_steady
from wakepath.validation.ethos import ethos_rows
from wakepath.validation.mlperf import judged_rows, not_judged
from wakepath.validation.shipped import shipped_rows
from wakepath.validation.tables import (
    ALWAYS_ON_HEAD,
    always_on_cells,
    class_rows,
    ethos_cells,
    judged_cells,
    shipped_cells,
    summary_lines,
    target_cells,
)
from wakepath.validation.targets import targets

INTRODUCTION = """\
# Predicted beside published

Made by `make results-devices`; `wakepath devices --validate` prints the same. The published rows
and their sources are in `devicemodels/published`.

**No fit is judged by the rows that made it.** A board's law is fitted to all its networks but one,
and predicts that one, with all its operating points. Its prior comes from published boards of its
class, of which no board with its chip is one. Two protocols:

- *new-chip*: other chips' rows of the left-out network are in the prior. That is how it is for a
  user with a chip of their own, and what the targets were asked for;
- *new-network*: the network is left out of every board. Nothing has ever seen it.

An operating point is left out with all its rows; the board's rows at its other point are known. Or
it is left out of one network, and another network is known at both points: that tells what no clock
shortens, k and static power.
Energy is the predicted latency times the power that the board's other rows give.
"""

CHOICES = """\
## What was chosen after held-out errors were seen

No number of a prediction comes from the row that it is judged by. But some choices of ours were
made with the errors above in view, so the figures over all boards flatter us. A chip that nobody
has looked at yet may do worse, more so outside the class `microcontroller-dsp`.

| choice | 90th percentile of latency without it | of energy |
|---|---|---|
| none undone | 24.8 % | 20.6 % |
| K1 has a class of its own, `linux`, instead of `vector` | 27.8 % | 20.6 % |
| so has GAP9, `ne16`, instead of `npu` | 34.8 % | 25.0 % |
| reference kernels and Andes's library are told apart as `runtime` | 36.1 % | 30.3 % |

Each line undoes those above it too; medians stay at 7.0 to 7.4 % and 7.5 to 7.8 %. The typical
values of both classes are not from these rows (`devicemodels/calibration/core_classes.py`). Without
the shares below, the median of `microcontroller-dsp` is 9.0 % instead of 6.7 %, the 90th percentile
23.9 % instead of 20.4 %; we compared a dozen settings of them. Some thirty variants more were tried
and dropped: weight bandwidth as a parameter, other lanes, the structure of `fixed-function` for all
NPUs with several priors, counts of our own for cores without SIMD, static power told in V^2 f.

The figures of this section alone were written down by hand, once, on 2026-11-25: the command cannot
undo what was chosen. Measure them again when a class or a `runtime` changes.
"""

METHOD = """\
## How a law is found

Seven parameters of the law `microcontroller` (cycles a MAC of three kinds, an output, a copied
element, an element without MACs, an operator) against two or three latencies: most of what is known
of a board must come from its relatives. Log parameters of the boards of a class are normal about a
mean, which is learned from all of them with its covariance; boards with the same kernels
(`runtime`), processor or chip are alike, in parts of the variance of 0.4, 0.2 and 0.1. These
shares, and the spread of a row about its law (3 %, Student's t with 4 degrees of freedom), are not
learned. A parameter that the rows leave as uncertain as the class had it is an estimate, and is
called one (`devicemodels/calibration`).
"""

ALWAYS_ON = """\
A wake word is listened for, a step every 32 ms, while audio is captured. *Held out* uses none of
these rows: active power is that of key word spotting on the same board, scaled to the clock; in
Sleep all static power is drawn and 38 % of the dynamic power at the clock of Sleep, as another
vendor's datasheet has it (`wakepath/validation/always_on.py`). What capturing audio draws is in no
other row: that is why every row is predicted too low. *Simulated* is the catalog's platform, which
was fitted with these rows, in the simulator. The network takes about two thirds of the measured
duty: the rest is the front end that turns sound into mel bands, which no published network file has
in it.
"""


def document() -> str:
    """The whole file."""
    parts = [
        INTRODUCTION,
        "\n".join(["## Targets", "", *_targets()]),
        "\n".join(["## Left-out networks by class of core", "", *_classes()]),
        CHOICES,
        METHOD,
        "\n".join(["## Always on", "", ALWAYS_ON, *_always_on()]),
        "\n".join(["## Left-out operating points", "", *_judged("operating-point")]),
        "\n".join(["## Left-out points of a network", "", *_judged("point-of-network")]),
        "\n".join(["## Left-out networks, new-chip", "", *_judged("new-chip")]),
        "\n".join(["## Left-out networks, new-network", "", *_judged("new-network")]),
        "\n".join(["## Fitted rows: the shipped platforms", "", *_shipped()]),
        "\n".join(["## Fitted rows: laws of the boards", "", *_judged("none")]),
        "\n".join(["## Ethos-U55, cycles by its maker's compiler", "", *_ethos()]),
        "\n".join(["## Rows that no law is held against", "", *_not_judged()]),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _targets() -> Iterator[str]:
    yield from table(("what", "limit", "figure", "rows", ""), map(target_cells, targets()))
    yield ""
    yield "In brackets what nobody asked for. What the rows lack where a target is missed:"
    yield ""
    yield from (f"- {line}" for line in summary_lines() if "MISSED" in line)


def _classes() -> Iterator[str]:
    yield from table(("protocol", "of", "class", "rows", "median", "p90"), class_rows())


def _always_on() -> Iterator[str]:
    yield from table(ALWAYS_ON_HEAD, map(always_on_cells, always_on_rows()))
    yield ""
    for platform in ("stm32u575", "stm32l4r5"):
        published, held_out, simulated = slow_and_steady(platform)
        yield (
            f"- {platform}: slow-and-steady saves {published:.1%} of what race-to-idle draws as "
            f"measured, {simulated:.1%} in the simulator, {held_out:.1%} held out"
        )


def _judged(held_out: HeldOut) -> Iterator[str]:
    head = (
        *("round", "by", "board", "network", "clock"),
        *("published", "predicted", "error", "energy", "predicted", "error"),
    )
    rows: list[Judged] = [one for one in judged_rows() if one.held_out == held_out]
    yield from table(head, map(judged_cells, rows))


def _shipped() -> Iterator[str]:
    head = (
        *("platform", "core", "point", "network"),
        *("published", "predicted", "error", "energy", "predicted", "error"),
    )
    yield from table(head, map(shipped_cells, shipped_rows()))


def _ethos() -> Iterator[str]:
    head = ("network", "MACs a cycle", "system", "layer", "published", "predicted", "error")
    yield from table((*head, "held out"), map(ethos_cells, ethos_rows()))


def _not_judged() -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for row, reason in not_judged():
        reasons.setdefault(reason, []).append(f"{row.submitter} {row.board}")
    for reason, boards in reasons.items():
        yield f"- {reason}: {len(boards)} rows ({', '.join(dict.fromkeys(boards))})"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", "--output", type=Path, help="file to write; standard output without")
    output: Path | None = parser.parse_args().output
    text = document()
    if output is None:
        sys.stdout.write(text)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text)


if __name__ == "__main__":
    main()
