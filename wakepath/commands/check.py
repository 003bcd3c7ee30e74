"""``wakepath check``."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from devicemodels.documents.files import read_text
from scheduler.documents import load_plan
from scheduler.graphs.documents import load_schedule
from scheduler.graphs.validity import check_schedule
from scheduler.pipelines.documents import load_shared_plan
from scheduler.pipelines.validity import check_shared
from scheduler.validity import Violation, check
from wakepath.schedule_tables import summary
from wakepath.terminal import format_option, print_json
from wakepath.units import quantity


@click.command("check")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@format_option
def command(file: Path, output_format: str) -> int:
    """Check a plan, a shared plan or a schedule, independently of the planner that made it.

    FILE is a JSON document. Exit code 0 if it is sound, 1 if it is not, 2 if it cannot be read.
    """
    text = read_text(file)
    version = _version(text)
    if version == "wakepath/schedule@1":
        violations, figures = _schedule(text, str(file))
    elif version == "wakepath/shared-plan@1":
        violations, figures = _shared_plan(text, str(file))
    else:
        violations, figures = _plan(text, str(file))
    if output_format == "json":
        print_json({"sound": not violations, "violations": [asdict(v) for v in violations]})
    elif violations:
        for violation in violations:
            click.echo(f"{file}: {violation.kind}: {violation.message}")
    else:
        click.echo(f"{file}: sound: {figures}")
    return 1 if violations else 0


def _version(text: str) -> object:
    """What the document says it is; None if that cannot be told."""
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return tree.get("version") if isinstance(tree, dict) else None


def _plan(text: str, file: str) -> tuple[Sequence[Violation], str]:
    """What is wrong with a plan, or its figures if nothing is."""
    plan = load_plan(text, file)
    violations = check(plan)
    if violations:
        return violations, ""
    energy = quantity(plan.expected.energy_per_sample_j, "J")
    longest = quantity(plan.expected.latency_max_s, "s")
    count = len(plan.placements)
    return (), f"{count} segments, {energy} per sample (modelled), at most {longest}"


def _schedule(text: str, file: str) -> tuple[Sequence[Violation], str]:
    """What is wrong with a schedule, or its figures if nothing is."""
    schedule = load_schedule(text, file)
    violations = check_schedule(schedule)
    return violations, "" if violations else f"{len(schedule.tasks)} tasks, {summary(schedule)}"


def _shared_plan(text: str, file: str) -> tuple[Sequence[Violation], str]:
    """What is wrong with a shared plan, or its figures if nothing is."""
    shared = load_shared_plan(text, file)
    violations = check_shared(shared)
    if violations:
        return violations, ""
    seen = shared.confirmation
    confirmed = 0 if seen is None else seen.confirmed_samples
    return (), (
        f"{len(shared.plans)} pipelines, mean power {quantity(shared.mean_power_w, 'W')} "
        f"(modelled), deadlines kept by {confirmed:,} simulated samples"
    )
