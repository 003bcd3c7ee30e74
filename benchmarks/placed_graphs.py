"""How fast placed graphs are simulated, energy included, beside SimPy's own bare loop.

    python benchmarks/placed_graphs.py

A random layered graph of 1000 tasks on 4 cores, each task fed by up to three others, is played
in the order of its tasks; every task and every transfer is an activity. The yardstick is the least
that SimPy could do for as many activities: one process each that requests a ``Resource``, holds
it, and releases it. Ratios are comparable between machines; activities per second are not.
"""

from collections.abc import Generator
from random import Random
from statistics import median
from time import process_time

import simpy

from scheduler.graphs.problem import Sharing
from simulator.placed.graph import simulate_schedule
from tests.placed_worlds import eager, layered

ROUNDS = 15
TARGET_PER_S = 100_000


def bare_resource_loop(activities: int) -> None:
    """Each activity requests one resource, holds it, and releases it."""
    env = simpy.Environment()
    core = simpy.Resource(env)

    def activity() -> Generator[simpy.Event, None, None]:
        with core.request() as turn:
            yield turn
            yield env.timeout(100)

    for _ in range(activities):
        env.process(activity())
    env.run()


def main() -> None:
    """Print the medians."""
    print(f"1000 tasks on 4 cores, energy included, {ROUNDS} rounds, CPU time")
    print(f"  target {TARGET_PER_S} activities/s")
    kinds: tuple[Sharing, ...] = ("unlimited", "fifo", "fair")
    for sharing in kinds:
        schedule = eager(layered(Random(1), 1000, 4, (sharing,)))
        activities = len(schedule.tasks) + len(schedule.transfers)
        ours_s, bare_s = [], []
        for _ in range(ROUNDS):
            began = process_time()
            simulate_schedule(schedule)
            simulated = process_time()
            bare_resource_loop(activities)
            ours_s.append(simulated - began)
            bare_s.append(process_time() - simulated)
        ratios = [ours / bare for ours, bare in zip(ours_s, bare_s, strict=True)]
        print(
            f"  {sharing:9s} links: {activities} activities, "
            f"{activities / median(ours_s):7.0f}/s; bare SimPy loop "
            f"{activities / median(bare_s):7.0f}/s; ours / bare {median(ratios):.2f} "
            f"({min(ratios):.2f} to {max(ratios):.2f}), smaller is better"
        )


if __name__ == "__main__":
    main()
