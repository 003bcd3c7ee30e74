"""Random sources, small enough that everything about them happens within a few hundred samples."""

import numpy as np
from hypothesis import strategies as st

from scheduler.recording import Recording
from simulator.sources.fates import Drawn, Replayed
from simulator.sources.releases import (
    Burst,
    Jittered,
    Modulated,
    Pace,
    Periodic,
    Poisson,
    State,
)
from simulator.sources.source import Source
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan

TWO_GATES = (
    SegmentSpec("dsp", 100, gate=GateSpec(1, 0.5, 0.125, threshold=0.5)),
    SegmentSpec("dsp", 100, gate=GateSpec(1, 0.25, 0.0625, threshold=0.75)),
    SegmentSpec("dsp", 100),
)
PLAN = chain_plan(TWO_GATES)
ANSWERING = chain_plan(
    (
        SegmentSpec("dsp", 100, gate=GateSpec(1, 0.5, 0.25, 0.5, 0.875, (0.0625, 0.125))),
        SegmentSpec("dsp", 100, gate=GateSpec(1, 0.25, 0.75, 0.75, 0.75, (0.0, 0.75))),
        SegmentSpec("dsp", 100),
    )
)
"""A plan whose gates answer "positive" too; the second one answers all that reach it."""
PLANS = st.sampled_from((PLAN, ANSWERING))
SEEDS = st.sampled_from((0, 1, 2**64 - 1)) | st.integers(0, 2**64 - 1)
PIPELINES = st.integers(0, 3) | st.just(2**32 - 1)
SHARES = st.none() | st.sampled_from((0.0, 0.001, 0.5, 1.0)) | st.floats(0.0, 1.0)


@st.composite
def paces(draw: st.DrawFn) -> Pace:
    """One of the three, with an interval from 1 ns."""
    interval = draw(st.integers(1, 400))
    return draw(
        st.sampled_from(
            (
                Periodic(interval),
                Jittered(interval, draw(st.integers(1, interval))),
                Poisson(interval),
            )
        )
    )


@st.composite
def modulated(draw: st.DrawFn) -> Modulated:
    """One to four states; moves are in order or drawn, none of them impossible."""
    count = draw(st.integers(1, 4))
    states = []
    for index in range(count):
        weights = draw(st.none() | st.lists(st.integers(1, 5), min_size=count, max_size=count))
        states.append(
            State(
                draw(paces()) if index == 0 else draw(st.none() | paces()),
                draw(st.integers(1, 3000)),
                draw(SHARES),
                None if weights is None else tuple(w / sum(weights) for w in weights),
            )
        )
    return Modulated(tuple(states))


def recording(seed: int = 0, windows: int = 40, gates: tuple[str, ...] = ("g1", "g0")) -> Recording:
    """Windows of both classes; columns stand in another order than the plan's gates."""
    random = np.random.default_rng(seed)
    return Recording(
        labels=np.arange(windows, dtype=np.int8) % 3 % 2,
        gate_scores=random.random((windows, len(gates))).astype(np.float32),
        answers=random.integers(0, 2, windows).astype(np.int8),
        gates=gates,
    )


@st.composite
def sources(draw: st.DrawFn) -> Source:
    """Any release, drawn or replayed fates, up to three bursts."""
    bursts = st.builds(
        Burst, st.integers(0, 3000), st.integers(1, 20), st.just(0) | st.integers(0, 200)
    )
    share = draw(SHARES)
    return Source(
        draw(paces() | modulated()),
        draw(st.sampled_from((Drawn(share), Replayed(recording(), share)))),
        tuple(draw(st.lists(bursts, max_size=3))),
    )
