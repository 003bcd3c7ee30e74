"""A device that wakes by a spoken word: a second of raw sound in, "was it the word?" out.

Three parts. ``sense`` always runs: a log-mel front end of 31 frames, 16 % of all
multiply-accumulates, and three convolutions, another 6 %, two of them with stride, so that each of
6x8 places has heard half a second and a gate knows a word from its syllables. Frames of 32 ms that
do not overlap take half the work of overlapping ones. ``screen`` and ``decide`` keep the places and
widen to 64 channels: with 3.1 M multiply-accumulates behind the front end and 68,000 weights the
network is of the size of MLPerf Tiny's keyword spotter (2.7 M).
"""

from dataclasses import replace

import torch
from torch import nn

from networks.blocks import AsPlane, MeanOverPlane, PlaneBlock, sequential
from networks.frontend import LogMel, Standardise
from networks.gated import CutDesign, GatedNetwork
from networks.learning.preparing import keep_scale
from networks.learning.recipes import FROM_SCRATCH
from networks.learning.varying import coloured, noisy, stretched
from networks.spec import NetworkSpec
from networks.streams import words
from networks.streams.recordings import SAMPLE_RATE_HZ
from networks.streams.windows import SplitName, Windows

WORD = "lima"
"""What the device wakes by: of the words that all voices but one say alike, one that is a name."""

BANDS = 24
"""Bands of the front end, from 0 to 4 kHz."""


def build() -> GatedNetwork:
    """The network with fresh weights, to be trained or loaded into."""
    parts = {
        "sense": sequential(
            mel=LogMel(SAMPLE_RATE_HZ, length=256, hop=256, bands=BANDS, floor=1e-3),
            standardise=Standardise(BANDS),
            plane=AsPlane(),
            conv1=PlaneBlock(1, 8, 3, stride=2),
            conv2=PlaneBlock(8, 16, 3, stride=2),
            conv3=PlaneBlock(16, 24, 3),
        ),
        "screen": sequential(conv1=PlaneBlock(24, 40, 3), conv2=PlaneBlock(40, 56, 3)),
        "decide": sequential(
            conv1=PlaneBlock(56, 64, 3), mean=MeanOverPlane(), answer=nn.Linear(64, 1)
        ),
    }
    cuts = {
        "sense": CutDesign(channels=24, wire_channels=2, hidden=16, dimensions=2),
        "screen": CutDesign(channels=56, wire_channels=3, hidden=16, dimensions=2),
    }
    return GatedNetwork("words", (1, 1, words.WINDOW_SAMPLES), parts, cuts)


def load(split: SplitName) -> Windows:
    """Seconds of one split: positive where :data:`WORD` is said."""
    return words.load(split, word=WORD)


def augment(samples: torch.Tensor, random: torch.Generator) -> torch.Tensor:
    """Say it faster or slower, sooner or later, louder or softer, through another microphone."""
    said = stretched(samples, random, speed_share=0.15, shift_samples=800)
    heard = coloured(said, random, level_db=6.0, tilt=0.5)
    return noisy(heard, random, deviation=0.003)


SPEC = NetworkSpec(
    name="words",
    build=build,
    stream="words",
    load=load,
    prepare=keep_scale,
    augment=augment,
    sample_rate_hz=SAMPLE_RATE_HZ,
    recipe=replace(FROM_SCRATCH, epochs=20, batch_size=64),
)
"""What ``wakepath train scenarios/spoken-word`` trains.

The committed weights are those of seed 0, the best on validation of seeds 0, 1 and
2: the gates stop 98.7, 98.4 and 98.9 % of the negatives there, and 0, 0 and 1 of 96 positives; of
those the network then finds 96, 95 and 95.
"""
