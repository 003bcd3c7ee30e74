"""Gaps in lines and pools: the first that is large enough, as a search tick by tick finds it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.graphs.lanes import Line, Pool

work = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 5), st.integers(0, 1)), min_size=1, max_size=12
)


def fits(
    placed: list[tuple[int, int, int]], start: int, ticks: int, point: int, switch: int
) -> bool:
    """Whether each neighbour in the order of starts leaves room, and for a switch if it must."""
    for begin, length, other in placed:
        gap = switch if other != point else 0
        after = start >= begin + length + gap
        before = begin >= start + ticks + gap
        if not (after or before):
            return False
    return True


@settings(max_examples=300, deadline=None, derandomize=True)
@given(work, st.sampled_from((0, 0, 2)))
def test_a_line_finds_the_first_gap(rows: list[tuple[int, int, int]], switch: int) -> None:
    line, placed = Line(switch), []  # type: ignore[var-annotated]
    for ready, length, point in rows:
        ticks = max(length, 1) if switch else length
        start = line.earliest(ready, ticks, point)
        slow = next(t for t in range(ready, 1000) if fits(placed, t, ticks, point, switch))
        assert start == slow
        line.add(start, ticks, point)
        placed.append((start, ticks, point))
    assert line.starts == sorted(line.starts)
    for start, ticks, _ in reversed(placed):
        line.remove(start, ticks)
    assert (line.starts, line.ends, line.points) == ([], [], [])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.integers(1, 4), st.data())
def test_a_pool_finds_the_first_room(capacity: int, data: st.DataObject) -> None:
    pool, taken = Pool(capacity), [0] * 400
    for _ in range(data.draw(st.integers(1, 12))):
        ready, ticks = data.draw(st.integers(0, 20)), data.draw(st.integers(0, 5))
        units = data.draw(st.integers(1, capacity))
        start = pool.earliest(ready, ticks, units)
        assert start == next(
            t
            for t in range(ready, 400)
            if all(used + units <= capacity for used in taken[t : t + ticks])
        )
        pool.add(start, ticks, units)
        for tick in range(start, start + ticks):
            taken[tick] += units
