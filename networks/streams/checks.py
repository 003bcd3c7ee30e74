"""What every stream must be before a network is trained or planned on it."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from devicemodels.documents.errors import Problem
from devicemodels.documents.explain import did_you_mean
from networks.errors import NetworkError, network_error
from networks.streams.windows import Windows


def checked(windows: Windows, *, where: str) -> Windows:
    """``windows`` as they are, if they can be used.

    Parameters
    ----------
    windows
        What a loader has read.
    where
        The split and the stream, as in ``split 'test' of the digits``.

    Raises
    ------
    NetworkError
        With all that :func:`problems_of` finds.
    """
    problems = problems_of(windows, where=where)
    if problems:
        raise NetworkError(problems)
    return windows


def problems_of(windows: Windows, *, where: str) -> list[Problem]:
    """Every reason why ``windows`` cannot be used; ``where`` is as in :func:`checked`.

    No sample at all, arrays that do not fit together, labels besides 0 and 1, samples of one class
    only, numbers that are not finite.
    """
    count = len(windows.samples)
    lengths = {len(windows.samples), len(windows.labels), len(windows.subjects)}
    if len(lengths) > 1:
        return [
            Problem(
                f"{where} has {count} samples, {len(windows.labels)} labels and "
                f"{len(windows.subjects)} subjects",
                hint="every sample has one label and one subject",
            )
        ]
    if not count:
        return [Problem(f"{where} has no samples", hint="check what the stream was read from")]
    problems = []
    if windows.samples.dtype != np.float32:
        problems.append(
            Problem(
                f"{where}: samples are {windows.samples.dtype}, not float32",
                hint="convert them: samples.astype(np.float32)",
            )
        )
    others = sorted(set(np.unique(windows.labels).tolist()) - {0, 1})
    if others:
        problems.append(
            Problem(
                f"{where}: label {others[0]} is neither 0 nor 1",
                hint="1 is what the device waits for, 0 is everything else",
            )
        )
    positives = int((windows.labels == 1).sum())
    if positives in (0, count):
        only = "positive" if positives else "negative"
        problems.append(
            Problem(
                f"{where} has {count} samples, all of them {only}",
                hint="a gate can learn and be judged only where both classes occur",
            )
        )
    finite = np.isfinite(windows.samples).reshape(count, -1).all(axis=1)
    if not finite.all():
        first = int(np.argmin(finite))
        problems.append(
            Problem(
                f"{where}: {int((~finite).sum())} of {count} samples have NaN or infinite "
                f"values, sample {first} is the first",
                hint="repair or leave out what the sensor did not give",
            )
        )
    return problems


def chosen(windows: Windows, wanted: Collection[int]) -> Windows:
    """The windows of the subjects in ``wanted``, in their order."""
    keep = np.isin(windows.subjects, list(wanted))
    return replace(
        windows,
        samples=windows.samples[keep],
        labels=windows.labels[keep],
        subjects=windows.subjects[keep],
    )


def require_known(value: str, known: Collection[str], what: str) -> None:
    """Raise ``NetworkError`` unless ``value`` is one of ``known``; ``what`` names it."""
    if value not in known:
        hint = did_you_mean(value, known, "one of")
        raise network_error(f"no {what} '{value}'", hint=hint)
