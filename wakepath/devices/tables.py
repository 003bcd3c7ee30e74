"""Platforms and predictions as tables that a person reads."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from devicemodels.platform import Platform
from wakepath.devices.facts import CoreFacts, PlatformFacts
from wakepath.devices.prediction import CorePrediction, LayerTime
from wakepath.units import quantity


def catalog_table(platforms: Sequence[PlatformFacts]) -> Table:
    """A row a platform: its cores, and how its numbers came about."""
    caption = "complete: three cores or more, an NPU among them, all joined by links"
    title = "platforms of the catalog"
    table = Table(title=title, title_justify="left", caption=caption, caption_justify="left")
    for column in ("name", "cores (kind): operating points", "complete"):
        table.add_column(column)
    for kind in platforms[0].values_by_kind:
        table.add_column(kind, justify="right")
    table.add_column("description")
    for platform in platforms:
        table.add_row(
            platform.name,
            "\n".join(_core_in_brief(core) for core in platform.cores),
            "yes" if platform.complete else "no",
            *map(str, platform.values_by_kind.values()),
            platform.description,
        )
    return table


def _core_in_brief(core: CoreFacts) -> str:
    clocks = sorted(point.frequency_hz for point in core.points)
    count = "" if len(clocks) == 1 else f"{len(clocks)}, "
    fastest = "" if len(clocks) == 1 else f" to {quantity(clocks[-1], 'Hz')}"
    return f"{core.name} ({core.kind}): {count}{quantity(clocks[0], 'Hz')}{fastest}"


def print_platform(platform: Platform, facts: PlatformFacts, console: Console) -> None:
    """Everything that a platform file says, with its sources."""
    console.print(f"[bold]{platform.name}[/bold]: {platform.description}", highlight=False)
    for core in facts.cores:
        console.print(_operating_points(core, platform))
        console.print(_idle_states(core, platform))
    console.print(_BREAK_EVEN, style="dim", highlight=False)
    console.print(_memories(platform))
    if platform.links:
        console.print(_links(platform))
    for line in _supply(platform):
        console.print(line, highlight=False)
    console.print(_sources(facts))


_BREAK_EVEN = (
    "break-even: the stay from which on a state costs less than the one before it, and the first "
    "one less than computing on at the operating point that draws the least"
)


def _operating_points(core: CoreFacts, platform: Platform) -> Table:
    table = Table(
        title=f"core {core.name} ({core.kind}), costs by law '{core.law}'", title_justify="left"
    )
    for column in ("operating point", "frequency", "voltage", "source"):
        table.add_column(column)
    for column in ("active power", "uW/MHz"):
        table.add_column(column, justify="right")
    table.add_column("source")
    for point in core.points:
        path = f"cores.{core.name}.operating_points.{point.name}.frequency_hz"
        table.add_row(
            point.name,
            quantity(point.frequency_hz, "Hz"),
            quantity(point.voltage_v, "V"),
            _source(platform, path),
            quantity(point.active_power_w, "W"),
            f"{point.power_w_per_hz * 1e12:.4g}",
            _source(platform, f"cores.{core.name}.switched_capacitance_f"),
        )
    return table


def _idle_states(core: CoreFacts, platform: Platform) -> Table:
    table = Table()
    table.add_column("idle state")
    for column in ("power", "entry", "exit", "min residency", "entry + exit", "break-even"):
        table.add_column(column, justify="right")
    table.add_column("source")
    for state in core.idle_states:
        even_s = state.break_even_s
        table.add_row(
            state.name,
            quantity(state.power_w, "W"),
            quantity(state.entry_latency_s, "s"),
            quantity(state.exit_latency_s, "s"),
            quantity(state.min_residency_s, "s"),
            quantity(state.transition_energy_j, "J"),
            "never" if even_s is None else quantity(even_s, "s"),
            _source(platform, f"cores.{core.name}.idle_states.{state.name}.power_w"),
        )
    return table


def _memories(platform: Platform) -> Table:
    table = Table(title="memories", title_justify="left")
    for column in ("memory", "size", "of cores", "source"):
        table.add_column(column)
    for memory in platform.memories:
        users = [core.name for core in platform.cores if core.memory == memory.name]
        table.add_row(
            memory.name,
            f"{memory.size_bytes:,} bytes",
            ", ".join(users),
            _source(platform, f"memories.{memory.name}.size_bytes"),
        )
    return table


def _links(platform: Platform) -> Table:
    table = Table(title="links", title_justify="left")
    for column in ("link", "connects", "shared", "latency", "bandwidth", "energy a byte", "source"):
        table.add_column(column)
    for link in platform.links:
        table.add_row(
            link.name,
            ", ".join(link.connects),
            link.arbitration,
            quantity(link.latency_s, "s"),
            quantity(link.bandwidth_bytes_per_s, "B/s"),
            quantity(link.energy_j_per_byte, "J/B"),
            _source(platform, f"links.{link.name}.bandwidth_bytes_per_s"),
        )
    return table


def _supply(platform: Platform) -> Iterator[str]:
    rail = quantity(platform.rail.power_w, "W")
    yield f"rail: {rail} at all times ({_source(platform, 'rail.power_w')})"
    battery = platform.battery
    if battery is None:
        yield "battery: none"
        return
    capacity, source = quantity(battery.capacity_j, "J"), _source(platform, "battery.capacity_j")
    yield (
        f"battery: {capacity}, {battery.usable_share:.0%} of it usable, loses "
        f"{battery.self_discharge_per_month:.1%} a month ({source})"
    )
    if battery.regulator is not None:
        loads = battery.regulator.loads
        yield (
            f"regulator: {quantity(battery.regulator.quiescent_power_w, 'W')} without load, "
            + ", ".join(
                f"{load.efficiency:.0%} at {quantity(load.output_power_w, 'W')}" for load in loads
            )
        )


def _sources(facts: PlatformFacts) -> Table:
    table = Table(title="sources", title_justify="left")
    for column in ("id", "kind", "tolerance", "values", "citation"):
        table.add_column(column, justify="right" if column == "values" else "left")
    for source in facts.sources:
        tolerance = "" if source.tolerance is None else f"{source.tolerance:.0%}"
        table.add_row(source.name, source.kind, tolerance, str(source.values), source.citation)
    return table


def predictions_table(
    title: str, found: Sequence[tuple[str, Sequence[CorePrediction]]], platforms: bool
) -> Table:
    """Latency, energy and mean power by platform (if they differ), core and operating point."""
    table = Table(title=title, title_justify="left")
    for column in ("platform", "core", "operating point")[0 if platforms else 1 :]:
        table.add_column(column)
    for column in ("latency", "energy", "mean power"):
        table.add_column(column, justify="right")
    for name, cores in found:
        for core in cores:
            label = [name] if platforms else []
            label.append(f"{core.core} ({core.kind})")
            if not core.points:
                table.add_row(*label, "cannot", "-", "-", "-")
            for point in core.points:
                table.add_row(
                    *label,
                    point.point,
                    quantity(point.latency_s, "s"),
                    quantity(point.energy_j, "J"),
                    quantity(point.mean_power_w, "W"),
                )
        table.add_section()
    return table


def layers_table(core: str, points: Sequence[str], rows: Sequence[tuple[LayerTime, ...]]) -> Table:
    """A row an operator; ``rows`` holds the operators' times at each of the ``points``."""
    table = Table(title=f"operators on core {core}", title_justify="left")
    for column in ("operator", "kind"):
        table.add_column(column)
    for column in ("MACs", "cycles"):
        table.add_column(column, justify="right")
    for point in points:
        table.add_column(f"time at {point}", justify="right")
        table.add_column("bound by")
    for at_points in zip(*rows, strict=True):
        first = at_points[0]
        times = [text for one in at_points for text in (quantity(one.time_s, "s"), one.bound)]
        table.add_row(first.operator, first.kind, f"{first.macs:,}", f"{first.cycles:,.0f}", *times)
    return table


def _source(platform: Platform, path: str) -> str:
    name = platform.provenance.get(path, "")
    source = platform.sources.get(name)
    return "" if source is None else f"{source.kind}: {name}"
