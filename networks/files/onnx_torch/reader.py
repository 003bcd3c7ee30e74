"""ONNX files as torch modules: their weights become parameters, their operators layers.

For networks that were trained elsewhere and are to be gated, fine-tuned and planned here: the
operators of convolutional networks and of the front ends before them. What is in no table is
refused by name.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from networks.errors import network_error
from networks.files.layers import unknown_operator
from networks.files.onnx_file import IDENTITIES, read_model
from networks.files.onnx_torch.given import Given
from networks.files.onnx_torch.table import LAYERS


@dataclass(frozen=True, slots=True)
class _Link:
    """One operator of the file."""

    layer: str
    """Name of the layer."""
    reads: tuple[str, ...]
    """Tensors of the file that it reads, constants apart."""
    gives: str
    """The tensor that it writes."""


class OnnxModule(nn.Module):
    """Runs the layers of an ONNX file in its order.

    A layer is called after what it is, and counted: ``conv_3`` is the third convolution.
    """

    def __init__(
        self, links: Sequence[_Link], layers: Mapping[str, nn.Module], sample: str, answer: str
    ) -> None:
        super().__init__()
        for name, layer in layers.items():
            self.add_module(name, layer)
        self._links = tuple(links)
        self._sample = sample
        self._answer = answer

    def forward(self, sample: torch.Tensor) -> torch.Tensor:
        """What the file's one input is, in; what its one output is, out."""
        values = {self._sample: sample}
        for link in self._links:
            layer = self.get_submodule(link.layer)
            values[link.gives] = layer(*(values[read] for read in link.reads))
        return values[self._answer]


def read_module(data: bytes, file: str) -> OnnxModule:
    """The network in the bytes of an ONNX file, in evaluation mode.

    Parameters
    ----------
    data
        The file. It has one input and one output, which may have free sizes.
    file
        Its name, for messages.

    Raises
    ------
    NetworkError
        It is no sound ONNX file, or uses operators, or settings of them, that are not known.
    """
    onnx, graph = read_model(data, file, shapes=False)
    constants: dict[str, NDArray[Any]] = {
        item.name: onnx.numpy_helper.to_array(item) for item in graph.initializer
    }
    inputs = [value.name for value in graph.input if value.name not in constants]
    if len(inputs) != 1 or len(graph.output) != 1:
        raise network_error(
            f"it has {len(inputs)} inputs and {len(graph.output)} outputs: one of each is needed",
            file=file,
        )
    unknown: list[str] = []
    links: list[_Link] = []
    layers: dict[str, nn.Module] = {}
    counts: Counter[str] = Counter()
    alias: dict[str, str] = {}
    for index, node in enumerate(graph.node):
        what = f"operator {index} ({node.op_type})"
        names = [alias.get(name, name) for name in node.input]
        settings = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Constant":
            constants[node.output[0]] = _constant(onnx, settings, what, file)
            continue
        if node.op_type in IDENTITIES or _is_to_float(onnx, node, settings):
            alias[node.output[0]] = names[0]
            continue
        make = LAYERS.get(node.op_type) if node.domain in ("", "ai.onnx") else None
        if make is None:
            unknown.append(what)
            continue
        given = Given(
            settings=settings,
            operands=tuple(constants.get(name) if name else None for name in names),
            present=tuple(bool(name) for name in names),
            what=what,
            file=file,
        )
        kind, layer = make(given)
        counts[kind] += 1
        name = f"{kind}_{counts[kind]}"
        layers[name] = layer
        live = tuple(name for name in names if name and name not in constants)
        links.append(_Link(name, live, node.output[0]))
    if unknown:
        raise unknown_operator(*unknown, file=file)
    answer = graph.output[0].name
    return OnnxModule(links, layers, inputs[0], alias.get(answer, answer)).eval()


def _constant(onnx: Any, settings: Mapping[str, Any], what: str, file: str) -> NDArray[Any]:
    if "value" in settings:
        return np.asarray(onnx.numpy_helper.to_array(settings["value"]))
    plain = next((settings[key] for key in settings if key.startswith("value_")), None)
    if plain is None:
        raise network_error(f"{what} has no value", file=file)
    return np.asarray(plain)


def _is_to_float(onnx: Any, node: Any, settings: Mapping[str, Any]) -> bool:
    """Whether a cast to float32: all that is computed here is."""
    is_cast: bool = node.op_type == "Cast"
    return is_cast and settings.get("to") == onnx.TensorProto.FLOAT
