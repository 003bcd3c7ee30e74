"""A network as a graph problem, against arithmetic by hand on a small platform."""

from dataclasses import replace
from math import isclose

import pytest

from devicemodels.catalog import load_platform
from devicemodels.cost import CyclesLaw, MeasuredTimes
from devicemodels.documents.errors import InputError
from devicemodels.platform import (
    Core,
    IdleState,
    Link,
    Memory,
    OperatingPoint,
    Platform,
    Rail,
)
from scheduler.graphs.from_network import graph_problem
from scheduler.graphs.problem_check import check_problem
from scheduler.infeasible import Infeasible
from scheduler.taskgraph import Operator, TaskGraph


def operator(name: str, *inputs: str, kind: str = "conv", macs: int = 1000) -> Operator:
    return Operator(name, kind, inputs, (1, 25), "float32", macs, 300, 100)  # type: ignore[arg-type]


def network(*operators: Operator) -> TaskGraph:
    return TaskGraph("branches", (1, 25), "float32", operators, (), (), ())


BRANCHES = network(
    operator("stem", "input"),
    operator("left", "stem"),
    operator("right", "stem", macs=4000),
    operator("join", "left", "right", "left", kind="add", macs=0),
)

CYCLES = CyclesLaw({"conv": 2.0}, {"add": 4.0}, 10.0, 40.0, 1e6)
"""A convolution of 1000 MACs takes 2050 cycles and 300 us for its 300 bytes of weights."""


def core(name: str, law: CyclesLaw | MeasuredTimes, *hertz: float) -> Core:
    return Core(
        name=name,
        kind="cpu",
        operating_points=tuple(OperatingPoint(f"{f:g}", f, 1.0, 0.001) for f in hertz),
        idle_states=(
            IdleState("doze", 2e-6, 1e-6, 3e-6, 1e-5, 4e-9, 5e-9),
            IdleState("sleep", 1e-7, 1e-5, 3e-5, 1e-3, 4e-8, 5e-8),
        ),
        memory=f"{name}-ram",
        switched_capacitance_f=1e-9,
        switch_latency_s=7e-6,
        switch_energy_j=6e-9,
        cost=law,
    )


PLATFORM = Platform(
    name="pair",
    description="two cores on a bus",
    cores=(
        core("slow", CYCLES, 1e6, 2e6),
        core("fast", replace(CYCLES, cycles_per_element={}), 1e7),
    ),
    memories=(Memory("slow-ram", 4096), Memory("fast-ram", 700)),
    links=(Link("bus", ("slow", "fast"), 1e-6, 1e8, 2e-12),),
    rail=Rail(3e-4),
)


def test_every_operator_is_a_task_and_every_reader_an_edge() -> None:
    problem = graph_problem(BRANCHES, PLATFORM)
    assert [task.name for task in problem.tasks] == ["stem", "left", "right", "join"]
    assert [(e.source, e.target) for e in problem.edges] == [(0, 1), (0, 2), (1, 3), (2, 3)]
    assert check_problem(problem) == ()


def test_modes_are_cores_at_operating_points() -> None:
    stem, _, right, join = graph_problem(BRANCHES, PLATFORM).tasks
    assert [(m.name, m.core, m.point, m.ticks) for m in stem.modes] == [
        ("slow/1e+06", 0, 0, 2_050_000 + 300_000),
        ("slow/2e+06", 0, 1, 1_025_000 + 300_000),
        ("fast/1e+07", 1, 0, 205_000 + 300_000),
    ]
    assert right.modes[0].ticks == 8_050_000 + 300_000
    assert [m.core for m in join.modes] == [0, 0]  # the fast core cannot add
    assert [m.holds for m in stem.modes] == [(1, 0), (1, 0), (0, 1)]
    assert [m.uses for m in stem.modes] == [(300, 0), (300, 0), (0, 300)]
    watts = 1e-9 * 1.0**2 * 2e6 + 0.001
    assert isclose(stem.modes[1].energy_j, watts * 1_325_000e-9, rel_tol=1e-12)


def test_transfers_cross_the_links_of_the_platform() -> None:
    problem = graph_problem(BRANCHES, PLATFORM)
    assert [(link.name, link.sharing) for link in problem.links] == [("bus", "fifo")]
    assert problem.link == ((None, 0), (0, None))
    assert {edge.ticks for edge in problem.edges} == {(1000 + 1000,)}
    assert all(isclose(edge.energy_j[0], 200e-12, rel_tol=1e-12) for edge in problem.edges)


def test_cores_that_no_link_joins() -> None:
    problem = graph_problem(BRANCHES, replace(PLATFORM, links=()))
    assert (problem.links, problem.link) == ((), ())
    apart = replace(PLATFORM, links=(Link("bus", ("slow",), 1e-6, 1e8, 0.0),))
    assert graph_problem(BRANCHES, apart).link == ((None, None), (None, None))


def test_cores_wake_from_their_shallowest_idle_state() -> None:
    slow = graph_problem(BRANCHES, PLATFORM).resources[0]
    assert (slow.name, slow.capacity, slow.wake_ticks, slow.switch_ticks) == ("slow", 1, 3000, 7000)
    assert (slow.idle_power_w, slow.switch_energy_j) == (2e-6, 6e-9)
    assert isclose(slow.wake_energy_j, 9e-9, rel_tol=1e-12)


def test_budgets_are_the_memories() -> None:
    problem = graph_problem(BRANCHES, PLATFORM)
    assert [(b.name, b.size) for b in problem.budgets] == [("slow-ram", 4096), ("fast-ram", 700)]


def test_requirements_are_counted_in_nanoseconds() -> None:
    problem = graph_problem(BRANCHES, PLATFORM, objective="energy", deadline_s=0.002, period_s=0.1)
    assert (problem.objective, problem.tick_s) == ("energy", 1e-9)
    assert (problem.deadline_ticks, problem.period_ticks) == (2_000_000, 100_000_000)
    assert problem.rail_power_w == 3e-4


def test_an_operator_that_no_core_can_run() -> None:
    graph = network(operator("stem", "input"), operator("soft", "stem", kind="softmax"))
    with pytest.raises(Infeasible, match="no core of platform 'pair' can run operator 'soft'"):
        graph_problem(graph, PLATFORM)


def test_measured_cores_know_an_operator_by_its_key() -> None:
    measured = core("board", MeasuredTimes({"segment:stem": 1e-3}), 1e6)
    platform = replace(PLATFORM, cores=(measured,), memories=(Memory("board-ram", 1 << 20),))
    (stem,) = graph_problem(network(operator("stem", "input")), platform).tasks
    assert [mode.ticks for mode in stem.modes] == [1_000_000]
    with pytest.raises(Infeasible, match="it was not measured"):
        graph_problem(network(operator("other", "input")), platform)


def test_inputs_that_do_not_come_before() -> None:
    graph = network(operator("stem", "later"), operator("later", "nowhere"))
    with pytest.raises(InputError) as refusal:
        graph_problem(graph, PLATFORM)
    assert [problem.message for problem in refusal.value.problems] == [
        "operator 'stem' reads 'later', which does not come before it",
        "operator 'later' reads 'nowhere', which does not come before it",
    ]


def test_a_platform_of_the_catalog() -> None:
    platform = load_platform("wearable")
    problem = graph_problem(BRANCHES, platform)
    points = sum(len(c.operating_points) for c in platform.cores)
    assert all(len(task.modes) <= points for task in problem.tasks)
    assert check_problem(problem) == ()
