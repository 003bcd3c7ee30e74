"""What is wrong with a stream or a recipe is said before training, all of it, and exactly."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from devicemodels.documents.errors import InputError
from networks.errors import network_error
from networks.learning.recipes import require_recipe
from networks.learning.splits import load_split, load_splits
from networks.spec import NetworkSpec
from networks.streams import speech_commands
from networks.streams.windows import SplitName, Windows
from networks.training import train
from tests.sound_files import wave_file
from tests.training_worlds import SPEC, build, load

Change = Callable[[Windows], Windows]


def _spoiled(split: SplitName, change: Change) -> NetworkSpec:
    """The spec with one split of its stream changed."""
    return replace(SPEC, load=lambda s: change(load(s)) if s == split else load(s))


def _not_finite(windows: Windows) -> Windows:
    samples = windows.samples.copy()
    samples[7, 1, 3] = np.nan
    samples[11, 0, 0] = -np.inf
    return replace(windows, samples=samples)


def _first(windows: Windows, count: int) -> Windows:
    return replace(
        windows,
        samples=windows.samples[:count],
        labels=windows.labels[:count],
        subjects=windows.subjects[:count],
    )


def _relabelled(value: int) -> Change:
    return lambda windows: replace(windows, labels=np.full_like(windows.labels, value))


SPOILED: dict[str, tuple[SplitName, Change, list[str]]] = {
    "not finite": (
        "train",
        _not_finite,
        [
            "split 'train' of stream 'bumps': 2 of 200 samples have NaN or infinite values, sample "
            "7 is the first",
            "  try: repair or leave out what the sensor did not give",
        ],
    ),
    "no positive": (
        "validation",
        _relabelled(0),
        [
            "split 'validation' of stream 'bumps' has 200 samples, all of them negative",
            "  try: a gate can learn and be judged only where both classes occur",
        ],
    ),
    "no negative": (
        "test",
        _relabelled(1),
        [
            "split 'test' of stream 'bumps' has 200 samples, all of them positive",
            "  try: a gate can learn and be judged only where both classes occur",
        ],
    ),
    "empty": (
        "test",
        lambda windows: _first(windows, 0),
        [
            "split 'test' of stream 'bumps' has no samples",
            "  try: check what the stream was read from",
        ],
    ),
    "another label": (
        "train",
        lambda windows: replace(windows, labels=(windows.labels * 3).astype(np.int8)),
        [
            "split 'train' of stream 'bumps': label 3 is neither 0 nor 1",
            "  try: 1 is what the device waits for, 0 is everything else",
            "split 'train' of stream 'bumps' has 200 samples, all of them negative",
            "  try: a gate can learn and be judged only where both classes occur",
        ],
    ),
    "lengths": (
        "train",
        lambda windows: replace(windows, labels=windows.labels[1:]),
        [
            "split 'train' of stream 'bumps' has 200 samples, 199 labels and 200 subjects",
            "  try: every sample has one label and one subject",
        ],
    ),
    "type": (
        "train",
        lambda windows: replace(windows, samples=windows.samples.astype(np.float64)),  # type: ignore[arg-type]
        [
            "split 'train' of stream 'bumps': samples are float64, not float32",
            "  try: convert them: samples.astype(np.float32)",
        ],
    ),
    "shape": (
        "validation",
        lambda windows: replace(windows, samples=windows.samples[:, :, :12]),
        [
            "split 'validation' of stream 'bumps': a sample has shape (2, 12), network 'bumps' "
            "takes (2, 16)",
            "  try: cut the windows to that size, or give the network another input shape",
        ],
    ),
    "sample rate": (
        "test",
        lambda windows: replace(windows, sample_rate_hz=50.0),
        [
            "split 'test' of stream 'bumps': the sample rate is 50 Hz, network 'bumps' expects "
            "160 Hz",
            "  try: resample the stream, or train a network for its rate",
        ],
    ),
    "leak": (
        "test",
        lambda windows: replace(windows, subjects=load("train").subjects + 3),
        [
            "stream 'bumps': 1 subject is in both 'train' and 'test', 3 is the first",
            "  try: split by subject: who taught the network must not judge it",
        ],
    ),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_stream_that_cannot_be_used_is_refused_before_training(name: str, tmp_path: Path) -> None:
    split, change, lines = SPOILED[name]
    with pytest.raises(InputError) as caught:
        train(_spoiled(split, change), tmp_path, seed=0, show_progress=False)
    *said, count = str(caught.value).splitlines()
    assert said == lines
    assert count == ("1 problem" if len(lines) == 2 else "2 problems")
    assert not list(tmp_path.iterdir())


def test_every_problem_of_every_split_and_of_the_recipe_is_said_at_once(tmp_path: Path) -> None:
    def spoiled(split: SplitName) -> Windows:
        windows = replace(load(split), subjects=load("train").subjects)
        if split == "validation":
            raise network_error("validation cannot be read")
        return _not_finite(windows) if split == "train" else windows

    spec = replace(SPEC, load=spoiled, recipe=replace(SPEC.recipe, gate_weights=(1.0,)))
    with pytest.raises(InputError) as caught:
        train(spec, tmp_path, seed=0, show_progress=False)
    said = str(caught.value)
    assert said.splitlines()[-1] == "4 problems"
    for words in (
        "gate_weights is (1.0,)",
        "2 of 200 samples have NaN",
        "validation cannot be read",
        "4 subjects are in both 'train' and 'test', 0 is the first",
    ):
        assert words in said


def test_what_is_missing_for_every_split_is_said_once() -> None:
    def absent(split: SplitName) -> Windows:
        raise network_error("the package is not installed", hint="pip install it")

    with pytest.raises(InputError) as caught:
        load_splits(replace(SPEC, load=absent), build())
    assert str(caught.value).splitlines() == [
        "the package is not installed",
        "  try: pip install it",
        "1 problem",
    ]


def test_a_good_stream_is_given_as_it_is() -> None:
    splits = load_splits(SPEC, build())
    np.testing.assert_array_equal(splits.validation.samples, load("validation").samples)
    assert load_split(SPEC, build(), "test").subjects.min() == 200


RECIPES: dict[str, tuple[dict[str, object], list[str]]] = {
    "gates": (
        {"gate_weights": (0.5,)},
        [
            "gate_weights is (0.5,), but its 2 gates are early, middle",
            "  try: give one weight for each gate, in order",
        ],
    ),
    "sparsity": (
        {"sparsity_weights": (0.1, 0.2, 0.3)},
        [
            "sparsity_weights is (0.1, 0.2, 0.3), but its 2 gates are early, middle",
            "  try: give one weight for each gate, in order",
        ],
    ),
    "negative": (
        {"gate_weights": (0.5, -1.0)},
        ["gate_weights is (0.5, -1.0); no weight may be below 0 or not finite"],
    ),
    "frozen": (
        {"frozen_parts": ("erly",)},
        [
            "frozen_parts has 'erly', which is no part of the trunk",
            "  try: did you mean 'early'?",
        ],
    ),
    "batch": ({"batch_size": 1}, ["batch_size is 1; it must be at least 2"]),
    "rate": ({"learning_rate": float("nan")}, ["learning_rate is nan; it must be above 0"]),
    "classes": (
        {"positive_weight": "even"},
        ["positive_weight is 'even'; it must be above 0, or 'balanced'"],
    ),
    "floor": ({"recall_floor": 95.0}, ["recall_floor is 95.0; it must be from 0 to 1"]),
    "share": ({"warm_up_share": -0.1}, ["warm_up_share is -0.1; it must be from 0 to 1"]),
    "confidence": (
        {"recall_confidence": 1.0},
        ["recall_confidence is 1.0; it must be between 0 and 1, or None"],
    ),
}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_that_cannot_train_the_network(name: str) -> None:
    changed, (message, *hint) = RECIPES[name]
    with pytest.raises(InputError) as caught:
        require_recipe(replace(SPEC.recipe, **changed), build())  # type: ignore[arg-type]
    assert str(caught.value).splitlines() == [
        f"recipe of 'bumps': {message}",
        *hint,
        "1 problem",
    ]


def test_the_recipes_here_can_train() -> None:
    require_recipe(SPEC.recipe, build())
    require_recipe(replace(SPEC.recipe, sparsity_weights=(0.1, 0.1)), build())


def test_sound_of_another_rate_is_refused_by_its_file_and_by_its_network(tmp_path: Path) -> None:
    sound = np.zeros(16000, dtype=np.float32)
    for word in ("yes", "no"):
        (tmp_path / word).mkdir()
        for speaker in range(60):
            path = tmp_path / word / f"{speaker:08x}_nohash_0.wav"
            path.write_bytes(wave_file(sound, 16000))

    def commands(split: SplitName) -> Windows:
        return speech_commands.load(split, folder=tmp_path, word="yes")

    spec = replace(SPEC, stream="speech_commands", load=commands, sample_rate_hz=8000)
    network = build()
    network.input_shape = (1, 1, 16000)
    with pytest.raises(InputError) as caught:
        load_splits(spec, network)
    assert [problem.message for problem in caught.value.problems] == [
        f"split '{split}' of stream 'speech_commands': the sample rate is 16000 Hz, network "
        "'bumps' expects 8000 Hz"
        for split in ("train", "validation", "test")
    ]
    path.write_bytes(wave_file(sound[:8000], 8000))
    with pytest.raises(InputError, match="the sample rate is 8000 Hz, not 16000 Hz"):
        load_splits(spec, network)
