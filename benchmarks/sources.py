"""What a sample costs to release, before any engine serves it, beside numpy's draws for as many.

    python benchmarks/sources.py

Sources at 30 samples a second are played in chunks of 200,000, as a long run takes them, for a plan
with two gates. The yardstick makes, with ``simulator.random_draws``, the four draws that each
sample may need, and looks at none of them. CPU time, medians; ratios are comparable between
machines.
"""

from statistics import median
from time import process_time

import numpy as np

from scheduler.recording import Recording
from simulator.random_draws import uniform
from simulator.sources.fates import Replayed
from simulator.sources.feed import Feed, prepare
from simulator.sources.releases import Jittered, Modulated, Periodic, Poisson, State
from simulator.sources.source import Source
from tests.simulator_worlds import GateSpec, SegmentSpec, chain_plan

PERIOD_NS = 33_333_333
CHUNK = 200_000
CHUNKS = 5
ROUNDS = 9
HOUR_NS = 3_600_000_000_000
TARGET_NS = 40.0
"""For drawn fates and periodic releases."""


def played_ns(feed: Feed) -> float:
    """CPU nanoseconds a sample."""
    cursor, samples = feed.start(), 0
    began = process_time()
    for chunk in range(1, CHUNKS + 1):
        made, cursor = feed.generate(cursor, chunk * CHUNK * PERIOD_NS)
        samples += len(made.release_ns)
    return 1e9 * (process_time() - began) / samples


def numpy_ns() -> float:
    """CPU nanoseconds a sample of four draws, in chunks that suit numpy's memory."""
    began = process_time()
    for first in range(0, CHUNK, 10_000):
        index = np.arange(first, first + 10_000, dtype=np.uint64)[:, np.newaxis]
        uniform(1, 0, index, np.arange(4))
    return 1e9 * (process_time() - began) / CHUNK


def main() -> None:
    """Print the medians."""
    plan = chain_plan(
        [
            SegmentSpec("dsp", 300_000, gate=GateSpec(20_000, 0.7, 0.02), codec="int8"),
            SegmentSpec("cpu", 500_000, gate=GateSpec(30_000, 0.6, 0.02)),
            SegmentSpec("npu", 700_000),
        ],
        period_s=PERIOD_NS / 1e9,
    )
    random = np.random.default_rng(0)
    recording = Recording(
        labels=(random.random(5000) < 0.1).astype(np.int8),
        gate_scores=random.random((5000, 2)).astype(np.float32),
        answers=random.integers(0, 2, 5000).astype(np.int8),
        gates=("g0", "g1"),
    )
    turns = (
        State(Periodic(PERIOD_NS), HOUR_NS, 0.001),
        State(Poisson(PERIOD_NS // 3), HOUR_NS // 60, 1.0),
    )
    sources = {
        "periodic, drawn": Source(Periodic(PERIOD_NS)),
        "jittered, drawn": Source(Jittered(PERIOD_NS, PERIOD_NS)),
        "Poisson, drawn": Source(Poisson(PERIOD_NS)),
        "quiet and busy, drawn": Source(Modulated(turns)),
        "periodic, replayed in order": Source(Periodic(PERIOD_NS), Replayed(recording)),
        "periodic, replayed with a share": Source(Periodic(PERIOD_NS), Replayed(recording, 0.001)),
    }
    yardstick_ns = median(numpy_ns() for _ in range(ROUNDS))
    print(f"CPU time a sample; numpy's draws alone: {yardstick_ns:.0f} ns")
    for name, source in sources.items():
        feed = prepare(source, plan, seed=1)
        played_ns(feed)  # compiles
        spent_ns = median(played_ns(feed) for _ in range(ROUNDS))
        target = f", target {TARGET_NS:.0f} ns" if name == "periodic, drawn" else ""
        print(f"  {name:32} {spent_ns:6.1f} ns, {yardstick_ns / spent_ns:4.0f} times less{target}")


if __name__ == "__main__":
    main()
