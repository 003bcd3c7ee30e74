"""Whether the parts of a platform fit together: names that are used exist, names are unique."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from devicemodels.cost import CyclesLaw
from devicemodels.documents.explain import did_you_mean
from devicemodels.documents.source import TreePath
from devicemodels.operators import OPERATOR_KINDS
from devicemodels.platform import Battery, Core, Platform, Regulator
from devicemodels.regulator import input_table


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
    if platform.battery is not None:
        yield from _battery(platform.battery)


def _battery(battery: Battery) -> Iterator[Incoherence]:
    for key, value in (("capacity", battery.capacity_j), ("usable_share", battery.usable_share)):
        if value == 0:
            hint = "leave the battery out if there is none"
            yield Incoherence(("battery", key), f"battery.{key}: 0 leaves nothing to draw", hint)
    if battery.regulator is not None:
        yield from _regulator(battery.regulator)


def _regulator(regulator: Regulator) -> Iterator[Incoherence]:
    """Whether input power rises with output power and is never below it."""
    path, loads = ("battery", "regulator", "loads"), regulator.loads
    where = ".".join(path)
    if not loads:
        yield Incoherence(path, f"{where}: at least one is needed")
        return
    sound = True
    for index, load in enumerate(loads):
        at, before_w = f"{where}[{index}]", loads[index - 1].output_power_w if index else 0.0
        if load.efficiency == 0:
            message = f"{at}.efficiency: 0 is too small; more than 0 is needed"
            yield Incoherence((*path, index, "efficiency"), message)
            sound = False
        if load.output_power_w <= before_w:
            message = (
                f"{at}.output_power: {load.output_power_w:g} W is not above {before_w:g} W, "
                + ("the load before it" if index else "no load")
            )
            hint = "list loads from the smallest to the largest"
            yield Incoherence((*path, index, "output_power"), message, hint)
            sound = False
    if not sound:
        return
    output_w, input_w = (column.tolist() for column in input_table(regulator))
    for index, (load, now_w) in enumerate(zip(loads, input_w[1:], strict=True)):
        if now_w <= input_w[index]:
            drawn = f"{input_w[index]:.4g} W at {output_w[index]:g} W"
            message = (
                f"{where}[{index}].efficiency: {load.efficiency:g} makes the regulator draw "
                f"{now_w:.4g} W at {load.output_power_w:g} W, not more than the {drawn}"
            )
            hint = (
                "input power rises with the load: lower this efficiency, or raise the one before it"
            )
            hint = hint if index else "lower this efficiency or the quiescent power"
            yield Incoherence((*path, index, "efficiency"), message, hint)
            sound = False
    slope = (input_w[-1] - input_w[-2]) / (output_w[-1] - output_w[-2])
    if sound and slope < 1:
        below_w = (input_w[-1] - slope * output_w[-1]) / (1 - slope)
        last = len(loads) - 1
        message = (
            f"{where}[{last}].efficiency: going on as it came to this load, the input would fall "
            f"below the output above {below_w:.4g} W"
        )
        hint = "add a load above those that the device draws, or lower this efficiency"
        yield Incoherence((*path, last, "efficiency"), message, hint)


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
