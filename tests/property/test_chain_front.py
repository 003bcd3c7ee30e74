"""The front of a chain against every plan that small problems have."""

from itertools import product

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from scheduler.chains.front import front
from scheduler.infeasible import Infeasible
from tests.chain_worlds import Candidate, Enumerated, enumerated

FIGURES = ("energy", "latency_mean", "latency_p99", "latency_max", "accuracy")


def values(candidate: Candidate, figures: tuple[str, ...]) -> tuple[float, ...]:
    """Lower is better in each."""
    expected = candidate.expected
    of = {
        "energy": expected.energy_per_sample_j,
        "latency_mean": expected.latency_mean_s,
        "latency_p99": expected.latency_p99_s,
        "latency_max": expected.latency_max_s,
        "accuracy": -expected.accuracy,
    }
    return tuple(of[figure] for figure in figures)


def no_worse(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    """Whether ``a`` is at most ``b`` everywhere, but for rounding."""
    return all(x <= y + 1e-9 * abs(y) + 1e-13 for x, y in zip(a, b, strict=True))


def given_away(
    value: tuple[float, ...], figures: tuple[str, ...], epsilons: tuple[float, ...], accuracy: float
) -> tuple[float, ...]:
    """What still counts as no worse than ``value``."""
    return tuple(
        v + epsilon * accuracy if figure == "accuracy" else v * (1.0 + epsilon)
        for v, figure, epsilon in zip(value, figures, epsilons, strict=True)
    )


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(
    enumerated(max_segments=3, max_cores=2, most=600),
    st.lists(st.sampled_from(FIGURES), min_size=1, max_size=3, unique=True).map(tuple),
)
def test_nothing_beats_the_exact_front_and_it_beats_everything(
    small: Enumerated, figures: tuple[str, ...]
) -> None:
    all_values = [values(candidate, figures) for candidate in small.feasible]
    try:
        found = front(small.problem, figures, epsilons=(0.0,) * len(figures))
    except Infeasible:
        assert not all_values
        return
    event(f"{len(found.points)} points")
    assignments = {c.assignment: values(c, figures) for c in small.feasible}
    points = [assignments[point.assignment] for point in found.points]
    for other in all_values:
        assert any(no_worse(point, other) for point in points)
    for point, stated in zip(points, found.points, strict=True):
        told = tuple(
            -v if figure == "accuracy" else v
            for v, figure in zip(stated.values, figures, strict=True)
        )
        assert no_worse(point, told)
        assert no_worse(told, point)


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(enumerated(max_segments=3, max_cores=2, most=600), st.data())
def test_no_plan_beats_a_thinned_front_by_more_than_it_says(
    small: Enumerated, data: st.DataObject
) -> None:
    chosen = st.lists(st.sampled_from(FIGURES), min_size=1, max_size=3, unique=True).map(tuple)
    figures = data.draw(chosen)
    width = st.sampled_from((0.0, 1e-4, 3e-3, 1e-2, 0.1, 0.5))
    epsilons = data.draw(st.tuples(*(width for _ in figures)))
    try:
        found = front(small.problem, figures, epsilons=epsilons)
    except Infeasible:
        assert not small.feasible
        return
    assert found.epsilons == epsilons
    assignments = {c.assignment: values(c, figures) for c in small.feasible}
    points = [assignments[point.assignment] for point in found.points]
    event(f"{len(points)} points")
    accuracy = small.problem.graph.accuracy
    for candidate in small.feasible:
        near = given_away(values(candidate, figures), figures, epsilons, accuracy)
        assert any(no_worse(point, near) for point in points)
    for point, other in product(points, repeat=2):
        assert not no_worse(other, point) or no_worse(point, other)
