"""From the calls of a traced network to parts that can be trained.

The network is exported twice: one sample in evaluation mode, which is what is planned, and two in
training mode. The two lists of calls tell which arguments are the size of the batch, and what a
call does otherwise while training.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import fx, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd
from torch.nn.modules.dropout import _DropoutNd

from networks.aten import DROPOUTS, aten_name, is_layer, site_of, tensor_of, where
from networks.errors import NetworkError, network_error
from networks.exporting import export_calls
from networks.frontend import Standardise
from networks.fusing import CallGroup
from networks.parts import Arguments, BatchSize, Call, LayerCall, Part, Slot, Step
from networks.tracing import TracedNetwork

_LAYERS = (
    *(_ConvNd, nn.Linear, _NormBase, nn.LayerNorm, nn.GroupNorm, nn.PReLU, _DropoutNd),
    Standardise,
)
"""Layers that are one call each, and have weights or another conduct in training."""

_SAMPLES = 2
"""Batch of the second export."""


@dataclass(frozen=True, slots=True)
class _Aligned:
    """One call as both exports have it."""

    planned: fx.Node | None
    """In evaluation mode; None for a dropout, which then does nothing."""
    trained: fx.Node
    """In training mode."""


def rebuild(
    module: nn.Module, example: torch.Tensor, network: TracedNetwork, after: Sequence[str]
) -> tuple[Part, ...]:
    """The parts of a network between operators after which one tensor crosses, in order.

    Parameters
    ----------
    module, example
        What was traced.
    network
        As traced.
    after
        Operators that end parts, in order; the last part ends with the network.

    Raises
    ------
    NetworkError
        The network computes something else for a batch than for each of its samples, or two parts
        need the same weights.
    """
    calls, source = _aligned(module, example, network)
    name = network.taskgraph.name
    _require_samples_apart(calls, name)
    names = [group.name for group in network.groups]
    bounds = [-1, *(names.index(operator) for operator in after), len(names) - 1]
    part_of = _part_of(calls, network.groups, bounds)
    builder = _Builder(module, network, calls, source)
    parts = []
    for index, start in enumerate(bounds[:-1]):
        mine = [call for call in calls if part_of[call.trained] == index]
        entering = None if start < 0 else network.groups[start].output
        if entering is not None and len(tensor_of(builder.trained[entering])) != _SAMPLES:
            raise network_error(
                f"network '{name}': the activation of shape {tuple(tensor_of(entering).shape)} "
                f"after '{names[start]}' has its samples on another axis than the first",
                hint="cut where the samples of a batch are on the first axis",
            )
        parts.append(builder.part(mine, entering))
    _require_own_weights(parts, name)
    return tuple(parts)


def _aligned(
    module: nn.Module, example: torch.Tensor, network: TracedNetwork
) -> tuple[list[_Aligned], fx.Node]:
    """The calls of both exports beside each other, and what is the sample in the second."""
    name = network.taskgraph.name
    batch = torch.zeros((_SAMPLES, *example.shape[1:]), dtype=example.dtype)
    order = {node: index for index, node in enumerate(network.source.graph.nodes)}
    planned = sorted((c for group in network.groups for c in group.calls), key=order.__getitem__)
    for training in (True, False):
        try:
            exported = export_calls(module, batch, name=name, training=training)
        except NetworkError:
            if not training:
                raise
            continue  # what cannot be exported in training mode is trained as it is used
        found = _matched(planned, exported.calls)
        if found is not None:
            return found, exported.source
    raise network_error(
        f"network '{name}' makes other calls for {_SAMPLES} samples than for one",
        hint="let no step of forward() depend on the number of samples",
    )


def _matched(planned: Sequence[fx.Node], calls: Sequence[fx.Node]) -> list[_Aligned] | None:
    """Pairs of the same call; None if the lists do not tell of the same calls."""
    pairs: list[_Aligned] = []
    rest = list(reversed(planned))
    for call in calls:
        if aten_name(call) in DROPOUTS:
            pairs.append(_Aligned(None, call))
        elif rest and rest[-1].target == call.target and site_of(rest[-1]) == site_of(call):
            pairs.append(_Aligned(rest.pop(), call))
        else:
            return None
    return None if rest else pairs


def _part_of(
    calls: Sequence[_Aligned], groups: Sequence[CallGroup], bounds: Sequence[int]
) -> dict[fx.Node, int]:
    """Index of the part that each call belongs to; a dropout goes to where it is read."""
    of_planned = {
        call: part
        for part, (start, end) in enumerate(pairwise(bounds))
        for group in groups[start + 1 : end + 1]
        for call in group.calls
    }
    found: dict[fx.Node, int] = {}
    for call in reversed(calls):
        if call.planned is not None:
            found[call.trained] = of_planned[call.planned]
        else:
            readers = [found[user] for user in call.trained.users if user in found]
            found[call.trained] = min(readers, default=len(bounds) - 2)
    return found


class _Builder:
    """Makes parts, call by call."""

    def __init__(
        self,
        module: nn.Module,
        network: TracedNetwork,
        calls: Sequence[_Aligned],
        source: fx.Node,
    ) -> None:
        self.source = source
        self.module = module
        self.network = network
        self.stored = module.state_dict(keep_vars=True)
        self.trained = {call.planned: call.trained for call in calls if call.planned is not None}

    def part(self, calls: Sequence[_Aligned], entering: fx.Node | None) -> Part:
        """The part that makes ``calls`` of what ``entering`` gives; None is the sample."""
        numbers = {self.source if entering is None else self.trained[entering]: 0}
        held: dict[str, nn.Module] = {}
        steps: list[Step] = []
        for number, call in enumerate(calls, 1):
            operands = call.trained.all_input_nodes
            layer = self._layer(call)
            path, module = layer or self._call(call, number)
            if layer is not None:
                operands = [o for o in operands if o.op != "get_attr"]
            held[path] = module
            steps.append(Step(path, tuple(_read(operand, numbers) for operand in operands)))
            numbers[call.trained] = number
        part = Part(steps)
        for path, module in held.items():
            _place(part, path, module)
        for path in dict.fromkeys(r for step in steps for r in step.reads if isinstance(r, str)):
            self._keep(part, path)
        return part

    def _layer(self, call: _Aligned) -> tuple[str, nn.Module] | None:
        """Path and module of the network's own layer that is this call and no more."""
        path, kind = site_of(call.trained)
        if not path:
            return None
        layer = self.module.get_submodule(path)
        elsewhere = (
            operand.op == "get_attr" and not str(operand.target).startswith(f"{path}.")
            for operand in call.trained.all_input_nodes
        )
        is_one_call = (
            isinstance(layer, _LAYERS)
            and (is_layer(kind) or isinstance(layer, Standardise))
            and getattr(layer, "padding_mode", "zeros") == "zeros"
            and not getattr(layer, "inplace", False)
            and not any(elsewhere)
        )
        return (path, layer) if is_one_call else None

    def _call(self, call: _Aligned, number: int) -> tuple[str, Call]:
        """Path and module of a call that is no layer with weights."""
        path, kind = site_of(call.trained)
        at_rest, in_training = _arguments(call)
        assert callable(call.trained.target)
        made = (LayerCall if is_layer(kind) else Call)(call.trained.target, at_rest, in_training)
        key = f"{aten_name(call.trained)}__{number}"
        return f"{path}.{key}" if path else key, made

    def _keep(self, part: Part, path: str) -> None:
        """Put a tensor that calls read beside them: the network's own, so that both learn."""
        folder, _, name = path.rpartition(".")
        holder = _folder(part, folder)
        if hasattr(holder, name):
            return  # a layer has it
        stored = self.stored.get(path)
        if isinstance(stored, nn.Parameter):
            holder.register_parameter(name, stored)
        elif stored is not None:
            holder.register_buffer(name, stored)
        else:
            holder.register_buffer(name, self.network.tensors[path], persistent=False)


def _arguments(call: _Aligned) -> tuple[Arguments, Arguments]:
    """What the call is made with in evaluation mode and in training mode."""
    trained = call.trained
    slots = {node: Slot(index) for index, node in enumerate(trained.all_input_nodes)}
    planned = trained if call.planned is None else call.planned

    def both(training: bool) -> Arguments:
        positional = _merged(planned.args, trained.args, slots, training)
        named = _merged(
            list(planned.kwargs.values()), list(trained.kwargs.values()), slots, training
        )
        return Arguments(tuple(positional), dict(zip(trained.kwargs, named, strict=True)))

    in_training = both(True)
    if call.planned is None:
        operand, share, _ = in_training.positional
        return Arguments((operand, share, False), {}), in_training
    return both(False), in_training


def _merged(planned: Any, trained: Any, slots: Mapping[fx.Node, Slot], training: bool) -> Any:
    """An argument of both exports as one: slots for tensors, and for what is the batch."""
    if isinstance(trained, fx.Node):
        return slots[trained]
    if isinstance(trained, list | tuple):
        merged = [_merged(p, t, slots, training) for p, t in zip(planned, trained, strict=True)]
        return merged if isinstance(trained, list) else tuple(merged)
    if type(trained) is int and trained != planned and trained == _SAMPLES * planned:
        return BatchSize(planned)
    return trained if training else planned


def _read(operand: fx.Node, numbers: Mapping[fx.Node, int]) -> int | str:
    """What a step reads, as :class:`Step` says it."""
    if operand.op == "get_attr":
        return str(operand.target)
    while operand not in numbers and aten_name(operand) in DROPOUTS:
        operand = operand.all_input_nodes[0]  # dropped in an earlier part, where it was read first
    return numbers[operand]


def _place(part: Part, path: str, module: nn.Module) -> None:
    folder, _, name = path.rpartition(".")
    _folder(part, folder).add_module(name, module)


def _folder(part: Part, path: str) -> nn.Module:
    """The module at ``path``, made if nothing is there."""
    holder: nn.Module = part
    for name in path.split(".") if path else ():
        if name not in dict(holder.named_children()):
            holder.add_module(name, nn.Module())
        holder = holder.get_submodule(name)
    return holder


def _require_samples_apart(calls: Sequence[_Aligned], name: str) -> None:
    """Raise ``NetworkError`` unless more samples only make one axis of each value longer."""
    for call in calls:
        if call.planned is None:
            continue
        one, more = tensor_of(call.planned).shape, tensor_of(call.trained).shape
        longer = [m for o, m in zip(one, more, strict=False) if o != m]
        if (
            len(one) != len(more)
            or len(longer) > 1
            or more.numel()
            not in (
                one.numel(),
                one.numel() * _SAMPLES,
            )
        ):
            raise network_error(
                f"network '{name}': '{aten_name(call.trained)}' in '{where(call.trained)}' gives "
                f"shape {tuple(one)} for one sample and {tuple(more)} for {_SAMPLES}",
                hint="keep the samples of a batch apart, on the first axis",
            )


def _require_own_weights(parts: Sequence[Part], name: str) -> None:
    """Raise ``NetworkError`` if two parts hold the same weights: each core has its own."""
    owner: dict[torch.Tensor, int] = {}
    for index, part in enumerate(parts):
        for path, tensor in part.state_dict(keep_vars=True).items():
            if owner.setdefault(tensor, index) != index:
                raise network_error(
                    f"network '{name}': the weights '{path}' are used on both sides of a cut",
                    hint="cut after their last use, or give the second use weights of its own",
                )
