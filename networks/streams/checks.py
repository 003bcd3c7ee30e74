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
        No sample at all, samples of one class only, or numbers that are not finite; every problem
        at once.
    """
    if not len(windows):
        raise network_error(f"{where} has no samples", hint="check what the stream was read from")
    problems = []
    positives = int((windows.labels == 1).sum())
    if positives in (0, len(windows)):
        only = "positive" if positives else "negative"
        problems.append(
            Problem(
                f"{where} has {len(windows)} samples, all of them {only}",
                hint="a gate can learn and be judged only where both classes occur",
            )
        )
    finite = np.isfinite(windows.samples).reshape(len(windows), -1).all(axis=1)
    if not finite.all():
        first = int(np.argmin(finite))
        problems.append(
            Problem(
                f"{where}: {int((~finite).sum())} of {len(windows)} samples have NaN or infinite "
                f"values, sample {first} is the first",
                hint="repair or leave out what the sensor did not give",
            )
        )
    if problems:
        raise NetworkError(problems)
    return windows


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
