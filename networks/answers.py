"""What the output of a network means: the event, or background. numpy only."""

import numpy as np
from numpy.typing import NDArray


def positive(output: NDArray[np.float32]) -> bool:
    """Whether one sample's raw output says "positive".

    A single value is a logit and speaks for the event when it is above 0. Several values are
    logits of classes, of which class 0 is the background; ties go to the lower class.
    """
    return bool(answers(output.reshape(1, -1))[0])


def answers(outputs: NDArray[np.float32]) -> NDArray[np.int8]:
    """:func:`positive` for a batch: ``outputs`` (n, ...) to 0 or 1, shape (n,)."""
    flat = outputs.reshape(len(outputs), -1)
    if flat.shape[1] == 1:
        return np.asarray(flat[:, 0] > 0, dtype=np.int8)
    return np.asarray(np.argmax(flat, axis=1) != 0, dtype=np.int8)
