"""The trunk alone, trained without gates and codecs: every sample goes all the way, raw."""

from functools import lru_cache

from networks.contender import Contender
from networks.contenders.fitted import as_measured, fitted, without_gates
from networks.gated import GatedNetwork
from networks.gated_graph import trace_gated
from networks.measuring import measured, recorder
from networks.spec import NetworkSpec


@lru_cache(maxsize=1)
def network_of(spec: NetworkSpec, seed: int) -> GatedNetwork:
    """The trained trunk; the last one is kept, for other contenders begin with it."""
    return fitted(without_gates(spec), seed)


def make(spec: NetworkSpec, seed: int) -> Contender:
    """A chain without a choice to make but where each segment runs."""
    network = network_of(spec, seed)
    taskgraph = trace_gated(network).taskgraph
    recorded = recorder(network, taskgraph)
    with as_measured(spec, network):
        figures = measured(taskgraph, recorded, spec.load("validation"))
    return Contender("ungated", figures, recorded)
