"""Exact planning beside brute force, and alone on long chains.

    python benchmarks/planner.py [--runs 5]

Brute force is the baseline on chains that it can still enumerate; longer ones show how the dynamic
program grows.
"""

import argparse
import statistics
import time
from dataclasses import replace
from itertools import pairwise

from devicemodels.catalog import load_platform
from scheduler.plan import Requirements
from scheduler.problem import Problem
from scheduler.registry import schedule
from scheduler.tabulation import make_problem
from scheduler.taskgraph import Codec, Edge, Gate, Operator, Segment, TaskGraph

BRUTE_FORCE_UP_TO = 4


def chain(segments: int) -> TaskGraph:
    """A chain with a gate after every third segment and a codec on every edge."""

    def operator(name: str, kind: str, macs: int) -> Operator:
        return Operator(name, kind, ("input",), (1, 256), "float32", macs, 4096, 1024)  # type: ignore[arg-type]

    names = [f"s{i}" for i in range(segments)]
    codecs = (
        Codec("none", "float32", (1, 256), 1024),
        Codec(
            "int8",
            "int8",
            (1, 256),
            260,
            (operator("quantise", "quantise", 0),),
            (operator("dequantise", "dequantise", 0),),
            0.0001,
        ),
    )
    gates = tuple(
        Gate(
            f"g{i}",
            names[i],
            (operator(f"g{i}/head", "linear", 500),),
            0.5,
            {"negative": 0.4, "positive": 0.01},
        )
        for i in range(2, segments - 1, 3)
    )
    return TaskGraph(
        name=f"chain of {segments}",
        input_shape=(1, 256),
        input_dtype="float32",
        operators=tuple(operator(n, "conv", 20_000 * (1 + i % 5)) for i, n in enumerate(names)),
        cut_points=(),
        segments=tuple(Segment(name, (name,)) for name in names),
        edges=tuple(Edge(a, b, (1, 256), 1024, codecs) for a, b in pairwise(names)),
        gates=gates,
        positive_share=0.1,
    )


def problem(segments: int) -> Problem:
    required = Requirements("energy", 1.0, 0.5, 0.9, {"negative": 0.9, "positive": 0.1})
    graph = chain(segments)
    loose = make_problem(graph.name, graph, load_platform("wearable"), required)
    fast = schedule(
        replace(loose, requirements=replace(required, objective="latency_max")), "neurosurgeon"
    ).expected.latency_max_s
    tight = replace(required, deadline_s=min(0.5, 1.3 * fast))
    return make_problem(graph.name, graph, load_platform("wearable"), tight)


def median_s(instance: Problem, algorithm: str, runs: int) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        schedule(instance, algorithm)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    for segments in (2, 3, 4, 8, 16, 32):
        instance = problem(segments)
        exact = median_s(instance, "chain-dp", runs)
        line = f"{segments:3} segments: chain-dp {exact * 1e3:9.1f} ms (median of {runs})"
        if segments <= BRUTE_FORCE_UP_TO:
            brute = median_s(instance, "brute-force", 1)
            line += f", brute force {brute * 1e3:10.1f} ms: {brute / exact:8.1f} x"
        print(line)


if __name__ == "__main__":
    main()
