"""The fates of many samples, as machine code: what is not needed is not drawn."""

import numpy as np
from numpy.typing import NDArray

from scheduler.kernels.compiling import compiled
from simulator.sources.draws import (
    CLASS_DRAW,
    FIRST_GATE_DRAW,
    WINDOW_DRAW,
    Bits,
    Words,
    below,
    bits_of_samples,
)
from simulator.trace import NOT_STOPPED

Bytes = NDArray[np.int8]
Shorts = NDArray[np.int16]
Integers = NDArray[np.int64]

IN_ORDER = -1
"""In place of a limit on the class draw: no class is drawn, the windows come in order."""
BLOCK = 256
"""Samples whose draws are made side by side; few enough to stay in the fastest cache."""


@compiled
def draw_fates(
    key: Words,
    first: int,
    states: Shorts,
    positive: Bits,
    gates: tuple[Bits, Bits],
    right: np.uint64,
    columns: tuple[Bytes, Shorts, Bytes],
) -> None:
    """Fill ``columns`` with the fates of samples ``first``, ``first + 1``, ...

    Shapes are those of ``DrawnTable``, and (n,) of ``states`` and of the columns; ``gates`` are the
    limits for ending at a gate and for ending there as "positive". A block of
    samples goes draw by draw, only those that the gates before have let pass; all draws are made at
    one place in this text, because a copy of that loop may not be vectorised.
    """
    drawn, passing = np.empty(BLOCK, np.uint64), np.empty(BLOCK, np.uint64)
    label, exit_gate, answer = columns
    last_draw = FIRST_GATE_DRAW + gates[0].shape[1]
    for begin in range(0, len(label), BLOCK):
        end = min(begin + BLOCK, len(label))
        left, base = end - begin, np.uint64(first + begin)
        here, exits, answers = label[begin:end], exit_gate[begin:end], answer[begin:end]
        _number(base, left, passing)
        for draw in range(last_draw + 1):
            bits_of_samples(key, passing, draw, left, drawn)
            if draw == CLASS_DRAW:
                _classify(drawn, states[begin:end], positive, here)
            elif draw < last_draw:
                gate = draw - FIRST_GATE_DRAW
                left = _sift(base, drawn, left, gate, gates, passing, here, exits, answers)
            else:
                _answer(base, drawn, left, right, passing, here, exits, answers)


@compiled
def _number(base: np.uint64, count: int, samples: Bits) -> None:
    """The numbers of ``count`` samples."""
    for i in range(count):
        samples[i] = base + np.uint64(i)


@compiled
def _classify(drawn: Bits, states: Shorts, positive: Bits, label: Bytes) -> None:
    """Each sample's class."""
    for i in range(len(label)):
        label[i] = drawn[i] < positive[states[i]]


@compiled
def _sift(
    base: np.uint64,
    drawn: Bits,
    count: int,
    gate: int,
    gates: tuple[Bits, Bits],
    passing: Bits,
    label: Bytes,
    exit_gate: Shorts,
    answer: Bytes,
) -> int:
    """Keep the samples that pass ``gate`` at the beginning of ``passing``, and return their number.

    All are said to end here: for those that pass, that is overwritten later.
    """
    stop, answered = gates
    passed = 0
    for j in range(count):
        sample = passing[j]
        i = sample - base
        exit_gate[i] = gate
        answer[i] = drawn[j] < answered[label[i], gate]
        passing[passed] = sample
        passed += drawn[j] >= stop[label[i], gate]
    return passed


@compiled
def _answer(
    base: np.uint64,
    drawn: Bits,
    count: int,
    right: np.uint64,
    passing: Bits,
    label: Bytes,
    exit_gate: Shorts,
    answer: Bytes,
) -> None:
    """The network's answer to the samples that no gate has ended."""
    for j in range(count):
        i = passing[j] - base
        exit_gate[i] = NOT_STOPPED
        answer[i] = label[i] ^ (drawn[j] >= right)


@compiled
def look_up_fates(
    key: Words,
    first: int,
    states: Shorts,
    positive: Integers,
    windows: tuple[Bytes, Shorts, Bytes],
    by_class: tuple[Integers, Integers],
    columns: tuple[Bytes, Shorts, Bytes],
) -> None:
    """Fill ``columns`` with the fates of samples ``first``, ``first + 1``, ...

    Shapes are those of ``ReplayedTable``, and (n,) of ``states`` and of the columns. The recording
    is only read.
    """
    class_drawn, window_drawn = np.empty(BLOCK, np.uint64), np.empty(BLOCK, np.uint64)
    samples = np.empty(BLOCK, np.uint64)
    label, exit_gate, answer = columns
    needs_draws = np.any(positive != IN_ORDER)
    for begin in range(0, len(label), BLOCK):
        end = min(begin + BLOCK, len(label))
        if needs_draws:
            _number(np.uint64(first + begin), end - begin, samples)
            bits_of_samples(key, samples, CLASS_DRAW, end - begin, class_drawn)
            bits_of_samples(key, samples, WINDOW_DRAW, end - begin, window_drawn)
        _look_up(
            (first + begin) % len(windows[0]),
            (class_drawn, window_drawn),
            positive,
            states[begin:end],
            windows,
            by_class,
            (label[begin:end], exit_gate[begin:end], answer[begin:end]),
        )


@compiled
def _look_up(
    in_order: int,
    drawn: tuple[Bits, Bits],
    positive: Integers,
    states: Shorts,
    windows: tuple[Bytes, Shorts, Bytes],
    by_class: tuple[Integers, Integers],
    columns: tuple[Bytes, Shorts, Bytes],
) -> None:
    """The same for one block; ``in_order`` is the window that its first sample would be."""
    class_drawn, window_drawn = drawn
    negatives, positives = by_class
    labels, exits, answers = windows
    label, exit_gate, answer = columns
    for i in range(len(label)):
        window = in_order
        limit = positive[states[i]]
        if limit != IN_ORDER:
            if class_drawn[i] < np.uint64(limit):
                window = positives[below(len(positives), window_drawn[i])]
            else:
                window = negatives[below(len(negatives), window_drawn[i])]
        label[i] = labels[window]
        exit_gate[i] = exits[window]
        answer[i] = answers[window]
        in_order += 1
        if in_order == len(labels):
            in_order = 0
