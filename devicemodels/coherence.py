"""Whether the parts of a platform fit together: names that are used exist, names are unique."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from devicemodels.cost import CyclesLaw
from devicemodels.documents.explain import did_you_mean
from devicemodels.documents.source import TreePath
from devicemodels.operators import OPERATOR_KINDS
from devicemodels.platform import Core, Platform


@dataclass(frozen=True, slots=True)
class Incoherence:
    """Something that each part of a platform allows, but not all together."""

    path: TreePath
    """Where it is, in the keys of a platform file."""
    message: str
    """What is wrong."""
    hint: str = ""
    """What to try."""


def incoherences(platform: Platform) -> Iterator[Incoherence]:
    """Everything in ``platform`` that does not fit together."""
    cores = [core.name for core in platform.cores]
    memories = [memory.name for memory in platform.memories]
    links = [link.name for link in platform.links]
    if not cores:
        yield Incoherence(("cores",), "cores: at least one is needed")
    for what, names in (("cores", cores), ("memories", memories), ("links", links)):
        yield from _repeated((what,), names, what)
    for index, core in enumerate(platform.cores):
        yield from _core(core, ("cores", index), memories)
    for index, link in enumerate(platform.links):
        path = ("links", index, "connects")
        where = f"links.{link.name}.connects"
        if len(set(link.connects)) < 2:
            yield Incoherence(path, f"{where}: a link connects at least two cores")
        for place, name in enumerate(link.connects):
            if name not in cores:
                hint = did_you_mean(name, cores, "cores")
                yield Incoherence((*path, place), f"{where}: there is no core '{name}'", hint)


def _core(core: Core, path: TreePath, memories: list[str]) -> Iterator[Incoherence]:
    where = f"cores.{core.name}"
    points = [point.name for point in core.operating_points]
    idle = [idle_state.name for idle_state in core.idle_states]
    for what, names in (("operating_points", points), ("idle_states", idle)):
        if not names:
            yield Incoherence((*path, what), f"{where}.{what}: at least one is needed")
        yield from _repeated((*path, what), names, f"{where}.{what}")
    if core.memory not in memories:
        message = f"{where}.memory: there is no memory '{core.memory}'"
        yield Incoherence((*path, "memory"), message, did_you_mean(core.memory, memories, "there"))
    if core.activity < 0:
        message = f"{where}.activity: {core.activity} is negative"
        yield Incoherence((*path, "activity"), message)
    if core.adapter is not None and core.adapter.cpu < 0:
        message = f"{where}.adapter.cpu: {core.adapter.cpu} is negative; CPUs count from 0"
        yield Incoherence((*path, "adapter", "cpu"), message)
    if isinstance(core.cost, CyclesLaw):
        cost = core.cost
        for key, table in (
            ("cycles_per_mac", cost.cycles_per_mac),
            ("cycles_per_element", cost.cycles_per_element),
        ):
            yield from _cycles(table, (*path, "cost", key), f"{where}.cost.{key}")
        for key, cycles in (
            ("cycles_per_operator", cost.cycles_per_operator),
            ("cycles_per_dispatch", cost.cycles_per_dispatch),
        ):
            if cycles < 0:
                message = f"{where}.cost.{key}: {cycles} is negative"
                yield Incoherence((*path, "cost", key), message)


def _cycles(table: Mapping[str, float], path: TreePath, where: str) -> Iterator[Incoherence]:
    for kind, cycles in table.items():
        if kind not in OPERATOR_KINDS:
            hint = did_you_mean(kind, OPERATOR_KINDS, "kinds")
            yield Incoherence((*path, kind), f"{where}: there is no operator kind '{kind}'", hint)
        if cycles < 0:
            yield Incoherence((*path, kind), f"{where}.{kind}: {cycles} is negative")


def _repeated(path: TreePath, names: Iterable[str], where: str) -> Iterator[Incoherence]:
    names = list(names)
    for name, count in Counter(names).items():
        if count > 1:
            last = len(names) - 1 - names[::-1].index(name)
            message = f"{where}: '{name}' is the name of {count} of them"
            yield Incoherence((*path, last, "name"), message, "names are unique")
