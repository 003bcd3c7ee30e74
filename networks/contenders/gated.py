"""The gated network itself, as ``wakepath train`` makes it."""

from dataclasses import replace
from functools import lru_cache

from networks.contender import Contender
from networks.contenders.fitted import as_measured, fitted
from networks.gated import GatedNetwork
from networks.measuring import measure, recorder
from networks.spec import NetworkSpec


@lru_cache(maxsize=1)
def make(spec: NetworkSpec, seed: int) -> Contender:
    """The network with all its gates, codecs and choices; the last one made is kept."""
    return _measured("gated", trained(spec, seed), spec)


def make_answering(spec: NetworkSpec, seed: int) -> Contender:
    """The same weights, with gates that may answer "positive" too."""
    answering = replace(spec, recipe=replace(spec.recipe, positive_exits=True))
    return _measured("gated-answering", trained(spec, seed), answering)


@lru_cache(maxsize=1)
def trained(spec: NetworkSpec, seed: int) -> GatedNetwork:
    """The network after training and calibration; the last one is kept."""
    return fitted(spec, seed)


def _measured(name: str, network: GatedNetwork, spec: NetworkSpec) -> Contender:
    with as_measured(spec, network):
        taskgraph = measure(network, spec, spec.load("validation"))
    return Contender(name, taskgraph, recorder(network, taskgraph))
