"""Whatever is wrong with a stream, a recipe or a schedule is answered in words, and all of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.documents.errors import InputError
from networks.learning.fitting import _bounds
from networks.learning.losses import in_balance, risen_at
from networks.learning.recipes import recipe_problems
from networks.learning.splits import load_splits
from networks.streams.windows import SplitName, Windows
from tests.training_worlds import SPEC, build, load

REPEATABLE = settings(derandomize=True, database=None, deadline=None)

NETWORK = build()
SPLITS: tuple[SplitName, ...] = get_args(SplitName)
STREAM = {split: load(split) for split in SPLITS}


def _with_value(windows: Windows, index: int, value: float) -> Windows:
    samples = windows.samples.copy()
    samples.reshape(-1)[index % samples.size] = value
    return replace(windows, samples=samples)


def _with_label(windows: Windows, index: int, value: int) -> Windows:
    labels = windows.labels.copy()
    labels[index % len(labels)] = value
    return replace(windows, labels=labels)


FAULTS: dict[str, Callable[[Windows, int], Windows]] = {
    "NaN or infinite": lambda w, i: _with_value(w, i, [np.nan, np.inf, -np.inf][i % 3]),
    "neither 0 nor 1": lambda w, i: _with_label(w, i, [2, -1, 127][i % 3]),
    "all of them": lambda w, i: replace(w, labels=np.full_like(w.labels, i % 2)),
    "has shape": lambda w, i: replace(w, samples=w.samples[:, :, : 1 + i % 15]),
    "not float32": lambda w, i: replace(w, samples=w.samples.astype(np.float16)),  # type: ignore[arg-type]
    "the sample rate is": lambda w, i: replace(w, sample_rate_hz=float(1 + i % 100)),
}
"""By words of the message: a split of the stream spoiled in a drawn way."""

LABELS = ("neither 0 nor 1", "all of them")
"""One of them may hide the other."""

ORDER = ("has shape", *LABELS, "not float32", "NaN or infinite", "the sample rate is")
"""What cuts samples off comes before what spoils one."""


@given(
    faults=st.lists(
        st.tuples(st.sampled_from(SPLITS), st.sampled_from(sorted(FAULTS)), st.integers(0, 10_000)),
        unique_by=lambda fault: (fault[0], fault[1] in LABELS or fault[1]),
        max_size=4,
    )
)
@settings(REPEATABLE, max_examples=60)
def test_every_fault_of_every_split_is_told_and_nothing_else(
    faults: list[tuple[SplitName, str, int]],
) -> None:
    stream = dict(STREAM)
    for split, words, index in sorted(faults, key=lambda fault: ORDER.index(fault[1])):
        stream[split] = FAULTS[words](stream[split], index)
    spec = replace(SPEC, load=lambda split: stream[split])
    if not faults:
        assert load_splits(spec, NETWORK).test is stream["test"]
        return
    with pytest.raises(InputError) as caught:
        load_splits(spec, NETWORK)
    said = [problem.message for problem in caught.value.problems]
    for split, words, _ in faults:
        assert any(f"split '{split}'" in line and words in line for line in said)
    assert len(said) == len(faults)


@given(shared=st.sets(st.integers(0, 3)), pair=st.sampled_from([(0, 1), (0, 2), (1, 2)]))
@settings(REPEATABLE, max_examples=30)
def test_each_leak_is_counted(shared: set[int], pair: tuple[int, int]) -> None:
    one, other = SPLITS[pair[0]], SPLITS[pair[1]]
    subjects = STREAM[other].subjects.copy()
    for number in shared:
        own = STREAM[other].subjects == STREAM[other].subjects.min() + number
        subjects[own] = STREAM[one].subjects.min() + number
    stream = {**STREAM, other: replace(STREAM[other], subjects=subjects)}
    spec = replace(SPEC, load=lambda split: stream[split])
    if not shared:
        load_splits(spec, NETWORK)
        return
    with pytest.raises(InputError) as caught:
        load_splits(spec, NETWORK)
    (problem,) = caught.value.problems
    count = "1 subject is" if len(shared) == 1 else f"{len(shared)} subjects are"
    assert f"{count} in both '{one}' and '{other}'" in problem.message


NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "epochs": st.integers(-2, 3),
    "batch_size": st.integers(-1, 4),
    "learning_rate": NUMBERS,
    "weight_decay": NUMBERS,
    "gate_weights": st.lists(NUMBERS, max_size=3).map(tuple),
    "sparsity_weights": st.lists(NUMBERS, max_size=3).map(tuple),
    "positive_weight": st.one_of(NUMBERS, st.sampled_from(["balanced", "even"])),
    "gate_positive_weight": st.one_of(NUMBERS, st.sampled_from(["balanced", "even"])),
    "recall_floor": NUMBERS,
    "warm_up_share": NUMBERS,
    "margin_share": NUMBERS,
    "frozen_parts": st.lists(st.sampled_from(["early", "late", "erly", ""]), max_size=3).map(tuple),
    "recall_confidence": st.one_of(st.none(), NUMBERS),
}


@given(changed=st.fixed_dictionaries({}, optional=FIELDS))
@settings(REPEATABLE, max_examples=200)
def test_a_recipe_is_sound_or_its_wrong_fields_are_named(changed: dict[str, Any]) -> None:
    recipe = replace(SPEC.recipe, **changed)
    problems = [problem.message for problem in recipe_problems(recipe, NETWORK)]
    named = {name for name in changed if any(f": {name} " in message for message in problems)}
    assert all(any(f": {name} " in message for name in changed) for message in problems)
    wrong = {
        "epochs": lambda value: value < 1,
        "batch_size": lambda value: value < 2,
        "learning_rate": lambda value: not 0 < value < np.inf,
        "weight_decay": lambda value: not 0 <= value < np.inf,
        "gate_weights": lambda value: len(value) != 2 or not all(0 <= v < np.inf for v in value),
        "sparsity_weights": lambda value: (
            len(value) not in (0, 2) or not all(0 <= v < np.inf for v in value)
        ),
        "positive_weight": lambda value: (
            value != "balanced" and (value == "even" or not 0 < value < np.inf)
        ),
        "gate_positive_weight": lambda value: (
            value != "balanced" and (value == "even" or not 0 < value < np.inf)
        ),
        "recall_floor": lambda value: not 0 <= value <= 1,
        "warm_up_share": lambda value: not 0 <= value <= 1,
        "margin_share": lambda value: not 0 <= value <= 1,
        "frozen_parts": lambda value: bool({"erly", ""} & set(value)),
        "recall_confidence": lambda value: value is not None and not 0 < value < 1,
    }
    assert named == {name for name, value in changed.items() if wrong[name](value)}


@given(count=st.integers(1, 500), size=st.integers(2, 40))
@REPEATABLE
def test_batches_hold_every_sample_once_and_none_alone(count: int, size: int) -> None:
    bounds = _bounds(count, size)
    assert [i for start, end in bounds for i in range(start, end)] == list(range(count))
    assert all(2 <= end - start <= size + 1 for start, end in bounds) or count == 1


@given(steps=st.integers(1, 400), share=st.floats(0, 1))
@REPEATABLE
def test_weights_rise_from_0_to_1_and_stay(steps: int, share: float) -> None:
    risen = [risen_at(step, steps, share) for step in range(steps)]
    assert all(0 <= value <= 1 for value in risen)
    assert risen == sorted(risen)
    assert all(value == 1 for step, value in enumerate(risen) if step >= share * steps)
    assert risen[0] == 0 or share * steps == 0


@given(labels=st.lists(st.sampled_from([0, 1]), min_size=2).filter(lambda drawn: sum(drawn) > 0))
@REPEATABLE
def test_balanced_classes_weigh_alike(labels: list[int]) -> None:
    drawn = np.array(labels, dtype=np.int8)
    weight = in_balance(SPEC.recipe, drawn).positive_weight
    assert not isinstance(weight, str)
    assert weight * drawn.sum() == pytest.approx(len(drawn) - drawn.sum())
