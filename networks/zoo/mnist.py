"""A reader of handwritten digits of 28x28 pixels: "is it the digit of interest?"

Three parts. ``sense`` has 5 % of the multiply-accumulates and always runs: three strides, so that
each of its 4x4 places has seen 21x21 pixels. A gate that takes the mean of them then knows a digit
from another; with 9x9 pixels, after two strides, it knows strokes. ``screen`` and ``decide`` keep
the places and widen: of the harder digits 3, 5, 8 and 9 a trunk with half the channels, 40 % of
the work, finds 1.7 points less (recall 0.945 against 0.961 on validation, ungated).
"""

from collections import OrderedDict

import torch
from torch import nn

from networks.blocks import MeanOverPlane, PlaneBlock
from networks.gated import CutDesign, GatedNetwork
from networks.learning.varying import moved, noisy
from networks.spec import NetworkSpec, Recipe
from networks.streams import mnist
from networks.streams.windows import SplitName, Windows

DIGIT = 0
"""What the reader waits for.

Chosen on validation among the easier 0, 1, 2 and 6: most negatives stopped, fewest positives lost.
"""


def build() -> GatedNetwork:
    """The network with fresh weights, to be trained or loaded into."""
    parts = OrderedDict[str, nn.Module]()
    parts["sense"] = nn.Sequential(
        OrderedDict(
            conv1=PlaneBlock(1, 6, 5, stride=2),
            conv2=PlaneBlock(6, 12, 5, stride=2),
            conv3=PlaneBlock(12, 24, 3, stride=2),
        )
    )
    parts["screen"] = nn.Sequential(
        OrderedDict(conv1=PlaneBlock(24, 48, 3), conv2=PlaneBlock(48, 64, 3))
    )
    parts["decide"] = nn.Sequential(
        OrderedDict(
            conv1=PlaneBlock(64, 96, 3),
            conv2=PlaneBlock(96, 96, 3),
            mean=MeanOverPlane(),
            answer=nn.Linear(96, 1),
        )
    )
    cuts = {
        "sense": CutDesign(channels=24, wire_channels=2, hidden=16),
        "screen": CutDesign(channels=64, wire_channels=3, hidden=16),
    }
    return GatedNetwork("mnist", (1, 1, mnist.SIDE, mnist.SIDE), parts, cuts)


def load(split: SplitName) -> Windows:
    """Images of one split: positive where they show :data:`DIGIT`."""
    return mnist.load(split, digit=DIGIT)


def augment(samples: torch.Tensor, random: torch.Generator) -> torch.Tensor:
    """Write a little askew, larger or smaller, beside the middle, on grey paper."""
    askew = moved(samples, random, turn_rad=0.2, shift_pixels=2.0, scale_share=0.1)
    return noisy(askew, random, deviation=0.08)


SPEC = NetworkSpec(
    name="mnist",
    build=build,
    stream="mnist",
    load=load,
    augment=augment,
    recipe=Recipe(
        epochs=20,
        batch_size=64,
        learning_rate=5e-3,
        weight_decay=5e-2,
        gate_weights=(0.5, 0.5),
        positive_weight=3.0,
        gate_positive_weight=8.0,
        recall_floor=1.0,
        margin_share=0.01,
    ),
)
"""A recall floor of 1, and room below it: of 103 zeros of validation none is given away."""
