"""What a network keeps of its training data before it learns: constants of normalisation."""

from networks.frontend import Standardise
from networks.gated import GatedNetwork
from networks.streams.windows import Windows


def keep_nothing(network: GatedNetwork, windows: Windows) -> None:
    """For samples that come in a range of their own, as pixels do."""
    del network, windows


def keep_scale(network: GatedNetwork, windows: Windows) -> None:
    """Keep mean and variance of each channel in the ``standardise`` of the part ``sense``."""
    standardise = network.get_submodule("trunk.sense.standardise")
    assert isinstance(standardise, Standardise)
    standardise.learn(windows.samples)
