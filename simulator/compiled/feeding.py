"""Sources as the arrivals of the loop, a chunk of time after the other."""

from collections.abc import Sequence

import numpy as np

from simulator.compiled.layout import SPAN_COLUMNS, Arrivals
from simulator.sources.feed import Feed
from simulator.sources.source import Cursor

CHUNK_SAMPLES = 1 << 16
"""Samples that are made at once, about: they stay in the processor's cache."""


def chunk_ns(feeds: Sequence[Feed]) -> int:
    """How much time has so many samples, in the long run."""
    rate = sum(1.0 / feed.interval_ns for feed in feeds)
    return max(1, int(CHUNK_SAMPLES / rate))


def next_arrivals(
    feeds: Sequence[Feed], cursors: Sequence[Cursor], until_ns: int
) -> tuple[Arrivals, list[Cursor]]:
    """The samples of all pipelines up to ``until_ns``, and the cursors there."""
    chunks, following = [], []
    for feed, cursor in zip(feeds, cursors, strict=True):
        chunk, after = feed.generate(cursor, until_ns)
        chunks.append(chunk)
        following.append(after)
    span = np.empty((len(feeds), SPAN_COLUMNS), dtype=np.int64)
    begin = 0
    for row, chunk, cursor in zip(span, chunks, cursors, strict=True):
        row[:] = (begin, begin + len(chunk.release_ns), cursor.sample - begin)
        begin += len(chunk.release_ns)
    one = chunks[0]
    if len(chunks) == 1:
        return Arrivals(one.release_ns, one.label, one.exit_gate, one.answer, span), following
    arrivals = Arrivals(
        release_ns=np.concatenate([chunk.release_ns for chunk in chunks]),
        label=np.concatenate([chunk.label for chunk in chunks]),
        exit_gate=np.concatenate([chunk.exit_gate for chunk in chunks]),
        answer=np.concatenate([chunk.answer for chunk in chunks]),
        span=span,
    )
    return arrivals, following


def no_arrivals(pipelines: int) -> Arrivals:
    """Nothing comes any more."""
    return Arrivals(
        release_ns=np.empty(0, dtype=np.int64),
        label=np.empty(0, dtype=np.int8),
        exit_gate=np.empty(0, dtype=np.int16),
        answer=np.empty(0, dtype=np.int8),
        span=np.zeros((pipelines, SPAN_COLUMNS), dtype=np.int64),
    )
