"""Baseline: race to idle, everything at the highest operating points and then deepest sleep.

Albers, Antoniadis, "Race to idle: new algorithms for speed scaling with a sleep state", ACM
Transactions on Algorithms 10(2), 2014, study when it pays to run faster than needed so as to sleep
longer; racing is the extreme of that: as fast as possible, always.

The rule here: every core has its highest clock only. Candidates are the fastest placement at these
clocks, transfers raw, and the whole network on each single core. Each core then rests in the idle
state that is cheapest over its gaps, wake-ups included, which is the deepest useful one; that, the
gates and the codecs are chosen for each candidate, and the problem's own objective picks one.
"""

from collections.abc import Iterator

from scheduler.placing.completion import best_completed
from scheduler.placing.idle_levels import idle_levels
from scheduler.problem import Problem
from scheduler.solution import Solution


def solve(problem: Problem) -> Solution:
    """The best placement at the highest clocks. Raises ``Infeasible``."""
    return best_completed(problem, _paths(problem), "race-to-idle")


def _paths(problem: Problem) -> Iterator[tuple[int, ...]]:
    fastest = [_highest(problem, core) for core in range(len(problem.platform.cores))]
    for idle in idle_levels(problem):
        path = _fastest_path(problem, fastest, idle)
        if path is not None:
            yield path
    for mode in fastest:
        yield (mode,) * len(problem.knobs)


def _highest(problem: Problem, core: int) -> int:
    """The mode of a core's highest clock; of equal ones the first."""
    points = problem.platform.cores[core].operating_points
    modes = [m for m, mode in enumerate(problem.modes) if mode.core == core]
    return max(modes, key=lambda m: (points[problem.modes[m].point].frequency_hz, -m))


def _fastest_path(
    problem: Problem, modes: list[int], idle: tuple[int, ...]
) -> tuple[int, ...] | None:
    """Least time through the chain with one mode a core; ties go to the earlier core."""
    best: dict[int, tuple[int, tuple[int, ...]]] = {}
    for segment, rows in enumerate(problem.knobs):
        reached: dict[int, tuple[int, tuple[int, ...]]] = {}
        for mode in modes:
            run = rows[0].compute[mode]
            if run is None:
                continue
            core = problem.modes[mode].core
            if segment == 0:
                reached[mode] = problem.wake[core][idle[core]].time_ns + run.time_ns, (mode,)
                continue
            arrivals = [
                (time_ns + crossing, path)
                for before, (time_ns, path) in best.items()
                if (crossing := _crossing_ns(problem, segment - 1, before, mode, idle)) is not None
            ]
            if arrivals:
                time_ns, path = min(arrivals, key=lambda arrival: arrival[0])
                reached[mode] = time_ns + run.time_ns, (*path, mode)
        best = reached
    return min(best.values(), key=lambda end: end[0])[1] if best else None


def _crossing_ns(
    problem: Problem, edge: int, sender: int, receiver: int, idle: tuple[int, ...]
) -> int | None:
    """Time of a raw crossing with the wake-up behind it; None if there is no way."""
    if sender == receiver:
        return 0
    source, target = problem.modes[sender].core, problem.modes[receiver].core
    row, link = problem.codecs[edge][0], problem.link[source][target]
    encode, decode = row.encode[sender], row.decode[receiver]
    if link is None or encode is None or decode is None:
        return None
    wake_ns = problem.wake[target][idle[target]].time_ns
    return encode.time_ns + row.transfer[link].time_ns + wake_ns + decode.time_ns
