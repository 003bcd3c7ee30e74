"""The table of gains: our plans beside every baseline, on every network and platform.

    PYTHONPATH=. python benchmarks/results/planning.py -o docs/results/planning.md

Minutes long. Exits with 1 if any baseline's plan is better than ours; then nothing is written.
"""

import argparse
import sys
from pathlib import Path

from benchmarks.results.cases import cases
from benchmarks.results.comparison import Block, compare, has_times
from benchmarks.results.writing import document
from devicemodels.catalog import catalog_names, load_platform


def better_baselines(blocks: list[Block]) -> list[str]:
    """What refutes the claim that our plan is never worse than any baseline."""
    return [
        f"{block.case.name} on {block.platform.name} at {comparison.multiple} x: "
        f"{result.algorithm} with {result.variant.name} needs less than our plan"
        for block in blocks
        for comparison in block.comparisons
        for result in comparison.worse_than()
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-o", "--output", type=Path, help="file to write; standard output without")
    output: Path | None = parser.parse_args().output
    platforms = [load_platform(name) for name in catalog_names()]
    blocks = [
        compare(case, platform, lambda line: print(line, file=sys.stderr, flush=True))
        for case in cases()
        for platform in platforms
        if has_times(platform)
    ]
    wrong = better_baselines(blocks)
    if wrong:
        sys.exit("\n".join(wrong))
    text = document(blocks, [p.name for p in platforms if not has_times(p)])
    if output is None:
        sys.stdout.write(text)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text)


if __name__ == "__main__":
    main()
