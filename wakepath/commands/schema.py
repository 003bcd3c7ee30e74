"""``wakepath schema``."""

import click

from wakepath.scenario import scenario_schema
from wakepath.terminal import print_json


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of the scenario file, for editors."""
    print_json(scenario_schema())
