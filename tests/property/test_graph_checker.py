"""The checker of graph schedules accepts sound ones and catches every kind of seeded fault."""

import json
from collections import Counter
from dataclasses import replace
from math import fsum
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devicemodels.documents.errors import InputError
from scheduler.graphs.documents import dump_schedule, load_schedule
from scheduler.graphs.figures import make_schedule, objective_value
from scheduler.graphs.problem import Budget
from scheduler.graphs.schedule import Schedule
from scheduler.graphs.timing import play
from scheduler.graphs.validity import check_schedule
from tests.graph_problem_faults import problems
from tests.graph_worlds import random_placement, random_problem, randoms
from wakepath.testing import SCHEDULE_FAULTS

SCHEDULES = 400
LEAST_MUTANTS = 2_000
LEAST_OF_EACH = 10


def many(count: int) -> settings:
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


def random_schedule(random: Random) -> Schedule:
    """Any sound schedule, with limits that it just keeps."""
    problem = random_problem(random, 9, 3, limits=False)
    budgeted = random.random() < 0.5
    if budgeted:
        problem = replace(
            problem,
            budgets=(Budget("memory", 0),),
            tasks=tuple(
                replace(
                    task,
                    modes=tuple(
                        replace(mode, uses=(index + position,))
                        for position, mode in enumerate(task.modes)
                    ),
                )
                for index, task in enumerate(problem.tasks)
            ),
        )
    modes, order = random_placement(random, problem)
    timing = play(problem, modes, order)
    chosen = [task.modes[mode] for task, mode in zip(problem.tasks, modes, strict=True)]
    used = (sum(mode.uses[0] for mode in chosen),) if budgeted else ()
    problem = replace(
        problem,
        budgets=tuple(Budget("memory", size) for size in used),
        loss_budget=fsum(mode.accuracy_loss for mode in chosen),
        deadline_ticks=timing.makespan,
        period_ticks=problem.period_ticks and timing.makespan + random.randint(0, 50),
    )
    value = objective_value(problem, modes, timing)
    return make_schedule(
        problem,
        modes,
        timing,
        method="drawn",
        status="feasible",
        lower_bound=value * random.choice((0.0, 0.5, 0.75)),
    )


def test_every_seeded_fault_is_caught() -> None:
    caught: Counter[str] = Counter()
    for seed in range(SCHEDULES):
        random = Random(seed)
        schedule = random_schedule(random)
        assert check_schedule(schedule) == ()
        for kind, fault in SCHEDULE_FAULTS.items():
            variants = list(fault.breaks(schedule))
            if variants:
                found = check_schedule(random.choice(variants))
                assert set(fault.violations) <= {row.kind for row in found}, (seed, kind)
                caught[kind] += 1
        for index, problem in enumerate(problems(schedule)):
            found = check_schedule(replace(schedule, problem=problem))
            assert {row.kind for row in found} == {"problem"}, (seed, index)
            caught[f"problem {index}"] += 1
    assert sum(caught.values()) >= LEAST_MUTANTS
    few = {kind for kind in SCHEDULE_FAULTS if caught[kind] < LEAST_OF_EACH}
    assert not few, caught


def leaves(tree: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(tree, dict):
        return [leaf for key, value in tree.items() for leaf in leaves(value, (*path, key))]
    if isinstance(tree, list):
        return [leaf for key, value in enumerate(tree) for leaf in leaves(value, (*path, key))]
    return [path]


values = (
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([1e300, 5e-324, 10**400, "", "t0", "t1", "core0/0", "link0", "fifo", "fair"])
    | st.just([])
    | st.just({})
)


@many(200)
@given(randoms.map(random_schedule), st.data())
def test_whatever_stands_in_a_file_the_checker_has_an_answer(
    schedule: Schedule, data: st.DataObject
) -> None:
    text = dump_schedule(schedule)
    assert load_schedule(text, "here") == schedule
    document = json.loads(text)
    for _ in range(data.draw(st.integers(1, 3))):
        *path, last = data.draw(st.sampled_from(leaves(document)))
        place = document
        for key in path:
            place = place[key]
        place[last] = data.draw(values)
    try:
        mutant = load_schedule(json.dumps(document), "here")
    except InputError:
        return
    for violation in check_schedule(mutant):
        assert violation.message


@pytest.mark.parametrize("change", [-1, 1])
@many(100)
@given(randoms.map(random_schedule), st.data())
def test_no_changed_tick_of_a_transfer_or_task_passes(
    change: int, schedule: Schedule, data: st.DataObject
) -> None:
    """One finish, one tick off: always wrong, whatever else it touches."""
    rows = [*schedule.tasks, *schedule.transfers]
    index = data.draw(st.integers(0, len(rows) - 1))
    row = rows[index]
    rows[index] = replace(row, finish=row.finish + change)
    count = len(schedule.tasks)
    mutant = replace(schedule, tasks=tuple(rows[:count]), transfers=tuple(rows[count:]))
    assert check_schedule(mutant)
