"""Baseline: early exits and a mapping of the parts between them, after arXiv 2403.07957.

Sponner, Servadei, Waschneck, Wille, Kumar, "Efficient Post-Training Augmentation for Adaptive
Inference in Heterogeneous and Distributed IoT Environments", 2024: exits are added to a finished
network, the parts between them are mapped to the processors of the target one after the other, and
thresholds are chosen by what samples then cost and how often they are answered rightly. This is our
formulation of it.

What is the same: every combination of exits and thresholds that was measured is tried; the network
is cut at exits only; the parts go to processors in order, and no processor is returned to.
What is different: theirs trains exits that may answer any class, ours are gates that answer
"negative" only; theirs scores a weighted sum of operations and accuracy, ours the problem's own
objective under its limits; theirs fixes the order of the processors, ours tries every order; theirs
knows neither operating points, idle states nor codecs, ours chooses them as well, one operating
point for each processor. All of these widen its search.
"""

from collections.abc import Iterator
from itertools import combinations, permutations, product

from scheduler.problem import Problem
from scheduler.runs.placements import runs_of
from scheduler.runs.search import Batch, best_runs
from scheduler.solution import Solution


def solve(problem: Problem) -> Solution:
    """The best exits and mapping. Raises ``Infeasible``."""
    choices: dict[tuple[int, ...], list[int]] = {}
    for index in range(len(problem.gate_choices)):
        used = problem.uses_gate(index)[:-1]
        exits = tuple(segment + 1 for segment, gated in enumerate(used) if gated)
        choices.setdefault(exits, []).append(index)
    batches = [
        Batch(runs, indices)
        for exits, indices in choices.items()
        for runs in runs_of(list(_mappings(problem, exits)))
    ]
    return best_runs(problem, batches, "early-exit-mapper")


def _mappings(problem: Problem, exits: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Modes by segment: at most one stretch on each processor, cut at exits."""
    segments, cores = len(problem.knobs), len(problem.platform.cores)
    points = [
        [m for m, mode in enumerate(problem.modes) if mode.core == core] for core in range(cores)
    ]
    for parts in range(1, min(len(exits) + 1, cores) + 1):
        for cuts in combinations(exits, parts - 1):
            bounds = (0, *cuts, segments)
            for order in permutations(range(cores), parts):
                for modes in product(*(points[core] for core in order)):
                    yield tuple(
                        mode
                        for part, mode in enumerate(modes)
                        for _ in range(bounds[part], bounds[part + 1])
                    )
