"""Race to idle, AxoNN and list scheduling on chains small enough to place by hand."""

from dataclasses import replace

import pytest

from devicemodels.platform import IdleState
from scheduler.algorithms import axonn, chain_dp, heft, heft_slack, peft, race_to_idle
from scheduler.bounds import fastest_ns
from scheduler.expectation import expect
from scheduler.graphs.problem_check import check_problem
from scheduler.infeasible import Infeasible
from scheduler.placing.as_graph import as_graph
from tests.baseline_worlds import AWAKE, chain, core, gate, placed, platform, point, problem

CRAWL, RUN = point("crawl", 1, 10), point("run", 4, 200)
"""10 pJ a cycle, and 50."""


def test_race_to_idle_runs_even_where_crawling_is_cheaper() -> None:
    table = problem(chain([40, 40], [20]), platform([core("a", [CRAWL, RUN])]), deadline_us=100)
    assert placed(table, race_to_idle.solve(table).assignment.modes) == ["a/run", "a/run"]
    assert placed(table, chain_dp.solve(table).assignment.modes) == ["a/crawl", "a/crawl"]


@pytest.mark.parametrize(("period_us", "state"), [(100.0, 0), (1000.0, 1)])
def test_race_to_idle_sleeps_as_deeply_as_is_useful(period_us: float, state: int) -> None:
    # Sleep saves 1 uW and costs 0.5 nJ: useful from 500 us on.
    sleep = IdleState("sleep", 0.0, 0.0, 0.0, 0.0, 0.0, 0.5e-9)
    device = platform([core("a", [CRAWL, RUN], idle=(AWAKE, sleep))])
    table = problem(chain([40], []), device, deadline_us=50, period_us=period_us)
    assert race_to_idle.solve(table).assignment.idle == (state,)


def test_race_to_idle_crosses_where_that_is_fastest() -> None:
    # conv on a takes 10 us, linear on b 10 us, the other way round it takes 4 times as long.
    a, b = core("a", [RUN]), core("b", [CRAWL, RUN], ["linear"])
    a = replace(a, cost=replace(a.cost, cycles_per_mac={"conv": 1.0, "linear": 8.0}))
    table = problem(
        chain([40, 40], [20], kinds=["conv", "linear"]), platform([a, b]), deadline_us=40
    )
    assert placed(table, race_to_idle.solve(table).assignment.modes) == ["a/run", "b/run"]


def test_axonn_takes_the_lowest_budget_that_meets_the_deadline() -> None:
    # Mappings of two layers of 40 cycles, crossing 20 us and 20 nJ:
    # crawl-crawl 80 us, 0.8 nJ; run-run 20 us, 4 nJ; mixed 70 us, 22.4 nJ.
    small, large = core("a", [CRAWL]), core("b", [RUN])
    graph, device = chain([40, 40], [20]), platform([small, large])
    for deadline_us, path in (
        (80, ["a/crawl", "a/crawl"]),
        (79, ["b/run", "b/run"]),
        (20, ["b/run", "b/run"]),
    ):
        table = problem(graph, device, deadline_us=deadline_us)
        assert placed(table, axonn.solve(table).assignment.modes) == path
    with pytest.raises(Infeasible):
        axonn.solve(problem(graph, device, deadline_us=19))


def test_axonn_does_not_see_that_a_gate_makes_the_second_layer_rare() -> None:
    # Ungated, all on a costs 1.6 nJ against 0.8 + 1 (crossing) + 0.4. With nine samples in ten
    # stopped the second layer hardly counts, but AxoNN has placed it already.
    a, b = core("a", [CRAWL]), core("b", [point("p", 1, 5)], ["conv"])
    graph = chain([80, 80], [1], gates=[gate(0, 0, negative=0.9)])
    table = problem(graph, platform([a, b]), deadline_us=400, negative=1.0)
    mapping = axonn.solve(table).assignment
    assert placed(table, mapping.modes) == ["a/crawl", "a/crawl"]
    assert mapping.gates == 0
    assert expect(table, mapping).energy_per_sample_j < 1.6e-9 + 1e-8 + 1e-8


def test_axonn_finds_the_fastest_mapping_when_latency_counts() -> None:
    a, b = core("a", [CRAWL, RUN]), core("b", [CRAWL])
    table = problem(
        chain([40, 40], [4]), platform([a, b]), deadline_us=200, objective="latency_max"
    )
    solution = axonn.solve(table)
    assert expect(table, solution.assignment).latency_max_s * 1e9 == fastest_ns(table)


def test_a_chain_as_a_graph_keeps_its_times() -> None:
    wake = IdleState("sleep", 0.0, 0.0, 3e-6, 0.0, 0.0, 0.0)
    a, b = core("a", [CRAWL, RUN]), core("b", [RUN], ["linear"], idle=(wake,))
    graph = chain([40, 40], [20], kinds=["conv", "linear"], gates=[gate(0, 8, 0.5)])
    tasks = as_graph(problem(graph, platform([a, b]), deadline_us=200), (0, 0))
    assert check_problem(tasks) == ()
    assert [[mode.ticks for mode in task.modes] for task in tasks.tasks] == [
        [48_000, 12_000],  # the head of the only gate runs with its segment
        [40_000, 10_000, 10_000],
    ]
    to_b = tasks.link[0][1]
    assert to_b is not None
    assert tasks.edges[0].ticks[to_b] == 20_000 + 3_000  # the transfer, then b wakes


def test_heft_puts_every_segment_where_it_finishes_first() -> None:
    # On a, the second segment would end at 10 + 40; on b at 10 + 20 + 10.
    a, b = core("a", [RUN]), core("b", [RUN], ["linear"])
    a = replace(a, cost=replace(a.cost, cycles_per_mac={"conv": 1.0, "linear": 4.0}))
    table = problem(
        chain([40, 40], [20], kinds=["conv", "linear"]), platform([a, b]), deadline_us=200
    )
    for algorithm in (heft, peft):
        assert placed(table, algorithm.solve(table).assignment.modes) == ["a/run", "b/run"]


def test_slack_is_spent_on_slower_points() -> None:
    device = platform([core("a", [CRAWL, RUN])])
    tight = problem(chain([40, 40], [20]), device, deadline_us=20)
    loose = problem(chain([40, 40], [20]), device, deadline_us=80)
    assert placed(tight, heft_slack.solve(tight).assignment.modes) == ["a/run", "a/run"]
    assert placed(loose, heft_slack.solve(loose).assignment.modes) == ["a/crawl", "a/crawl"]
    assert placed(loose, heft.solve(loose).assignment.modes) == ["a/run", "a/run"]
