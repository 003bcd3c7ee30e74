"""A training that was interrupted goes on to the same bytes; no other may go on from it."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from devicemodels.documents.errors import InputError
from networks.gated import GatedNetwork
from networks.learning.checkpoints import CHECKPOINT_FILE
from networks.learning.fitting import Epoch, fit
from networks.spec import NetworkSpec
from networks.training import TASKGRAPH_FILE, WEIGHTS_FILE, train
from networks.weights import read_tensors, write_tensors
from tests.training_worlds import SPEC, build, load

ROOT = Path(__file__).parents[2]
BATCHES = 13
"""Of one pass: 200 samples by 16."""

KILLED = """
import os, signal, sys
from dataclasses import replace
from pathlib import Path
from networks.training import train
from tests.training_worlds import SPEC, augment
calls = 0
def killing(samples, random):
    global calls
    calls += 1
    if calls == {call}:
        os.kill(os.getpid(), signal.SIGKILL)
    return augment(samples, random)
train(replace(SPEC, augment=killing), Path(sys.argv[1]), seed=3, epochs=5, show_progress=False)
"""


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _kill_after(folder: Path, call: int) -> None:
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", KILLED.format(call=call), str(folder)],
        cwd=ROOT,
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    train(SPEC, folder, seed=3, epochs=5, show_progress=False)
    return _files(folder)


def test_a_killed_training_goes_on_to_the_same_bytes(
    tmp_path: Path, whole: dict[str, bytes]
) -> None:
    """Killed in the middle of the fourth epoch; ends of the others are below, in this process."""
    folder = tmp_path / "killed"
    _kill_after(folder, 3 * BATCHES + 7)
    assert set(_files(folder)) == {CHECKPOINT_FILE}
    train(SPEC, folder, seed=3, epochs=5, resume=True, show_progress=False)
    assert set(whole) == {WEIGHTS_FILE, TASKGRAPH_FILE}
    assert _files(folder) == whole


def _fit(
    path: Path, *, resume: bool, stop: int = 0, spec: NetworkSpec = SPEC, epochs: int = 4
) -> tuple[GatedNetwork, list[int]]:
    seen: list[int] = []

    def progress(epoch: Epoch) -> None:
        seen.append(epoch.done)
        if epoch.done == stop:
            raise KeyboardInterrupt

    network = fit(
        spec, load("train"), 3, epochs=epochs, progress=progress, checkpoint=path, resume=resume
    )
    return network, seen


def _interrupted(path: Path, stop: int = 2, spec: NetworkSpec = SPEC) -> None:
    with pytest.raises(KeyboardInterrupt):
        _fit(path, resume=False, stop=stop, spec=spec)


def _equal(one: GatedNetwork, other: GatedNetwork) -> bool:
    others = other.state_dict()
    return all(torch.equal(tensor, others[name]) for name, tensor in one.state_dict().items())


@pytest.mark.parametrize("stop", [1, 2, 3])
def test_it_goes_on_behind_the_last_epoch_done(tmp_path: Path, stop: int) -> None:
    path = tmp_path / CHECKPOINT_FILE
    _interrupted(path, stop)
    resumed, seen = _fit(path, resume=True)
    assert seen == list(range(stop + 1, 5))
    assert _equal(resumed, _fit(tmp_path / "again", resume=False)[0])


def test_with_frozen_parts_too(tmp_path: Path) -> None:
    path = tmp_path / CHECKPOINT_FILE
    recipe = replace(
        SPEC.recipe, frozen_parts=("early",), sparsity_weights=(0.1, 0.1), warm_up_share=0.5
    )
    spec = replace(SPEC, recipe=recipe)
    _interrupted(path, spec=spec)
    resumed, _ = _fit(path, resume=True, spec=spec)
    assert _equal(resumed, _fit(tmp_path / "again", resume=False, spec=spec)[0])


def test_a_training_that_was_over_needs_no_more_steps(tmp_path: Path) -> None:
    path = tmp_path / CHECKPOINT_FILE
    finished, _ = _fit(path, resume=False)
    resumed, seen = _fit(path, resume=True)
    assert not seen
    assert _equal(resumed, finished)


def _without(tensors: dict[str, torch.Tensor], start: str) -> dict[str, torch.Tensor]:
    """A fault: what starts so is forgotten."""
    return {name: t for name, t in tensors.items() if not name.startswith(start)}


@pytest.mark.parametrize(
    "fault",
    [
        lambda tensors: _without(tensors, "optimizer."),
        lambda tensors: {**tensors, "random.order": torch.Generator().manual_seed(9).get_state()},
        lambda tensors: {**tensors, "random.torch": torch.Generator().manual_seed(9).get_state()},
    ],
)
def test_whatever_a_checkpoint_has_is_needed(
    tmp_path: Path, fault: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]]
) -> None:
    path = tmp_path / CHECKPOINT_FILE
    _interrupted(path)
    write_tensors(fault(read_tensors(path)), path)
    resumed, _ = _fit(path, resume=True)
    assert not _equal(resumed, _fit(tmp_path / "again", resume=False)[0])


def _refusal(path: Path, **changed: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        _fit(path, resume=True, **changed)
    return str(caught.value).replace(str(path.parent), "here").splitlines()


def test_another_training_may_not_go_on(tmp_path: Path) -> None:
    path = tmp_path / CHECKPOINT_FILE
    _interrupted(path)
    before = path.read_bytes()
    recipe = replace(SPEC.recipe, learning_rate=0.25, frozen_parts=("early",))
    where = f"here/{CHECKPOINT_FILE}: it is of a training with"
    assert _refusal(path, spec=replace(SPEC, recipe=recipe), epochs=6) == [
        f"{where} epochs 4, this one has 6",
        f"{where} learning_rate 0.02, this one has 0.25",
        f"{where} frozen_parts [], this one has ['early']",
        "  try: train without --resume, or as it was begun",
        "3 problems",
    ]
    assert path.read_bytes() == before
    with pytest.raises(InputError, match=r"seed 3, this one has 4"):
        fit(SPEC, load("train"), 4, epochs=4, progress=print, checkpoint=path, resume=True)
    with pytest.raises(InputError, match="training data"):
        fit(SPEC, load("test"), 3, epochs=4, progress=print, checkpoint=path, resume=True)
    with pytest.raises(InputError, match="network 'bumps', this one has 'other'"):
        _fit(path, resume=True, spec=replace(SPEC, name="other"))

    def sparser() -> GatedNetwork:
        network = build()
        network.cuts = {p: replace(cut, sparse_share=0.5) for p, cut in network.cuts.items()}
        return network

    with pytest.raises(InputError, match=r"cuts .*'sparse_share': 0.125.*'sparse_share': 0.5"):
        _fit(path, resume=True, spec=replace(SPEC, build=sparser))


def test_a_network_that_was_rebuilt_otherwise(tmp_path: Path) -> None:
    path = tmp_path / CHECKPOINT_FILE
    _interrupted(path)

    def wider() -> GatedNetwork:
        network = build()
        network.gates["early"].hidden = torch.nn.Linear(4, 9)
        network.gates["early"].logit = torch.nn.Linear(9, 1)
        return network

    said = _refusal(path, spec=replace(SPEC, build=wider))
    assert (
        f"here/{CHECKPOINT_FILE}: tensor 'gates.early.hidden.weight' is float32 (8, 4), the "
        + ("network's is float32 (9, 4)")
        in said
    )


def test_absent_and_damaged_checkpoints(tmp_path: Path) -> None:
    path = tmp_path / CHECKPOINT_FILE
    assert _refusal(path) == [
        f"here/{CHECKPOINT_FILE}: there is no checkpoint to resume from",
        "  try: train without --resume",
        "1 problem",
    ]
    _interrupted(path)
    whole = path.read_bytes()
    tensors = read_tensors(path)
    path.write_bytes(whole[: len(whole) // 2])
    assert f"here/{CHECKPOINT_FILE}: this is not a safetensors file" in _refusal(path)[0]
    label = json.loads(bytes(tensors["label"].numpy()))
    label["version"] = "wakepath/checkpoint@9"
    text = torch.frombuffer(bytearray(json.dumps(label).encode()), dtype=torch.uint8)
    faults = (
        _without(tensors, "label"),
        _without(tensors, "random.order"),
        {**tensors, "label": text},
        {**tensors, "label": text[:9]},
        {**tensors, "random.torch": torch.zeros(3, dtype=torch.uint8)},
        {**tensors, "optimizer.exp_avg.nothing": torch.zeros(1)},
        {**tensors, "optimizer.exp_avg.trunk.early.conv.weight": torch.zeros(4, 2)},
    )
    for fault in faults:
        write_tensors(fault, path)
        said = _refusal(path)
        assert said[0].startswith(
            f"here/{CHECKPOINT_FILE}: this is not a checkpoint, or it is damaged: "
        )
        assert said[1:] == ["  try: train without --resume", "1 problem"]


def test_nothing_is_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure while a checkpoint is replaced leaves the one before, and nothing else."""
    path = tmp_path / CHECKPOINT_FILE
    _interrupted(path, stop=1)
    before = path.read_bytes()
    replaced = Path.replace

    def full(self: Path, target: Path) -> Path:
        if Path(target).name == CHECKPOINT_FILE:
            raise OSError(28, "No space left on device", str(target))
        return replaced(self, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        _fit(path, resume=True)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == [CHECKPOINT_FILE]


def test_the_world_is_as_it_was_afterwards(tmp_path: Path) -> None:
    torch.manual_seed(8)
    expected = torch.rand(1)
    path = tmp_path / CHECKPOINT_FILE
    _interrupted(path)
    torch.manual_seed(8)
    _fit(path, resume=True)
    assert torch.equal(torch.rand(1), expected)
