"""``wakepath check``."""

from dataclasses import asdict
from pathlib import Path

import click

from scheduler.documents import read_plan
from scheduler.validity import check
from wakepath.terminal import format_option, print_json
from wakepath.units import quantity


@click.command("check")
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@format_option
def command(plan_file: Path, output_format: str) -> int:
    """Check a plan, independently of the planner that made it.

    PLAN is a JSON file. Exit code 0 if it is sound, 1 if it is not, 2 if it cannot be read.
    """
    plan = read_plan(plan_file)
    violations = check(plan)
    if output_format == "json":
        print_json({"sound": not violations, "violations": [asdict(v) for v in violations]})
    elif violations:
        for violation in violations:
            click.echo(f"{plan_file}: {violation.kind}: {violation.message}")
    else:
        energy = quantity(plan.expected.energy_per_sample_j, "J")
        longest = quantity(plan.expected.latency_max_s, "s")
        click.echo(
            f"{plan_file}: sound: {len(plan.placements)} segments, {energy} per sample "
            f"(modelled), at most {longest}"
        )
    return 1 if violations else 0
