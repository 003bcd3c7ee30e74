"""DADS: the minimum cut of a network's graph, by hand and against every way to cut."""

from itertools import product
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.algorithms import dads
from scheduler.algorithms.dads import surgery
from scheduler.infeasible import Infeasible
from tests.baseline_worlds import chain, core, placed, platform, point, problem

DIAMOND = [(0, 1), (0, 2), (1, 3), (2, 3)]


def cost(
    kept: tuple[bool, ...],
    first: list[float],
    second: list[float],
    edges: list[tuple[int, int]],
    sent: list[float],
) -> float:
    """Total time; infinite if anything would have to come back."""
    if any(kept[b] and not kept[a] for a, b in edges):
        return inf
    crossing = {a for a, b in edges if kept[a] and not kept[b]}
    work = sum(first[v] if here else second[v] for v, here in enumerate(kept))
    return work + sum(sent[v] for v in crossing)


def test_an_output_with_two_readers_is_sent_once() -> None:
    # Cut after 0: 1 + 4 + (1 + 1 + 1) = 8. Were it sent twice, all on the second would win: 9.
    first, second, sent = [1.0, 5.0, 5.0, 5.0], [6.0, 1.0, 1.0, 1.0], [4.0, 1.0, 1.0, 0.0]
    assert surgery(first, second, DIAMOND, sent) == (True, False, False, False)


def test_branches_may_be_cut_at_different_depths() -> None:
    # 0, 1 stay (1 + 1), 2 and 3 go (1 + 1), outputs of 0 and 1 are sent (2 + 2): 8.
    first, second, sent = [1.0, 1.0, 9.0, 9.0], [9.0, 9.0, 1.0, 1.0], [2.0, 2.0, 2.0, 0.0]
    assert surgery(first, second, DIAMOND, sent) == (True, True, False, False)


def test_nothing_comes_back() -> None:
    # The middle is faster on the second processor, but its result could not return.
    assert surgery([1.0, 9.0, 1.0], [9.0, 1.0, 9.0], [(0, 1), (1, 2)], [0.1, 0.1, 0.0]) == (
        True,
        True,
        True,
    )


def test_what_neither_can_run_is_an_error() -> None:
    with pytest.raises(ValueError, match="neither processor"):
        surgery([1.0, inf], [1.0, inf], [(0, 1)], [1.0, 0.0])


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_no_cut_is_faster(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 6))
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    edges = sorted(data.draw(st.sets(st.sampled_from(pairs)))) if pairs else []
    times = st.lists(st.integers(0, 20), min_size=count, max_size=count)
    first, second, sent = (list(map(float, data.draw(times))) for _ in range(3))
    kept = surgery(first, second, edges, sent)
    best = min(
        cost(option, first, second, edges, sent) for option in product((True, False), repeat=count)
    )
    assert cost(kept, first, second, edges, sent) == best


def test_on_a_chain_the_fastest_cut_is_found_even_if_a_slower_one_saves_energy() -> None:
    # Times by hand: a: 40 + 40, b: 10 + 10, crossing 20. All on b: 20 us; a then b: 40 + 20 + 10.
    slow, fast = core("a", [point("p", 1, 10)]), core("b", [point("p", 4, 1000)])
    table = problem(chain([40, 40], [20]), platform([slow, fast]), deadline_us=60)
    solution = dads.solve(table)
    assert placed(table, solution.assignment.modes) == ["b/p", "b/p"]


def test_without_a_cut_in_time_it_says_so_with_its_name() -> None:
    slow, fast = core("a", [point("p", 1, 10)], ["conv"]), core("b", [point("p", 4, 9)], ["linear"])
    graph = chain([40, 40], [20], kinds=["linear", "conv"])
    table = problem(graph, platform([slow, fast]), deadline_us=60)
    with pytest.raises(Infeasible):
        dads.solve(table)
    loose = problem(graph, platform([slow, fast]), deadline_us=100)
    assert placed(loose, dads.solve(loose).assignment.modes) == ["b/p", "a/p"]
