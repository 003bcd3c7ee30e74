"""Which channels of a network stay or go together.

A channel that a convolution or a linear layer makes is also a channel of what normalises it, adds
to it and reads it: all these tensors lose it, or none does (Li, Kadav, Durdanovic, Samet, Graf,
"Pruning filters for efficient ConvNets", 2017, arXiv 1608.08710, name the cases of chains and
residual blocks). Channels are followed through the exported calls, so nothing is asked of how the
module was written. Where they get lost on the way - in a reshape, a concatenation, the answer -
they all stay.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import cast

import torch
from torch import fx, nn
from torch.nn.modules.conv import _ConvNd

from networks.aten import aten_name, kind_of, tensor_of
from networks.contenders.channels import ChannelGroup, Place
from networks.exporting import export_calls
from networks.geometry import geometry_of


def channel_groups(module: nn.Module, example: torch.Tensor) -> tuple[ChannelGroup, ...]:
    """All groups of channels of ``module`` that can be narrowed, in order of execution.

    Raises
    ------
    NetworkError
        The module cannot be exported.
    """
    return _Follower(module).follow(example)


@dataclass(slots=True)
class _Channels:
    """Channels while they are followed; ``same`` leads to those they turned out to be."""

    size: int
    fixed: bool
    filters: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    same: "_Channels | None" = None

    def settled(self) -> "_Channels":
        return self if self.same is None else self.same.settled()


@dataclass(frozen=True, slots=True)
class _Lane:
    """How a value carries channels: along its axis 1, unless it carries none that we follow."""

    channels: _Channels
    repeat: int = 1


class _Follower:
    """Goes through the calls in order; ``lanes`` says what each value carries."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module
        self.lanes: dict[fx.Node, _Lane] = {}
        self.made: list[_Channels] = []
        self.trained = {name for name, _ in module.named_parameters()}

    def follow(self, example: torch.Tensor) -> tuple[ChannelGroup, ...]:
        exported = export_calls(self.module, example, name=type(self.module).__name__)
        self.lanes[exported.source] = self._new(example.shape[1], fixed=True)
        for call in exported.calls:
            rule = _RULES.get(kind_of(call), _Follower._lost)
            rule(self, call)
        self._fix(exported.result)
        found = [one for one in self.made if one.same is None]
        users = Counter(
            place for one in found for place in {(p.tensor, p.axis) for p in one.places}
        )
        return tuple(
            ChannelGroup(one.size, tuple(one.filters), tuple(dict.fromkeys(one.places)))
            for one in found
            if one.filters
            and not one.fixed
            and all(users[place.tensor, place.axis] == 1 for place in one.places)
        )

    def _new(self, size: int, *, fixed: bool = False) -> _Lane:
        channels = _Channels(size, fixed)
        self.made.append(channels)
        return _Lane(channels)

    def _fix(self, value: fx.Node) -> None:
        if value in self.lanes:
            self.lanes[value].channels.settled().fixed = True

    def _lost(self, call: fx.Node) -> None:
        """Whatever comes in has to stay; what goes out is not followed."""
        for operand in call.all_input_nodes:
            self._fix(operand)
        self.lanes[call] = self._new(1, fixed=True)

    def _put(self, call: fx.Node, lane: _Lane, constants: Sequence[object], axis: int) -> None:
        """The constants of ``call`` know the channels of ``lane`` along ``axis``."""
        channels = lane.channels.settled()
        for constant in constants:
            if isinstance(constant, fx.Node):
                channels.places.append(Place(str(constant.target), axis, lane.repeat))

    def _weighted(self, call: fx.Node) -> None:
        """A convolution or a linear layer reads channels and makes new ones."""
        source, weight, bias = (*call.args[:3], None)[:3]
        assert isinstance(source, fx.Node)
        constant = isinstance(weight, fx.Node) and weight.op == "get_attr"
        flat = aten_name(call) != "linear" or tensor_of(source).dim() == 2
        if not constant or not flat or aten_name(call) == "addmm":
            self._lost(call)
            return
        name = str(cast(fx.Node, weight).target)
        geometry = geometry_of(call, kind_of(call))
        assert geometry is not None
        if geometry.groups > 1:
            self._grouped(call, source, name, (weight, bias))
            return
        read, makes = self.lanes[source], self._new(geometry.output_channels)
        self._put(call, read, (weight,), 1)
        self._put(call, makes, (weight, bias), 0)
        makes.channels.filters.append(name)
        makes.channels.fixed = name not in self.trained
        self.lanes[call] = makes

    def _grouped(
        self, call: fx.Node, source: fx.Node, weight: str, constants: Sequence[object]
    ) -> None:
        """A depthwise convolution keeps its channels apart, as a layer of torch that can say so."""
        owner = self.module.get_submodule(weight.rpartition(".")[0])
        depthwise = isinstance(owner, _ConvNd) and owner.out_channels == owner.in_channels
        if not depthwise or kind_of(call) != "depthwise_conv":
            self._lost(call)
        else:
            self._put(call, self.lanes[source], constants, 0)
            self.lanes[call] = self.lanes[source]

    def _normalised(self, call: fx.Node) -> None:
        source = call.args[0]
        if aten_name(call) != "batch_norm" or not isinstance(source, fx.Node):
            self._lost(call)
            return
        self._put(call, self.lanes[source], call.args[1:5], 0)
        self.lanes[call] = self.lanes[source]

    def _kept(self, call: fx.Node) -> None:
        """Each channel by itself: an activation, a pooling, a mean over a map."""
        source = call.args[0]
        assert isinstance(source, fx.Node)
        before, after = tensor_of(source).shape, tensor_of(call).shape
        alone = call.all_input_nodes == [source]
        over_a_map = aten_name(call) not in ("mean", "amax") or geometry_of(call, kind_of(call))
        if not alone or not over_a_map or before[:2] != after[:2]:
            self._lost(call)
            return
        self.lanes[call] = self.lanes[source]

    def _flattened(self, call: fx.Node) -> None:
        source = call.args[0]
        assert isinstance(source, fx.Node)
        before, after = tensor_of(source).shape, tensor_of(call).shape
        if aten_name(call) != "flatten" or after != (before[0], prod(before[1:])):
            self._lost(call)
            return
        lane = self.lanes[source]
        self.lanes[call] = _Lane(lane.channels, lane.repeat * prod(before[2:]))

    def _together(self, call: fx.Node) -> None:
        """An addition of two values of one shape: their channels are the same ones."""
        values = [operand for operand in call.all_input_nodes if operand in self.lanes]
        shapes = {tensor_of(operand).shape for operand in call.all_input_nodes}
        repeats = {self.lanes[value].repeat for value in values}
        if len(values) != len(call.all_input_nodes) or len(shapes) > 1 or len(repeats) > 1:
            self._lost(call)
            return
        first = self.lanes[values[0]].channels.settled()
        for value in values[1:]:
            other = self.lanes[value].channels.settled()
            if other is not first:
                first.fixed |= other.fixed
                first.filters += other.filters
                first.places += other.places
                other.same = first
        self.lanes[call] = self.lanes[values[0]]


_RULES: Mapping[str, Callable[[_Follower, fx.Node], None]] = {
    "conv": _Follower._weighted,
    "depthwise_conv": _Follower._weighted,
    "linear": _Follower._weighted,
    "normalisation": _Follower._normalised,
    "activation": _Follower._kept,
    "pool": _Follower._kept,
    "global_pool": _Follower._kept,
    "pad": _Follower._kept,
    "reshape": _Follower._flattened,
    "add": _Follower._together,
    "mul": _Follower._together,
}
