"""What follows from a platform file alone: powers, break-even times, how numbers came about."""

from collections import Counter
from dataclasses import dataclass
from typing import get_args

from devicemodels.platform import Core, Platform, ProvenanceKind
from devicemodels.power import active_power_w


@dataclass(frozen=True, slots=True)
class PointFacts:
    """An operating point and what it draws."""

    name: str
    """Of the operating point."""
    frequency_hz: float
    """Clock."""
    voltage_v: float
    """Supply voltage."""
    active_power_w: float
    """While the core computes and does not wait."""
    power_w_per_hz: float
    """Active power over clock; datasheets say uW/MHz."""


@dataclass(frozen=True, slots=True)
class IdleFacts:
    """An idle state and when it is worth it."""

    name: str
    """Of the idle state."""
    power_w: float
    """During the stay."""
    entry_latency_s: float
    """Part of the min residency."""
    exit_latency_s: float
    """From the arrival of work to the first instruction."""
    min_residency_s: float
    """As the platform file states it."""
    transition_energy_j: float
    """Of entry and exit together."""
    break_even_s: float | None
    """The stay from which on it costs less than the state before it, and the first state less than
    computing on at the operating point that draws the least; None if that is never."""


@dataclass(frozen=True, slots=True)
class CoreFacts:
    """A core with what it draws awake and at rest."""

    name: str
    """Of the core."""
    kind: str
    """``dsp``, ``cpu`` or ``npu``."""
    law: str
    """The law of its durations."""
    points: tuple[PointFacts, ...]
    """In the order of the platform."""
    idle_states: tuple[IdleFacts, ...]
    """The shallowest first."""


@dataclass(frozen=True, slots=True)
class SourceUse:
    """A source and how much rests on it."""

    name: str
    """Its id in the platform file."""
    kind: ProvenanceKind
    """How its numbers came about."""
    tolerance: float | None
    """Relative, where it is known."""
    values: int
    """How many values of the platform name it."""
    citation: str
    """Where to find it again."""


@dataclass(frozen=True, slots=True)
class PlatformFacts:
    """A platform at a glance."""

    name: str
    """In the catalog."""
    description: str
    """One line."""
    complete: bool
    """Whether a gated network finds a place for all of its parts: three cores or more, an NPU
    among them, and links that join them all."""
    cores: tuple[CoreFacts, ...]
    """In the order of the platform."""
    sources: tuple[SourceUse, ...]
    """In the order of the platform."""
    values_by_kind: dict[str, int]
    """How many values are measured, from a datasheet, fitted and estimated."""


def platform_facts(platform: Platform) -> PlatformFacts:
    """What ``platform`` says, and what follows from it."""
    uses = Counter(platform.provenance.values())
    sources = tuple(
        SourceUse(name, source.kind, source.tolerance, uses[name], source.citation)
        for name, source in platform.sources.items()
    )
    kinds = dict.fromkeys(get_args(ProvenanceKind), 0)
    for source in sources:
        kinds[source.kind] += source.values
    return PlatformFacts(
        name=platform.name,
        description=platform.description,
        complete=_is_complete(platform),
        cores=tuple(_core(core) for core in platform.cores),
        sources=sources,
        values_by_kind=kinds,
    )


def _is_complete(platform: Platform) -> bool:
    joined = {platform.cores[0].name}
    for _ in platform.cores:  # as often as the longest way from one to another
        joined.update(*(link.connects for link in platform.links if joined & {*link.connects}))
    npus = sum(core.kind == "npu" for core in platform.cores)
    return len(joined) == len(platform.cores) >= 3 and npus > 0


def _core(core: Core) -> CoreFacts:
    points = []
    for point in core.operating_points:
        power_w = active_power_w(core, point)
        points.append(
            PointFacts(
                point.name,
                point.frequency_hz,
                point.voltage_v,
                power_w,
                power_w / point.frequency_hz,
            )
        )
    before_w, before_j = min(point.active_power_w for point in points), 0.0
    states = []
    for state in core.idle_states:
        energy_j = state.entry_energy_j + state.exit_energy_j
        states.append(
            IdleFacts(
                state.name,
                state.power_w,
                state.entry_latency_s,
                state.exit_latency_s,
                state.min_residency_s,
                energy_j,
                _break_even_s(energy_j - before_j, before_w - state.power_w),
            )
        )
        before_w, before_j = state.power_w, energy_j
    return CoreFacts(core.name, core.kind, core.cost.law, tuple(points), tuple(states))


def _break_even_s(more_j: float, less_w: float) -> float | None:
    """When what is saved a second has made up for what is spent at once."""
    if more_j <= 0.0:
        return 0.0
    return more_j / less_w if less_w > 0.0 else None
