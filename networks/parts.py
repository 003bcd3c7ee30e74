"""A stretch of any network as a module of its own, with the network's own layers in it.

What torch exports is a list of calls for one shape of sample, in evaluation mode. A :class:`Part`
runs such a list for batches of any size, and in training mode as the network itself would: batch
norms learn and dropout drops. Layers with weights are the network's own; every other call is a
:class:`Call`. All stand where they stood, so that weights keep their names.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import torch
from torch import nn
from torch.fx.node import map_aggregate


@dataclass(frozen=True, slots=True)
class Slot:
    """Stands in the arguments of a call for one of its tensors."""

    index: int
    """Which of them."""


@dataclass(frozen=True, slots=True)
class BatchSize:
    """Stands in the arguments of a call for the number of samples."""

    multiple: int
    """What it is multiplied by."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments of a call, with slots for what is known only when it runs."""

    positional: tuple[Any, ...]
    """In order."""
    named: Mapping[str, Any]
    """By keyword."""

    def filled(
        self, tensors: Sequence[torch.Tensor], batch: int
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments with ``tensors`` and the number of samples in their places."""

        def fill(argument: Any) -> Any:
            if isinstance(argument, Slot):
                return tensors[argument.index]
            return batch * argument.multiple if isinstance(argument, BatchSize) else argument

        positional = map_aggregate(self.positional, fill)
        return positional, {name: map_aggregate(a, fill) for name, a in self.named.items()}


class Call(nn.Module):
    """One call of an operator, without weights of its own.

    Parameters
    ----------
    function
        The operator.
    arguments, in_training
        What it is called with, in evaluation and in training mode.
    """

    def __init__(
        self, function: Callable[..., torch.Tensor], arguments: Arguments, in_training: Arguments
    ) -> None:
        super().__init__()
        self.function = function
        self.arguments = arguments
        self.in_training = in_training

    def forward(self, tensors: Sequence[torch.Tensor], batch: int) -> torch.Tensor:
        """What the operator makes of ``tensors``; ``batch`` is the number of samples."""
        arguments = self.in_training if self.training else self.arguments
        positional, named = arguments.filled(tensors, batch)
        return self.function(*positional, **named)


class LayerCall(Call):
    """The one call of a layer such as a pooling: its operator is called as the layer is."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call of a part."""

    module: str
    """Path of the layer or the :class:`Call` within the part."""
    reads: tuple[int | str, ...]
    """What it reads: 0 is what enters the part, n what the n-th step gave, and a text is the path
    of a tensor that is kept with the weights. A layer reads one activation."""


class Part(nn.Module):
    """Runs steps one after the other; the last one's output is what the part gives.

    What it holds stands under the paths that it has in the network which the part is of.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        super().__init__()
        self._steps = tuple(steps)
        last_reader = {
            read: index
            for index, step in enumerate(self._steps)
            for read in step.reads
            if isinstance(read, int)
        }
        self._done_with = [
            [read for read, last in last_reader.items() if last == index]
            for index in range(len(self._steps))
        ]

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        """Shape (batch, ...) in and out."""
        batch = len(activation)
        values = {0: activation}
        for number, step in enumerate(self._steps, 1):
            module = attrgetter(step.module)(self)
            tensors = [values[r] if isinstance(r, int) else attrgetter(r)(self) for r in step.reads]
            given = module(tensors, batch) if isinstance(module, Call) else module(*tensors)
            for read in self._done_with[number - 1]:
                del values[read]
            values[number] = given
        return values[len(self._steps)]
