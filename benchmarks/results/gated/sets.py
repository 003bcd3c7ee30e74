"""The data sets of the results, the platforms and the class priors."""

from dataclasses import dataclass

PLATFORMS = ("wearable", "nrf54lm20b")
"""Two with a frugal core beside a dear one, and links that bytes cross."""

NEGATIVES = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
"""Shares of negatives that are planned for and replayed."""

AT = 0.95
"""The one that the targets speak of."""

SEEDS = (0, 1, 2)

GATED = "gated"
"""Our contender, by its name in the registry."""

ANSWERING = "gated-answering"
"""The same network, whose gates may answer "positive" too."""

OURS = (GATED, ANSWERING)
"""No baselines."""

UNGATED = "ungated"
"""The baseline that sets the floors."""

ONE_CORE = "best-single-core"
"""How the ungated network is planned for the target."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """A recorded stream and the network that reads it."""

    name: str
    """Name of the network in ``networks/zoo``."""
    what: str
    """What is told apart."""
    scenario: str = ""
    """Scenario whose weights are shipped; empty if there is none."""
    instead: tuple[tuple[str, str], ...] = ()
    """Platforms whose memories do not hold the network, each with the one that is taken for it."""

    def platform(self, name: str) -> str:
        """The platform that this network is planned for where others are for ``name``."""
        return dict(self.instead).get(name, name)


SETS = (
    DataSet("digits", "one digit against the rest, 8 x 8 pixels"),
    DataSet("mnist", "one digit against the rest, 28 x 28 pixels"),
    DataSet("vowels", "one speaker against the rest, cepstra"),
    DataSet("words", "one spoken word against all else, 8 kHz sound", "spoken-word"),
    DataSet("smartwatch", "one exercise against the rest, motion", "smartwatch"),
    DataSet(
        "wakeword",
        "one spoken word, on a pretrained embedding network",
        instead=(("wearable", "ethos-u55"),),
    ),
)


def platforms_of(name: str) -> tuple[str, ...]:
    """The platforms that a network is planned for, by the name of its data set."""
    found = next((s for s in SETS if s.name == name), DataSet(name, ""))
    return tuple(found.platform(platform) for platform in PLATFORMS)
