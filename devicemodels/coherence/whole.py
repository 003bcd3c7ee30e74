"""A whole platform: names that are used exist, names are unique, every part is sound."""

from collections.abc import Iterator

from devicemodels.coherence.battery import battery_incoherences
from devicemodels.coherence.cores import core_incoherences
from devicemodels.coherence.incoherence import Incoherence, repeated
from devicemodels.documents.explain import did_you_mean
from devicemodels.platform import Platform


def incoherences(platform: Platform) -> Iterator[Incoherence]:
    """Everything in ``platform`` that does not fit together."""
    cores = [core.name for core in platform.cores]
    memories = [memory.name for memory in platform.memories]
    links = [link.name for link in platform.links]
    if not cores:
        yield Incoherence(("cores",), "cores: at least one is needed")
    for what, names in (("cores", cores), ("memories", memories), ("links", links)):
        yield from repeated((what,), names, what)
    for index, core in enumerate(platform.cores):
        yield from core_incoherences(core, ("cores", index), memories)
    for index, link in enumerate(platform.links):
        path = ("links", index, "connects")
        where = f"links.{link.name}.connects"
        if len(set(link.connects)) < 2:
            yield Incoherence(path, f"{where}: a link connects at least two cores")
        for place, name in enumerate(link.connects):
            if name not in cores:
                hint = did_you_mean(name, cores, "cores")
                yield Incoherence((*path, place), f"{where}: there is no core '{name}'", hint)
    if platform.battery is not None:
        yield from battery_incoherences(platform.battery)
