"""Random instances, written in each format and read back: nothing is lost or made up."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.problem_check import check_problem
from scheduler.importers.registry import read_instance

TRIES = settings(max_examples=100, deadline=None, derandomize=True)

Pair = tuple[int, int]


class Instance(NamedTuple):
    """Times by task and core, and what edges cost."""

    times: list[list[int]]
    edges: dict[Pair, int]


@st.composite
def instances(draw: st.DrawFn, *, same: bool = False) -> Instance:
    """Tasks in a forward order; ``same`` if all cores take the same time."""
    cores = draw(st.integers(1, 4))
    count = draw(st.integers(1, 8))
    times = [
        draw(st.lists(st.integers(1, 99), min_size=cores, max_size=cores)) for _ in range(count)
    ]
    if same:
        times = [row[:1] * cores for row in times]
    pairs = [(a, b) for b in range(count) for a in range(b)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return Instance(times, {pair: draw(st.integers(0, 50)) for pair in sorted(chosen)})


def read_back(text: str, format_name: str, **options: object) -> GraphProblem:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "instance"
        path.write_text(text)
        problem = read_instance(path, format_name, options)
    assert check_problem(problem) == ()
    return problem


def times_of(problem: GraphProblem) -> list[list[int]]:
    return [[mode.ticks for mode in task.modes] for task in problem.tasks]


def costs_of(problem: GraphProblem) -> dict[Pair, int]:
    return {(edge.source, edge.target): sum(edge.ticks) for edge in problem.edges}


@TRIES
@given(instance=instances(same=True), data=st.data())
def test_standard_task_graphs(instance: Instance, data: st.DataObject) -> None:
    """With predecessors behind, behind with costs, or below with costs; in any order."""
    form = data.draw(st.sampled_from(["bare", "behind", "below"]))
    count, cores = len(instance.times), len(instance.times[0])
    rows = []
    for task in range(count):
        before = {a: cost for (a, b), cost in instance.edges.items() if b == task}
        match form:
            case "bare":
                ends = "".join(f" {a}" for a in before)
            case "behind":
                ends = "".join(f" {a} {cost}" for a, cost in before.items())
            case _:
                ends = "".join(f"\n  {a}\t{cost} # from {a}" for a, cost in before.items())
        rows.append(f"{task} {instance.times[task][0]} {len(before)}{ends}")
    problem = read_back("\n".join([f"{count} {cores}", *rows, "# end"]), "stg")
    assert times_of(problem) == instance.times
    assert len(problem.resources) == cores
    wanted = dict.fromkeys(instance.edges, 0) if form == "bare" else instance.edges
    assert costs_of(problem) == wanted


@TRIES
@given(instance=instances(), data=st.data())
def test_cost_tables(instance: Instance, data: st.DataObject) -> None:
    cores = range(len(instance.times[0]))
    gaps = {
        (task, core)
        for task in range(len(instance.times))
        for core in list(cores)[1:]
        if data.draw(st.booleans())
    }
    rows = [",".join(["task", *(f"p{core}" for core in cores)])]
    rows += [
        ",".join([f"t{task}", *("-" if (task, c) in gaps else str(row[c]) for c in cores)])
        for task, row in enumerate(instance.times)
    ]
    rows += ["", "source,target,cost"]
    rows += [f"t{a}, t{b} ,{cost}" for (a, b), cost in instance.edges.items()]
    problem = read_back("\n".join(rows), "cost-table")
    assert [[mode.core for mode in task.modes] for task in problem.tasks] == [
        [core for core in cores if (task, core) not in gaps] for task in range(len(instance.times))
    ]
    assert all(
        mode.ticks == instance.times[index][mode.core or 0]
        for index, task in enumerate(problem.tasks)
        for mode in task.modes
    )
    assert costs_of(problem) == instance.edges


@TRIES
@given(
    first=st.integers(0, 1),
    jobs=st.lists(
        st.lists(
            st.dictionaries(st.integers(0, 4), st.integers(0, 99), min_size=1),
            min_size=1,
            max_size=4,
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_flexible_job_shops(first: int, jobs: list[list[dict[int, int]]]) -> None:
    rows = [f"{len(jobs)} 5 1.5"]
    for job in jobs:
        words = [len(job)]
        for choices in job:
            words.append(len(choices))
            for machine, ticks in choices.items():
                words += [machine + first, ticks]
        rows.append(" ".join(map(str, words)))
    problem = read_back("\n".join(rows), "fjs", machines_from=first)
    operations = [choices for job in jobs for choices in job]
    assert [{m.core: m.ticks for m in task.modes} for task in problem.tasks] == operations
    ends = [f"{a}.{b + 1}" for a, job in enumerate(jobs, 1) for b in range(1, len(job))]
    assert [problem.tasks[edge.target].name for edge in problem.edges] == ends
    assert all(edge.target == edge.source + 1 for edge in problem.edges)


@TRIES
@given(instance=instances(), sizes=st.lists(st.integers(10, 30), min_size=1, max_size=4))
def test_multi_mode_projects(instance: Instance, sizes: list[int]) -> None:
    """The times on cores become the durations of modes; requests follow from their numbers."""
    kinds = ["R", "N", "R", "N"][: len(sizes)]
    requests = [
        [[(task + 2 * mode + 3 * k) % 10 for k in range(len(sizes))] for mode in range(len(row))]
        for task, row in enumerate(instance.times)
    ]
    rows = ["PRECEDENCE RELATIONS:", "jobnr.    #modes  #successors   successors"]
    for task, row in enumerate(instance.times):
        heirs = [b + 1 for a, b in instance.edges if a == task]
        rows.append(" ".join(map(str, [task + 1, len(row), len(heirs), *heirs])))
    rows += ["*" * 9, "REQUESTS/DURATIONS:", "jobnr. mode duration", "-" * 9]
    for task, row in enumerate(instance.times):
        for mode, ticks in enumerate(row):
            start = [task + 1] if mode == 0 else []
            rows.append(" ".join(map(str, [*start, mode + 1, ticks, *requests[task][mode]])))
    rows += ["*" * 9, "RESOURCEAVAILABILITIES:"]
    rows += ["  ".join(f"{kind} {k + 1}" for k, kind in enumerate(kinds))]
    rows += [" ".join(map(str, sizes))]
    problem = read_back("\n".join(rows), "mm")
    assert times_of(problem) == instance.times
    assert set(costs_of(problem)) == set(instance.edges)
    for letter, found, of in (
        ("R", [r.capacity for r in problem.resources], "holds"),
        ("N", [b.size for b in problem.budgets], "uses"),
    ):
        columns = [k for k, kind in enumerate(kinds) if kind == letter]
        assert found == [sizes[k] for k in columns]
        assert [[getattr(mode, of) for mode in task.modes] for task in problem.tasks] == [
            [tuple(mode[k] for k in columns) for mode in modes] for modes in requests
        ]
