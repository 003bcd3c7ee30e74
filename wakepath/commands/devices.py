"""``wakepath devices``."""

import click
from rich.table import Table

from devicemodels.catalog import catalog_names, load_platform
from devicemodels.documents.files import plain
from devicemodels.platform import Core, Platform
from devicemodels.power import active_power_w
from wakepath.terminal import format_option, print_json, stdout_console
from wakepath.units import quantity
from wakepath.validation.command import validate_devices


@click.command("devices")
@click.argument("name", required=False)
@click.option(
    "--validate", is_flag=True, help="Predicted beside published, for every row; half a minute."
)
@format_option
def command(name: str | None, validate: bool, output_format: str) -> None:
    """List the platforms of the catalog, or show NAME with the source of every number.

    NAME is a name of the catalog, or the path of a platform file.
    """
    if validate:
        validate_devices(name, output_format)
        return
    if name is None:
        platforms = [load_platform(known) for known in catalog_names()]
        if output_format == "json":
            print_json([plain(platform) for platform in platforms])
        else:
            _list(platforms)
        return
    platform = load_platform(name)
    if output_format == "json":
        print_json(plain(platform))
    else:
        _show(platform)


def _list(platforms: list[Platform]) -> None:
    table = Table(title="platforms of the catalog", title_justify="left")
    for column in ("name", "cores", "description"):
        table.add_column(column)
    for platform in platforms:
        cores = ", ".join(f"{core.name} ({core.kind})" for core in platform.cores)
        table.add_row(platform.name, cores, platform.description)
    stdout_console().print(table)


def _show(platform: Platform) -> None:
    console = stdout_console()
    console.print(f"[bold]{platform.name}[/bold]: {platform.description}", highlight=False)
    for core in platform.cores:
        console.print(_operating_points(platform, core))
        console.print(_idle_states(platform, core))
    links = Table(title="links", title_justify="left")
    for column in ("link", "connects", "latency", "bandwidth", "energy a byte", "source"):
        links.add_column(column)
    for link in platform.links:
        links.add_row(
            link.name,
            ", ".join(link.connects),
            quantity(link.latency_s, "s"),
            quantity(link.bandwidth_bytes_per_s, "B/s"),
            quantity(link.energy_j_per_byte, "J/B"),
            _source(platform, f"links.{link.name}.bandwidth_bytes_per_s"),
        )
    console.print(links)
    rail = quantity(platform.rail.power_w, "W")
    console.print(f"rail: {rail} at all times ({_source(platform, 'rail.power_w')})")
    sources = Table(title="sources", title_justify="left")
    for column in ("id", "kind", "tolerance", "citation"):
        sources.add_column(column)
    for name, source in platform.sources.items():
        tolerance = "" if source.tolerance is None else f"{source.tolerance:.0%}"
        sources.add_row(name, source.kind, tolerance, source.citation)
    console.print(sources)


def _operating_points(platform: Platform, core: Core) -> Table:
    table = Table(title=f"core {core.name} ({core.kind})", title_justify="left")
    for column in ("operating point", "frequency", "voltage", "source", "active power", "source"):
        table.add_column(column)
    for point in core.operating_points:
        path = f"cores.{core.name}.operating_points.{point.name}.frequency_hz"
        table.add_row(
            point.name,
            quantity(point.frequency_hz, "Hz"),
            quantity(point.voltage_v, "V"),
            _source(platform, path),
            quantity(active_power_w(core, point), "W"),
            _source(platform, f"cores.{core.name}.switched_capacitance_f"),
        )
    return table


def _idle_states(platform: Platform, core: Core) -> Table:
    table = Table()
    for column in ("idle state", "power", "exit latency", "energy of entry and exit", "source"):
        table.add_column(column)
    for state in core.idle_states:
        table.add_row(
            state.name,
            quantity(state.power_w, "W"),
            quantity(state.exit_latency_s, "s"),
            quantity(state.entry_energy_j + state.exit_energy_j, "J"),
            _source(platform, f"cores.{core.name}.idle_states.{state.name}.power_w"),
        )
    return table


def _source(platform: Platform, path: str) -> str:
    name = platform.provenance.get(path, "")
    source = platform.sources.get(name)
    return "" if source is None else f"{source.kind}: {name}"
