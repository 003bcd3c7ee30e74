"""Gates without compression: what passes a cut goes on raw, in training as in use."""

from dataclasses import replace

from networks.contender import Contender
from networks.contenders.fitted import as_measured, fitted, without_codecs
from networks.measuring import measure, recorder
from networks.spec import NetworkSpec


def make(spec: NetworkSpec, seed: int) -> Contender:
    """The same gates at the same cuts, with the gated network's choices of gates and thresholds."""
    network = fitted(without_codecs(spec), seed)
    with as_measured(spec, network):
        measured = measure(network, spec, spec.load("validation"))
    edges = tuple(edge.without_codecs() for edge in measured.edges)
    taskgraph = replace(measured, edges=edges)
    return Contender("gate-only", taskgraph, recorder(network, taskgraph))
