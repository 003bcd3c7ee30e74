"""Killed workers, raising adapters, Ctrl-C, a killed parent: totals add up and nothing is left."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backends.channels import read_now
from backends.execution import execute
from backends.failures import WorkerDied, WorkerFailed
from backends.pool import WorkerPool
from networks.codecs import CODEC_NAMES
from simulator.trace import UNFINISHED, Activity, Outcome, Trace
from tests.backends_worlds import (
    PERIOD_NS,
    cores,
    heavy_world,
    is_running,
    plan_on,
    shared_memory,
    small_world,
)
from tests.command_line import ctrl_c_heard

pytestmark = pytest.mark.workers

COUNT = 400
PATIENCE_S = 30.0


def _descriptors() -> int:
    gc.collect()  # a mapping keeps its descriptor until nothing refers to it
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """No test leaves shared memory or file descriptors behind."""
    small_world(), heavy_world()
    memory, descriptors = shared_memory(), _descriptors()
    yield
    assert shared_memory() == memory
    assert _descriptors() <= descriptors


def _wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.005)


def _totals_add_up(trace: Trace, released: int) -> None:
    outcome = trace.samples.outcome
    assert len(outcome) == released < COUNT, "nothing is released any more after a failure"
    completed = outcome == Outcome.COMPLETED
    lost = outcome == Outcome.LOST
    assert np.count_nonzero(completed) + np.count_nonzero(lost) == released
    assert np.count_nonzero(completed) > 0
    assert (trace.samples.finish_ns[lost] == UNFINISHED).all()
    assert (trace.samples.answer[lost] == -1).all()
    assert (trace.samples.finish_ns[completed] > trace.samples.release_ns[completed]).all()


@pytest.mark.parametrize("victim", ["middle", "fast"])
def test_a_killed_worker_ends_the_run_with_all_samples_accounted_for(victim: str) -> None:
    world, platform = small_world(), cores()
    last = len(world.graph.segments) - 1
    placed = ["middle"] * last + ["fast"]
    plan = plan_on(platform, world.graph, placed)
    labels = np.zeros(COUNT, dtype=np.int8)
    released = 0

    with WorkerPool(platform, world.graph, world.programs) as pool:
        processes = pool.process_ids

        def kill(done: int, _: int) -> None:
            nonlocal released
            released = done
            if done >= 64:
                os.kill(processes[victim], signal.SIGKILL)

        with pytest.raises(WorkerDied, match=f"core '{victim}' was killed by SIGKILL") as died:
            execute(
                plan,
                world.programs,
                world.windows(COUNT),
                labels,
                PERIOD_NS,
                pool=pool,
                progress=kill,
            )
        assert not any(is_running(process) for process in processes.values())
    assert (died.value.core, died.value.signal) == (victim, "SIGKILL")
    trace = died.value.trace
    assert trace is not None
    assert len(trace.samples.outcome) >= released >= 64
    _totals_add_up(trace, len(trace.samples.outcome))
    # The dead worker's records survived it.
    core = [core.name for core in platform.cores].index(victim)
    assert np.count_nonzero(trace.activities.resource == core) > 100


def test_a_worker_killed_at_work_names_segment_and_sample() -> None:
    world, platform = heavy_world(), cores()
    plan = plan_on(platform, world.graph, ["fast"] * len(world.graph.segments))
    with WorkerPool(platform, world.graph, world.programs, ["fast"]) as pool:
        (process,) = pool.process_ids.values()
        log = pool._workers["fast"].log_fd
        stop = threading.Event()

        def kill_at_work() -> None:
            while not stop.is_set():
                at = read_now(log)
                if at is not None and at[0] >= 3:
                    os.kill(process, signal.SIGKILL)
                    return
                time.sleep(0.0005)

        killer = threading.Thread(target=kill_at_work)
        killer.start()
        try:
            with pytest.raises(WorkerDied) as died:
                execute(
                    plan,
                    world.programs,
                    world.windows(COUNT),
                    np.zeros(COUNT, dtype=np.int8),
                    PERIOD_NS,
                    pool=pool,
                    warm_up=0,
                )
        finally:
            stop.set()
            killer.join()
    sample, segment = died.value.sample, died.value.segment
    assert sample is not None
    assert sample >= 3
    assert segment in [segment.name for segment in world.graph.segments]
    assert f"at segment '{segment}' of sample {sample}" in str(died.value)
    trace = died.value.trace
    assert trace is not None
    assert trace.samples.outcome[sample] == Outcome.LOST
    assert (trace.samples.outcome[:sample] == Outcome.COMPLETED).all()


def test_what_raises_in_a_worker_arrives_as_one_message() -> None:
    world, platform = small_world(), cores()
    (edge,) = [edge for edge in world.graph.edges if len(edge.codecs) > 1]
    names = [segment.name for segment in world.graph.segments]
    placed = ["middle" if i <= names.index(edge.source) else "fast" for i in range(len(names))]
    plan = plan_on(platform, world.graph, placed, {edge.name: "int8"})
    windows = world.windows(COUNT)
    windows[70] = np.inf  # which int8 cannot send
    with WorkerPool(platform, world.graph, world.programs) as pool:
        processes = pool.process_ids
        with pytest.raises(WorkerFailed) as failed:
            execute(
                plan,
                world.programs,
                windows,
                np.zeros(COUNT, dtype=np.int8),
                PERIOD_NS,
                pool=pool,
            )
        assert not any(is_running(process) for process in processes.values())
    assert str(failed.value) == (
        f"core 'middle' failed at segment '{edge.source}' of sample 70: ValueError: an activation "
        "that is not finite cannot be sent as int8: use float32"
    )
    assert "wire.py" in failed.value.details
    trace = failed.value.trace
    assert trace is not None
    _totals_add_up(trace, len(trace.samples.outcome))
    assert trace.samples.outcome[70] == Outcome.LOST
    assert Activity.TRANSFER not in trace.activities.activity[trace.activities.sample == 70]


@pytest.mark.parametrize(
    ("codec", "off"),
    [(codec, off) for codec in CODEC_NAMES if codec != "sparse" for off in (-4, 4)]
    # Its size says how many elements are sent: what is wrong is less than one, or more than all.
    + [("sparse", -64), ("sparse", 300)],
)
def test_bytes_on_the_wire_that_are_not_the_plans_end_the_run(codec: str, off: int) -> None:
    """What an encoder makes goes into a place of exactly the plan's bytes, or nowhere."""
    world, platform = small_world(), cores()
    (edge,) = [edge for edge in world.graph.edges if len(edge.codecs) > 1]
    wrong = replace(edge.codec(codec), wire_bytes=edge.codec(codec).wire_bytes + off)
    codecs = tuple(wrong if c.name == codec else c for c in edge.codecs)
    graph = replace(
        world.graph,
        edges=tuple(replace(e, codecs=codecs) if e is edge else e for e in world.graph.edges),
    )
    names = [segment.name for segment in graph.segments]
    placed = ["middle" if i <= names.index(edge.source) else "fast" for i in range(len(names))]
    plan = replace(plan_on(platform, graph, placed, {edge.name: codec}), task_graph=graph)
    windows, labels = world.windows(COUNT), np.zeros(COUNT, dtype=np.int8)
    with pytest.raises(WorkerFailed, match=r"core '(middle|fast)' failed"):
        execute(plan, world.programs, windows, labels, PERIOD_NS)


def test_an_artifact_that_cannot_be_loaded_is_one_message_too() -> None:
    world, platform = small_world(), cores()
    with WorkerPool(platform, world.graph, world.programs, ["fast"]) as pool:
        pool._artifacts["onnxruntime", "gate:sense"] = b"rubbish"
        with pytest.raises(WorkerFailed, match="core 'fast' failed before the run: ValueError"):
            pool.load({"fast": ["gate:sense"]})


SCRIPT = """
import sys
import numpy as np
from backends.execution import execute
from backends.failures import RunInterrupted
from backends.pool import WorkerPool
from tests.backends_worlds import PERIOD_NS, cores, plan_on, small_world

world, platform = small_world(), cores()
plan = plan_on(platform, world.graph, ["middle"] * (len(world.graph.segments) - 1) + ["fast"])
labels = np.zeros(100_000, dtype=np.int8)
with WorkerPool(platform, world.graph, world.programs) as pool:
    def say(done, total):
        if done == 64:
            print(*pool.process_ids.values(), flush=True)
    windows = world.windows(100_000)
    try:
        execute(plan, world.programs, windows, labels, PERIOD_NS, pool=pool, progress=say)
    except RunInterrupted as interrupted:
        counts = np.bincount(interrupted.trace.samples.outcome, minlength=3)
        print("interrupted", interrupted, counts.sum(), *counts, flush=True)
        raise
"""


@pytest.fixture
def running() -> Iterator[tuple["subprocess.Popen[str]", list[int]]]:
    """A program in a process group of its own, in the middle of a run; and its workers."""
    root = Path(__file__).parents[2]
    with ctrl_c_heard():
        program = subprocess.Popen(
            [sys.executable, "-c", SCRIPT],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    assert program.stdout is not None
    workers = [int(word) for word in program.stdout.readline().split()]
    assert len(workers) == 2, program.communicate()
    yield program, workers
    program.kill()
    program.communicate()


def test_ctrl_c_stops_parent_and_workers_and_counts(
    running: tuple["subprocess.Popen[str]", list[int]],
) -> None:
    program, workers = running
    os.killpg(program.pid, signal.SIGINT)  # as a terminal does: to everyone
    output, errors = program.communicate(timeout=PATIENCE_S)
    assert program.returncode != 0
    assert not any(is_running(worker) for worker in workers)
    released, completed, dropped, lost = map(int, output.split()[-4:])
    assert released == completed + dropped + lost
    assert f"interrupted after {released} samples" in output
    assert completed >= 60
    assert errors.count("Traceback") == 1, "the workers do not hear of it"


def test_workers_end_with_a_killed_parent(
    running: tuple["subprocess.Popen[str]", list[int]],
) -> None:
    program, workers = running
    program.kill()
    program.wait()
    _wait_until(
        lambda: not any(is_running(worker) for worker in workers),
        "the workers of a killed parent to end",
    )
