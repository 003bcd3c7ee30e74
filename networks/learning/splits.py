"""The three splits of a network's stream, checked before anything is learned from them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import get_args

from devicemodels.documents.errors import InputError, Problem
from networks.errors import NetworkError
from networks.gated import GatedNetwork
from networks.spec import NetworkSpec
from networks.streams.checks import problems_of
from networks.streams.windows import SplitName, Windows


@dataclass(frozen=True, slots=True)
class Splits:
    """What a network learns from, what thresholds are chosen on, and what judges both."""

    train: Windows
    """Weights come from it."""
    validation: Windows
    """Thresholds, stop rates and accuracies of the task graph come from it."""
    test: Windows
    """Nothing comes from it but a report."""


def load_splits(spec: NetworkSpec, network: GatedNetwork) -> Splits:
    """All three splits of the stream of ``spec``.

    Raises
    ------
    NetworkError
        A split cannot be read or used, does not fit ``network``, or shares a subject with another;
        every problem at once.
    """
    loaded: dict[SplitName, Windows] = {}
    problems: list[Problem] = []
    for split in get_args(SplitName):
        try:
            loaded[split] = spec.load(split)
        except InputError as error:
            problems += error.problems
        else:
            problems += _problems(spec, network, split, loaded[split])
    for one, other in combinations(loaded, 2):
        problems += _leak(spec, one, loaded[one], other, loaded[other])
    if problems:
        # What is missing for one split is missing for all.
        raise NetworkError(dict.fromkeys(problems))
    return Splits(**loaded)


def load_split(spec: NetworkSpec, network: GatedNetwork, split: SplitName) -> Windows:
    """One split of the stream of ``spec``; ``NetworkError`` as in :func:`load_splits`."""
    windows = spec.load(split)
    problems = list(_problems(spec, network, split, windows))
    if problems:
        raise NetworkError(problems)
    return windows


def _problems(
    spec: NetworkSpec, network: GatedNetwork, split: SplitName, windows: Windows
) -> Iterator[Problem]:
    """What is wrong with one split by itself, and what does not fit the network."""
    where = f"split '{split}' of stream '{spec.stream}'"
    yield from problems_of(windows, where=where)
    shape, takes = windows.samples.shape[1:], network.input_shape[1:]
    if shape != takes:
        yield Problem(
            f"{where}: a sample has shape {shape}, network '{spec.name}' takes {takes}",
            hint="cut the windows to that size, or give the network another input shape",
        )
    found, wanted = windows.sample_rate_hz, spec.sample_rate_hz
    if found is not None and wanted is not None and found != wanted:
        yield Problem(
            f"{where}: the sample rate is {found:g} Hz, network '{spec.name}' expects "
            f"{wanted:g} Hz",
            hint="resample the stream, or train a network for its rate",
        )


def _leak(
    spec: NetworkSpec, one: SplitName, first: Windows, other: SplitName, second: Windows
) -> Iterator[Problem]:
    """Subjects on both sides of a split."""
    both = sorted(set(first.subjects.tolist()) & set(second.subjects.tolist()))
    if both:
        count = "1 subject is" if len(both) == 1 else f"{len(both)} subjects are"
        yield Problem(
            f"stream '{spec.stream}': {count} in both '{one}' and '{other}', {both[0]} is the "
            "first",
            hint="split by subject: who taught the network must not judge it",
        )
