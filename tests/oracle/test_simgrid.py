"""Placed graphs on SimGrid, an engine of other authors: the same ticks and the same joules.

Needs SimGrid 3.32 for C++ (Debian: ``libsimgrid-dev``) and a compiler; skipped without them. What
SimGrid does not know is written in its terms: wake-ups and switches cost what idling as long does.
"""

import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from shutil import which

import pytest

from scheduler.graphs.problem import Sharing
from scheduler.graphs.schedule import Schedule
from simulator.placed.graph import simulate_schedule
from tests.oracle_figures import agreement
from tests.placed_worlds import Placement, chosen_modes, crossings, eager, layered

SOURCE = Path(__file__).parent / "simgrid" / "replay.cpp"
HEADER = Path("/usr/include/simgrid/s4u.hpp")
RELATIVE = 1e-9
PERIOD = 10**6


@pytest.fixture(scope="module")
def replay(tmp_path_factory):
    """Runs a placed graph on SimGrid; returns the rows that it prints, by their first word."""
    if not HEADER.exists() or which("g++") is None:
        pytest.skip("SimGrid's headers or g++ are missing (Debian: libsimgrid-dev)")
    folder = tmp_path_factory.mktemp("simgrid")
    program = folder / "replay"
    subprocess.run(
        ["g++", "-std=c++17", "-O1", str(SOURCE), "-o", str(program), "-lsimgrid"], check=True
    )

    def run(placement, schedule):
        file = folder / "placed.txt"
        file.write_text(written(placement, schedule))
        done = subprocess.run([program, file], check=True, capture_output=True, text=True)
        rows = {"task": [], "transfer": [], "core": []}
        for line in done.stdout.splitlines():
            kind, *numbers = line.split()
            rows[kind].append(tuple(map(float, numbers)))
        return rows

    return run


def written(placement: Placement, schedule: Schedule) -> str:
    """What ``replay.cpp`` reads."""
    problem, modes = placement.problem, chosen_modes(placement)
    cross = {index: edge.ticks[link] for index, edge, link in crossings(problem, modes)}
    turns = sorted((one.start, one.finish, index) for index, one in enumerate(schedule.tasks))
    rows = [[problem.period_ticks]]
    rows.append([len(problem.resources), len(problem.links), len(modes), len(problem.edges)])
    for index, core in enumerate(problem.resources):
        order = [task for *_, task in turns if modes[task].core == index]
        points = [point_w(core.idle_power_w, point) for point in (0, 1)]
        rows.append([core.idle_power_w, core.wake_ticks, core.switch_ticks, 2, *points])
        rows.append([len(order), *order])
    rows += [[link.sharing] for link in problem.links]
    rows += [[-1 if link is None else link for link in row] for row in problem.link]
    rows += [[mode.core, mode.ticks, mode.point] for mode in modes]
    rows += [[e.source, e.target, cross.get(i, 0)] for i, e in enumerate(problem.edges)]
    return "\n".join(" ".join(map(str, row)) for row in rows) + "\n"


def point_w(idle_power_w: float, point: int) -> float:
    """Power of a core of these tests that works."""
    return (3 + 4 * point) * idle_power_w


def in_simgrids_terms(placement: Placement) -> Placement:
    """With energies that follow from powers: of operating points, and idle power otherwise."""
    problem = placement.problem
    watts = [0.25 * (1 + index) for index in range(len(problem.resources))]
    resources = tuple(
        replace(
            core,
            idle_power_w=idle_w,
            wake_energy_j=idle_w * core.wake_ticks,
            switch_energy_j=idle_w * core.switch_ticks,
        )
        for core, idle_w in zip(problem.resources, watts, strict=True)
    )
    tasks = tuple(
        replace(
            task,
            modes=tuple(
                replace(mode, energy_j=point_w(watts[mode.core], mode.point) * mode.ticks)
                for mode in task.modes
            ),
        )
        for task in problem.tasks
    )
    changed = replace(
        problem,
        resources=resources,
        tasks=tasks,
        edges=tuple(replace(edge, energy_j=()) for edge in problem.edges),
        period_ticks=PERIOD,
        rail_power_w=0.0,
        tick_s=1.0,
    )
    return replace(placement, problem=changed)


def ties(schedule: Schedule) -> bool:
    """Whether two tasks send over a link at one tick: SimGrid has another rule for who is first."""
    finish = {task.task: task.finish for task in schedule.tasks}
    senders = {(one.link, finish[one.source], one.source) for one in schedule.transfers}
    return len({(link, tick) for link, tick, _ in senders}) < len(senders)


def compared(replay, seed: int, sharing: Sharing) -> tuple[float, float] | None:
    """Play one random graph on both engines: by how much times and joules differ, relatively.

    None if the graph has ties on a fifo link.
    """
    rng = Random(seed)
    tasks, cores, width = rng.randint(2, 120), rng.randint(1, 5), rng.randint(1, 20)
    longest = rng.choice((50, 400, 3000))
    placement = in_simgrids_terms(layered(rng, tasks, cores, (sharing,), width, longest))
    schedule = eager(placement)
    if sharing == "fifo" and ties(schedule):
        return None
    trace, rows = simulate_schedule(schedule), replay(placement, schedule)
    assert trace.makespan < PERIOD
    starts, finishes = zip(*rows["task"], strict=True)
    moved = zip(trace.transfer_start, trace.transfer_finish, strict=True)
    arrived = [end for begin, end in moved if end > begin]
    joules = [one for (one,) in rows["core"]]
    times = max(
        apart(starts, trace.task_start),
        apart(finishes, trace.task_finish),
        apart([one for (one,) in rows["transfer"]], arrived),
        apart([max(finishes)], [trace.makespan]),
    )
    energy = max(apart(joules, trace.energy_by_core_j), apart([sum(joules)], [trace.energy_j]))
    assert times < RELATIVE
    assert energy < RELATIVE
    return times, energy


def within(difference: float) -> str:
    """``equal``, or the relative difference."""
    return f"within {difference:.1g}, relatively" if difference else "equal"


def apart(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """The greatest relative difference; of figures below 1, the greatest difference."""
    assert len(theirs) == len(ours)
    pairs = zip(theirs, ours, strict=True)
    return max((abs(a - b) / max(1.0, abs(b)) for a, b in pairs), default=0.0)


@pytest.mark.parametrize("sharing", ["unlimited", "fifo", "fair"])
def test_simgrid_plays_placed_graphs_alike(replay, sharing):
    found = [compared(replay, seed, sharing) for seed in range(15)]
    assert len(found) - found.count(None) >= 10


@pytest.mark.heavy
@pytest.mark.parametrize("sharing", ["unlimited", "fifo", "fair"])
def test_simgrid_plays_hundreds_of_placed_graphs_alike(replay, sharing, record_property):
    found = [compared(replay, seed, sharing) for seed in range(1000, 1300)]
    played = [one for one in found if one is not None]
    assert len(played) >= 250
    times, energy = (max(column) for column in zip(*played, strict=True))
    agreement(
        record_property,
        f"times of tasks and transfers, makespan, joules of each core; {sharing} links",
        "SimGrid with its host energy plugin",
        len(played),
        f"times {within(times)}, joules {within(energy)}",
    )
