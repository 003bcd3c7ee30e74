"""The early-exit mapper cuts at exits only; Neurosurgeon cuts anywhere, once."""

from scheduler.algorithms import chain_dp, early_exit_mapper, neurosurgeon
from scheduler.expectation import expect
from scheduler.taskgraph import GateChoice, GateUse
from tests.baseline_worlds import chain, core, gate, placed, platform, point, problem

NEAR, FAR = core("near", [point("p", 1, 10)]), core("far", [point("p", 10, 20)], ["conv"])
"""10 pJ a cycle; 2 pJ a cycle, but it cannot run gate heads."""


def test_without_exits_the_network_stays_whole() -> None:
    graph = chain([10, 100], [4])
    table = problem(graph, platform([NEAR, FAR]), deadline_us=1000)
    modes = early_exit_mapper.solve(table).assignment.modes
    assert len(set(modes)) == 1


def test_it_cuts_at_the_exit_while_others_cut_where_it_is_cheapest() -> None:
    # The tensor behind the exit takes 400 nJ to cross, the next one 8; all on near takes 200.
    stops = gate(0, 0, negative=0.5)
    graph = chain([10, 10, 20_000], [400, 8], gates=[stops])
    table = problem(graph, platform([NEAR, FAR]), deadline_us=90_000, period_us=1e5, negative=1.0)
    mapped = early_exit_mapper.solve(table).assignment
    cut = neurosurgeon.solve(table).assignment
    assert placed(table, mapped.modes) == ["near/p", "near/p", "near/p"]
    assert placed(table, cut.modes) == ["near/p", "near/p", "far/p"]
    assert chain_dp.solve(table).assignment.modes == cut.modes


def test_exits_and_thresholds_are_chosen_together_with_the_mapping() -> None:
    heads = [gate(0, 0, 0.5), gate(1, 0, 0.5)]
    sharp, blunt = (
        GateUse("g0", 0.9, {"negative": 0.9, "positive": 0.4}),
        GateUse("g0", 0.5, {"negative": 0.5, "positive": 0.0}),
    )
    choices = [
        GateChoice((), 0.95, 1.0),
        GateChoice((sharp,), 0.80, 0.6),
        GateChoice((blunt,), 0.95, 1.0),
    ]
    graph = chain([10, 10, 20_000], [8, 8], gates=heads, choices=choices)
    device = platform([NEAR, FAR])
    strict = problem(graph, device, deadline_us=9000, negative=0.9, accuracy_floor=0.9)
    lax = problem(graph, device, deadline_us=9000, negative=0.9, accuracy_floor=0.7)
    assert early_exit_mapper.solve(strict).assignment.gates == 2
    assert early_exit_mapper.solve(lax).assignment.gates == 1
    lax_j, strict_j = (
        expect(table, early_exit_mapper.solve(table).assignment).energy_per_sample_j
        for table in (lax, strict)
    )
    assert lax_j < strict_j


def test_no_processor_is_returned_to() -> None:
    # Only near runs the first and the last part; far would save most of the middle one's 200 nJ.
    heads = [gate(0, 0, 0.0, kind="conv"), gate(1, 0, 0.0, kind="conv")]
    graph = chain([10, 20_000, 10], [4, 4], kinds=["linear", "conv", "linear"], gates=heads)
    table = problem(graph, platform([NEAR, FAR]), deadline_us=90_000, period_us=1e5)
    mapped = early_exit_mapper.solve(table).assignment
    assert placed(table, mapped.modes) == ["near/p", "near/p", "near/p"]
    best = chain_dp.solve(table).assignment
    assert placed(table, best.modes) == ["near/p", "far/p", "near/p"]
