"""The gated network itself, as ``wakepath train`` makes it."""

from functools import lru_cache

from networks.contender import Contender
from networks.contenders.fitted import as_measured, fitted
from networks.contenders.measuring import recorder
from networks.spec import NetworkSpec
from networks.training import measure


@lru_cache(maxsize=1)
def make(spec: NetworkSpec, seed: int) -> Contender:
    """The network with all its gates, codecs and choices; the last one made is kept."""
    network = fitted(spec, seed)
    with as_measured(spec, network):
        taskgraph = measure(network, spec, spec.load("validation"))
    return Contender("gated", taskgraph, recorder(network, taskgraph))
