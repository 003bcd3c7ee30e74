"""An operator of an ONNX file as a layer is made of it, and what layers are made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from networks.errors import network_error

Layer = tuple[str, nn.Module]
"""What a layer is, as names begin, and the layer."""


@dataclass(frozen=True, slots=True)
class Given:
    """One operator of a file, as its layer is made of it."""

    settings: Mapping[str, Any]
    """Attributes by name."""
    operands: tuple[NDArray[Any] | None, ...]
    """Constants among its inputs; None where one depends on the sample, or is left out."""
    present: tuple[bool, ...]
    """Which inputs are not left out."""
    what: str
    """The operator, for messages."""
    file: str
    """The file, for messages."""

    def constant(self, index: int) -> NDArray[Any] | None:
        """Input ``index`` if it is a constant."""
        return self.operands[index] if index < len(self.operands) else None

    def is_live(self, index: int) -> bool:
        """Whether input ``index`` is there and depends on the sample."""
        return index < len(self.operands) and self.present[index] and self.operands[index] is None

    def weights(self, index: int) -> torch.Tensor:
        """Input ``index``, which must be a constant, as float32."""
        value = self.constant(index)
        if value is None:
            self.refuse(f"its input {index} is no constant")
        return torch.from_numpy(np.array(value, dtype=np.float32))

    def numbers(self, name: str, index: int) -> tuple[int, ...] | None:
        """Whole numbers that older files have as an attribute and newer ones as an input."""
        if self.is_live(index):
            self.refuse(f"its {name} are computed")
        value = self.constant(index)
        found = self.settings.get(name) if value is None else value.ravel().tolist()
        return None if found is None else tuple(int(number) for number in found)

    def refuse(self, why: str) -> NoReturn:
        """Say that the operator is known, but not like this."""
        raise network_error(
            f"{self.what}: {why}, which is not known",
            hint="export the network otherwise, or add it to networks/files/onnx_torch",
            file=self.file,
        )


class Apply(nn.Module):
    """A function of all live inputs."""

    def __init__(self, function: Callable[..., torch.Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *operands: torch.Tensor) -> torch.Tensor:
        """Whatever shapes the function takes."""
        return self.function(*operands)


class WithConstant(nn.Module):
    """A function of the one live input and of an array that is kept with the weights."""

    def __init__(
        self,
        function: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
        value: torch.Tensor,
        *,
        constant_first: bool,
    ) -> None:
        super().__init__()
        self.function = function
        self.constant_first = constant_first
        self.value = nn.Parameter(value)

    def forward(self, operand: torch.Tensor) -> torch.Tensor:
        """Shapes as the two broadcast."""
        if self.constant_first:
            return self.function(self.value, operand)
        return self.function(operand, self.value)


class BatchNorm(_BatchNorm):
    """A batch norm over activations of any rank."""

    def _check_input_dim(self, input: torch.Tensor) -> None:
        pass


def learned(layer: nn.Module, **tensors: torch.Tensor | None) -> None:
    """Give a layer its weights; None for those that it is without."""
    for name, tensor in tensors.items():
        if tensor is not None:
            getattr(layer, name).data.copy_(tensor)
