"""DS-CNN, the keyword spotter of MLPerf Tiny: 2,656,768 multiply-accumulates.

Source: Banbury et al., "MLPerf Tiny Benchmark", 2021 (arXiv 2106.07597), reference model
``keras_model.get_model("ds_cnn")``: ten MFCCs of 49 frames in, twelve words out.
"""

from typing import cast

import torch
from torch import nn

INPUT_SHAPE = (1, 1, 49, 10)
"""One sample: channel, 49 frames, 10 coefficients."""


class DsCnn(nn.Module):
    """A convolution, four depthwise-separable blocks, mean pooling and a linear head."""

    def __init__(self, classes: int = 12, channels: int = 64) -> None:
        super().__init__()
        # TensorFlow's "same" padding at stride 2 over 49x10: left, right, top, bottom.
        self.pad = nn.ZeroPad2d((1, 1, 4, 5))
        self.stem = _Block(1, channels, (10, 4), stride=2, groups=1)
        self.blocks = nn.Sequential(*(_separable(channels) for _ in range(4)))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(channels, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits (batch, classes) of MFCCs (batch, 1, 49, 10)."""
        features = self.pool(self.blocks(self.stem(self.pad(x))))
        return cast(torch.Tensor, self.head(features.flatten(1)))


class _Block(nn.Sequential):
    """Convolution, batch norm, ReLU."""

    def __init__(
        self, inputs: int, outputs: int, kernel: tuple[int, int], *, stride: int, groups: int
    ) -> None:
        padding = (kernel[0] // 2, kernel[1] // 2) if stride == 1 else (0, 0)
        super().__init__()
        self.conv = nn.Conv2d(
            inputs, outputs, kernel, stride=stride, padding=padding, groups=groups, bias=False
        )
        self.norm = nn.BatchNorm2d(outputs)
        self.activation = nn.ReLU()


def _separable(channels: int) -> nn.Sequential:
    return nn.Sequential(
        _Block(channels, channels, (3, 3), stride=1, groups=channels),
        _Block(channels, channels, (1, 1), stride=1, groups=1),
    )
