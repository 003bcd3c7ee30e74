"""Weights files: the same bytes each time, and every way of being wrong in one message."""

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from devicemodels.documents.errors import InputError
from networks.weights import load_weights, save_weights


def _network() -> nn.Module:
    return nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))


def test_weights_return_as_they_were(tmp_path: Path) -> None:
    path, again = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    saved, loaded = _network(), _network()
    save_weights(saved, path)
    load_weights(loaded, path)
    assert all(torch.equal(v, loaded.state_dict()[k]) for k, v in saved.state_dict().items())
    save_weights(loaded, again)
    assert path.read_bytes() == again.read_bytes()


def test_every_wrong_tensor_is_named_and_nothing_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    network = _network()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    tensors = dict(before)
    del tensors["0.bias"]
    tensors["2.weight"] = torch.zeros(1)
    tensors["0.weight"] = torch.zeros(2, 4)
    tensors["1.bias"] = torch.tensor([float("nan"), 0.0])
    save_file(tensors, path)
    with pytest.raises(InputError) as caught:
        load_weights(network, path, shown_as="here/w.safetensors")
    assert str(caught.value).splitlines() == [
        "here/w.safetensors: tensor '0.bias' is missing",
        "here/w.safetensors: tensor '2.weight' is not part of the network",
        "here/w.safetensors: tensor '0.weight' is float32 (2, 4), the network's is float32 (2, 3)",
        "here/w.safetensors: tensor '1.bias' has values that are not finite",
        "  try: these are weights of another network, or damaged: train them again",
        "4 problems",
    ]
    assert all(torch.equal(before[k], v) for k, v in network.state_dict().items())


@pytest.mark.parametrize("kind", ["pickle", "torch", "empty", "cut"])
def test_nothing_but_safetensors_is_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "w.safetensors"
    save_weights(_network(), path)
    if kind == "pickle":
        path.write_bytes(pickle.dumps({"0.weight": [1.0]}))
    elif kind == "torch":
        torch.save(_network().state_dict(), path)
    elif kind == "empty":
        path.write_bytes(b"")
    else:
        path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(
        InputError, match=r"w\.safetensors: this is not a safetensors file"
    ) as caught:
        load_weights(_network(), path, shown_as="w.safetensors")
    assert "pickled ones are never loaded" in str(caught.value)


def test_an_absent_file_says_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_weights(_network(), tmp_path / "w.safetensors", shown_as="w.safetensors")
    assert str(caught.value).splitlines()[:2] == [
        "w.safetensors: there is no such weights file",
        "  try: 'wakepath train' makes it",
    ]
