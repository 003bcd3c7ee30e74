"""The runnable pieces of a network: between any two cut points, a module of its own."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import torch
from torch import fx

from networks.errors import network_error
from networks.fusing import CallGroup
from networks.tracing import TracedNetwork


def split(network: TracedNetwork, after: Sequence[str]) -> tuple[fx.GraphModule, ...]:
    """Cut a network after the named operators: ``len(after) + 1`` modules, in order.

    Feeding each one's output to the next computes what the whole network computes. The pieces
    share the network's parameters.

    Raises
    ------
    NetworkError
        Something named is no cut point of this network; the message lists those that are.
    """
    names = [group.name for group in network.groups]
    allowed = {cut.after for cut in network.taskgraph.cut_points}
    wrong = [name for name in after if name not in allowed]
    if wrong:
        raise network_error(
            f"network '{network.taskgraph.name}' cannot be cut after {', '.join(wrong)}: no cut "
            "point is there, one tensor alone must cross",
            hint=f"its cut points: {', '.join(c.after for c in network.taskgraph.cut_points)}",
        )
    ends = sorted({names.index(name) for name in after})
    bounds = [0, *(end + 1 for end in ends), len(names)]
    return tuple(_piece(network, start, stop) for start, stop in pairwise(bounds))


def split_segments(network: TracedNetwork) -> tuple[fx.GraphModule, ...]:
    """The segments of the task graph, one module each, in order."""
    return split(network, [s.operators[-1] for s in network.taskgraph.segments[:-1]])


def _piece(network: TracedNetwork, start: int, stop: int) -> fx.GraphModule:
    """The module that runs the operators from ``start`` to before ``stop``."""
    entering = network.groups[start - 1].output if start else network.source
    graph = fx.Graph()
    env = {entering: graph.placeholder("activation")}
    env[entering].meta = dict(entering.meta)
    for call in _calls(network.groups[start:stop]):
        for operand in call.all_input_nodes:
            if operand.op == "get_attr" and operand not in env:
                env[operand] = graph.node_copy(operand)
        env[call] = graph.node_copy(call, lambda operand: env[operand])
    graph.output(env[network.groups[stop - 1].output])
    used = {str(node.target) for node in graph.nodes if node.op == "get_attr"}
    tensors: dict[str, torch.Tensor] = {name: network.tensors[name] for name in sorted(used)}
    return fx.GraphModule(tensors, graph)


def _calls(groups: Iterable[CallGroup]) -> Iterable[fx.Node]:
    return (call for group in groups for call in group.calls)
