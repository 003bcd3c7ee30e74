"""The search of a sweep, on tables in place of trainings."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from networks.sweep.candidates import Candidate
from networks.sweep.results import Measured, Point
from networks.sweep.search import SweepRules, WrongBound, by_turns, search
from tests.sweep_worlds import SweepWorld, candidate, point, sweep_worlds, unsound

checked = settings(derandomize=True, database=None, deadline=None, max_examples=100)


def _as_good(one: Point, other: Point) -> bool:
    return (
        one.energy_j <= other.energy_j
        and one.recall >= other.recall
        and one.accuracy >= other.accuracy
    )


@given(sweep_worlds())
@checked
def test_nothing_on_the_front_is_beaten_and_nothing_that_was_measured_beats_it(
    world: SweepWorld,
) -> None:
    result = search(world.candidates, world.measure, world.rules)
    front = [member.point for member in result.front]
    measured = [p for training in result.trainings for p in training.measured.points]
    for index, kept in enumerate(front):
        assert not any(_as_good(p, kept) for p in front[:index] + front[index + 1 :])
    for p in measured:
        assert any(_as_good(kept, p) for kept in front)
    assert all(kept in measured for kept in front)


@given(sweep_worlds())
@checked
def test_whoever_was_skipped_would_not_have_lowered_the_energy(world: SweepWorld) -> None:
    result = search(world.candidates, world.measure, world.rules)
    assert unsound(result, world.truth) == []
    for one in result.skipped:
        beater = next(t for t in result.trainings if t.name == one.beaten_by)
        assert one.energy_j <= one.optimistic_j
        assert any(
            p.energy_j == one.energy_j
            and p.recall >= world.rules.enough_recall
            and p.accuracy >= world.rules.enough_accuracy
            for p in beater.measured.points
        )


@given(sweep_worlds())
@checked
def test_the_lower_bound_holds_for_whatever_might_still_be_trained(world: SweepWorld) -> None:
    result = search(world.candidates, world.measure, world.rules)
    done = {t.candidate for t in result.trainings if t.epochs == world.rules.epochs}
    for (name, epochs), measured in world.truth.items():
        if name not in done or (name, epochs) in {
            (t.candidate, t.epochs) for t in result.trainings
        }:
            assert measured.least_energy_j >= result.lower_bound_j
    assert all(member.point.energy_j >= result.lower_bound_j for member in result.front)


@given(sweep_worlds())
@checked
def test_the_budget_is_kept_and_everyone_is_accounted_for_once(world: SweepWorld) -> None:
    calls = []

    def counted(one: Candidate, epochs: int) -> Measured:
        calls.append((one.name, epochs))
        return world.measure(one, epochs)

    result = search(world.candidates, counted, world.rules)
    assert len(calls) == len(set(calls)) == len(result.trainings) <= world.rules.trainings
    assert [(t.candidate, t.epochs) for t in result.trainings] == calls
    trained = {t.candidate for t in result.trainings}
    skipped = [one.candidate for one in result.skipped]
    untried = [one.candidate for one in result.untried]
    assert sorted([*trained, *skipped, *untried]) == sorted(c.name for c in world.candidates)
    assert result == search(world.candidates, world.measure, world.rules)
    if result.untried:
        assert len(calls) == world.rules.trainings


def test_a_wrong_bound_is_caught_as_soon_as_its_candidate_is_trained() -> None:
    one = candidate("c0", ("early",), 5.0)
    rules = SweepRules(trainings=1, epochs=1, enough_recall=0.5, enough_accuracy=0.5)
    with pytest.raises(WrongBound, match=re.escape("c0 takes 4.0 J, and 5.0 J were proved")):
        search([one], lambda _c, _e: Measured((point(4.0),), 0.0), rules)


def test_a_wrong_bound_that_hides_a_candidate_is_seen_by_training_it_all_the_same() -> None:
    truth = {
        ("c0", 1): Measured((point(3.0),), 0.0),
        ("c1", 1): Measured((point(2.0),), 0.0),
    }
    sound = (candidate("c0", ("early",), 1.0), candidate("c1", ("late",), 2.0))
    rules = SweepRules(trainings=2, epochs=1, enough_recall=0.5, enough_accuracy=0.5)
    world = SweepWorld(sound, truth, rules)
    right = search(sound, world.measure, rules)
    assert [member.training for member in right.front] == ["c1-epochs1"]
    wrong = (sound[0], replace(sound[1], price=replace(sound[1].price, optimistic_j=3.5)))
    misled = search(wrong, world.measure, rules)
    assert [one.candidate for one in misled.skipped] == ["c1"]
    assert unsound(misled, truth) == ["c1"]
    assert unsound(right, truth) == []


def test_equal_points_stay_with_the_training_that_came_first() -> None:
    pair = (candidate("c0", ("early",), 1.0), candidate("c1", ("early",), 1.0))
    rules = SweepRules(trainings=2, epochs=1, enough_recall=0.5, enough_accuracy=0.5)
    result = search(pair, lambda _c, _e: Measured((point(2.0), point(2.0)), 0.0), rules)
    assert [member.training for member in result.front] == ["c0-epochs1"]


def test_a_dearer_network_is_trained_if_the_cheaper_one_is_not_good_enough() -> None:
    pair = (candidate("c0", ("early",), 1.0), candidate("c1", ("late",), 3.0))
    rules = SweepRules(trainings=2, epochs=1, enough_recall=0.9, enough_accuracy=0.5)
    truth = {"c0": point(1.0, recall=0.8), "c1": point(3.0)}
    result = search(pair, lambda c, _: Measured((truth[c.name],), 0.0), rules)
    assert [member.training for member in result.front] == ["c0-epochs1", "c1-epochs1"]


def test_sets_of_cuts_take_turns_the_lowest_bound_first() -> None:
    rows = [
        candidate("c0", ("late",), 3.0),
        candidate("c1", ("early",), 2.0),
        candidate("c2", ("early",), 1.0),
        candidate("c3", ("early",), 2.0),
    ]
    assert [c.name for c in by_turns(rows)] == ["c2", "c0", "c1", "c3"]


def test_a_third_of_the_trainings_is_kept_for_all_epochs() -> None:
    rules = SweepRules(trainings=6, epochs=20, enough_recall=0.5, enough_accuracy=0.5)
    assert (rules.short_trainings, rules.short_epochs) == (4, 5)
    assert replace(rules, epochs=1).short_trainings == 6
    assert replace(rules, trainings=1).short_trainings == 0
