"""Where a front end ends and the network begins."""

from collections.abc import Set

from networks.fusing import CallGroup


def is_learned(group: CallGroup, trained: Set[str]) -> bool:
    """Whether an operator belongs to the network and not to the front end before it.

    It reads one of the ``trained`` weights, or it is a convolution, whose weights others may have
    trained; a front end multiplies by constants, but convolves nothing.
    """
    read = {str(node.target) for call in group.calls for node in call.all_input_nodes}
    return group.kind in ("conv", "depthwise_conv") or not read.isdisjoint(trained)
