"""Nothing that judges a network has taught it: tests that would fail if it had."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from networks.errors import NetworkError
from networks.gated import GatedNetwork
from networks.learning.fitting import fit
from networks.learning.losses import event_logit
from networks.learning.splits import load_splits
from networks.streams.windows import SplitName, Windows
from networks.training import TASKGRAPH_FILE, WEIGHTS_FILE, train
from networks.zoo import network_names, network_spec
from tests.training_worlds import SPEC, load

PERMUTATIONS = 10


def _separation(network: GatedNetwork, windows: Windows) -> NDArray[np.float64]:
    """How well the answer and each gate tell the classes apart: 0.5 is chance, 1 is perfect.

    The share of pairs of a positive and a negative in which the positive scores higher.
    """
    with torch.no_grad():
        crossing = network.crossing(torch.from_numpy(windows.samples))
    logits = torch.cat([event_logit(crossing.output)[:, None], crossing.gate_logits], dim=1).numpy()
    positives, negatives = logits[windows.labels == 1], logits[windows.labels == 0]
    return np.asarray((positives[:, None] > negatives[None]).mean(axis=(0, 1)))


EVEN = replace(SPEC, recipe=replace(SPEC.recipe, positive_weight=1.0, gate_positive_weight=1.0))
"""Both classes are treated alike."""


def _fitted(windows: Windows, seed: int) -> GatedNetwork:
    return fit(EVEN, windows, seed, epochs=12, progress=lambda epoch: None)


def _halves(split: SplitName) -> Windows:
    """As many negatives as positives.

    Were there more, what learns by heart would say "negative" where it is surest, and that is where
    the bumps are: it would be worse than chance.
    """
    windows = load(split)
    positives, negatives = np.flatnonzero(windows.labels == 1), np.flatnonzero(windows.labels == 0)
    kept = np.sort(np.concatenate([positives, negatives[: len(positives)]]))
    return replace(
        windows,
        samples=windows.samples[kept],
        labels=windows.labels[kept],
        subjects=windows.subjects[kept],
    )


def _shuffled(windows: Windows, seed: int) -> Windows:
    return replace(windows, labels=np.random.default_rng(seed).permutation(windows.labels))


def test_a_network_that_learned_shuffled_labels_is_at_chance() -> None:
    """One run may lean either way, as bumps are all that there is to see; all together do not."""
    train_windows, test = _halves("train"), load("test")
    assert (_separation(_fitted(train_windows, 0), test) > 0.9).all()
    runs = np.array(
        [
            _separation(_fitted(_shuffled(train_windows, seed), seed), test)
            for seed in range(PERMUTATIONS)
        ]
    )
    error = runs.std(axis=0, ddof=1) / np.sqrt(PERMUTATIONS)
    assert (np.abs(runs.mean(axis=0) - 0.5) < 3 * error).all()
    assert (error < 0.15).all()


def test_labels_of_the_test_split_among_what_is_learned_would_be_seen() -> None:
    """The fault that the test above looks for."""
    test = _halves("test")
    for seed in range(2):
        shuffled = _shuffled(_halves("train"), seed)
        leaking = replace(
            shuffled,
            samples=np.concatenate([shuffled.samples, test.samples]),
            labels=np.concatenate([shuffled.labels, test.labels]),
            subjects=np.concatenate([shuffled.subjects, test.subjects]),
        )
        assert (_separation(_fitted(leaking, seed), test) > 0.85).all()


def _spoiled(split: SplitName) -> Windows:
    """The stream, with a test split of nonsense."""
    windows = load(split)
    if split != "test":
        return windows
    random = np.random.default_rng(0)
    return replace(
        windows,
        samples=100 * random.normal(size=windows.samples.shape).astype(np.float32),
        labels=random.permutation(windows.labels),
    )


def test_weights_and_thresholds_never_see_test_data(tmp_path: Path) -> None:
    made = {}
    for name, spec in (("good", SPEC), ("spoiled", replace(SPEC, load=_spoiled))):
        folder = tmp_path / name
        folder.mkdir()
        report = train(spec, folder, seed=1, show_progress=False)
        made[name] = (report, {path.name: path.read_bytes() for path in folder.iterdir()})
    (good, files), (spoiled, others) = made["good"], made["spoiled"]
    assert set(files) == {WEIGHTS_FILE, TASKGRAPH_FILE}
    assert files == others
    assert good.validation == spoiled.validation
    assert good.test != spoiled.test


def test_thresholds_do_see_validation_data(tmp_path: Path) -> None:
    """So the test above could fail."""

    def other(split: SplitName) -> Windows:
        return _shuffled(load(split), 1) if split == "validation" else load(split)

    # Scores that are calibrated on it would change the last weights of the gates too.
    plain = replace(SPEC, recipe=replace(SPEC.recipe, calibrate_gates=False))
    graphs = []
    for name, spec in (("good", plain), ("other", replace(plain, load=other))):
        folder = tmp_path / name
        folder.mkdir()
        train(spec, folder, seed=1, epochs=2, show_progress=False)
        graphs.append((folder / TASKGRAPH_FILE).read_bytes())
        graphs.append((folder / WEIGHTS_FILE).read_bytes())
    assert graphs[0] != graphs[2]
    assert graphs[1] == graphs[3]


def test_only_ds_cnn_has_no_recipe() -> None:
    with pytest.raises(NetworkError, match="it can be traced, not trained"):
        network_spec("ds_cnn")


@pytest.mark.parametrize(
    "name",
    [  # wakeword hears the recordings of words, in longer windows
        pytest.param(name, marks=pytest.mark.heavy) if name == "wakeword" else name
        for name in network_names()
        if name != "ds_cnn"
    ],
)
def test_no_network_of_the_zoo_has_a_subject_in_two_splits(name: str) -> None:
    spec = network_spec(name)
    try:
        splits = load_splits(spec, spec.build())
    except NetworkError as error:
        if "install" in str(error):
            pytest.skip(str(error))
        raise
    assert min(map(len, (splits.train, splits.validation, splits.test))) > 0
