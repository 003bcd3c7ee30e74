"""Learned codecs without gates: every sample goes all the way, in few bytes where that helps."""

from dataclasses import replace

from networks.contender import Contender
from networks.contenders.fitted import as_measured, fitted
from networks.gated_graph import trace_gated
from networks.measuring import measured, recorder
from networks.spec import NetworkSpec


def make(spec: NetworkSpec, seed: int) -> Contender:
    """The same codecs at the same cuts, trained with the trunk; no loss reaches a gate.

    The heads are still built, so that the same seed draws the same first weights as for the gated
    network, but they learn nothing, and the task graph does not have them.
    """
    silent = tuple(0.0 for _ in spec.recipe.gate_weights)
    recipe = replace(spec.recipe, gate_weights=silent, calibrate_gates=False)
    network = fitted(replace(spec, recipe=recipe), seed)
    bare = replace(trace_gated(network).taskgraph, gates=())
    recorded = recorder(network, bare)
    with as_measured(spec, network):
        taskgraph = measured(bare, recorded, spec.load("validation"))
    return Contender("compression-only", taskgraph, recorded)
