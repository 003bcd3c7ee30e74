"""A torch module in, a task graph out."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import fx, nn

from networks.assembling import assemble
from networks.aten import aten_name, macs_of, tensor_of
from networks.exporting import export_calls
from networks.fusing import CallGroup, fuse
from networks.geometry import geometry_of
from scheduler.taskgraph import Operator, TaskGraph


@dataclass(frozen=True, slots=True)
class TracedNetwork:
    """A task graph together with the calls that its operators stand for."""

    taskgraph: TaskGraph
    """What is planned."""
    source: fx.Node
    """Placeholder of the sample."""
    groups: tuple[CallGroup, ...]
    """The calls of each operator of the task graph, in the same order."""
    tensors: Mapping[str, torch.Tensor]
    """Parameters, buffers and constants by name."""


def trace(module: nn.Module, example: torch.Tensor, *, name: str) -> TaskGraph:
    """Read ``module`` into a task graph: operators, cut points, segments and edges.

    Parameters
    ----------
    module
        One tensor in, one tensor out, of fixed shapes.
    example
        One sample with its batch of one; its values do not matter.
    name
        Name of the network.

    Raises
    ------
    NetworkError
        The module cannot be exported, or calls an operator that we do not know.
    """
    return trace_network(module, example, name=name).taskgraph


def trace_network(module: nn.Module, example: torch.Tensor, *, name: str) -> TracedNetwork:
    """As :func:`trace`, with the calls themselves, to cut and run them."""
    exported = export_calls(module, example, name=name)
    groups = fuse(exported)
    operators = _operators(groups, exported.source, exported.tensors)
    sample = tensor_of(exported.source)
    taskgraph = assemble(name, tuple(sample.shape), _dtype(sample), operators)
    return TracedNetwork(taskgraph, exported.source, tuple(groups), exported.tensors)


def _operators(
    groups: list[CallGroup], source: fx.Node, tensors: Mapping[str, torch.Tensor]
) -> tuple[Operator, ...]:
    made_by = {call: group.name for group in groups for call in group.calls}
    made_by[source] = "input"
    operators = []
    for group in groups:
        inputs = (
            made_by[operand]
            for call in group.calls
            for operand in call.all_input_nodes
            if operand in made_by and made_by[operand] != group.name
        )
        output = tensor_of(group.output)
        operators.append(
            Operator(
                name=group.name,
                kind=group.kind,
                inputs=tuple(dict.fromkeys(inputs)),
                output_shape=tuple(output.shape),
                dtype=_dtype(output),
                macs=macs_of(group.calls[0], group.kind),
                weight_bytes=_weight_bytes(group, tensors),
                output_bytes=output.numel() * output.element_size(),
                fused=tuple(group.fused),
                geometry=geometry_of(group.calls[0], group.kind),
            )
        )
    return tuple(operators)


def _weight_bytes(group: CallGroup, tensors: Mapping[str, torch.Tensor]) -> int:
    """Bytes of the tensors that the group reads.

    A batch norm's running statistics fold into its scale and shift, so they are counted only
    where it has neither.
    """
    read: set[str] = set()
    for call in group.calls:
        constants = [operand for operand in call.all_input_nodes if operand.op == "get_attr"]
        statistics = call.args[3:5] if aten_name(call) == "batch_norm" and call.args[1] else ()
        read.update(str(item.target) for item in constants if item not in statistics)
    return sum(tensors[target].numel() * tensors[target].element_size() for target in read)


def _dtype(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
