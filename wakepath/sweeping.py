"""``wakepath train --sweep``: where to gate a scenario's network, found on its platform."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from devicemodels.documents.files import plain, read_text, write_atomically
from networks.sweep.front import SweepFront
from networks.sweep.pricing import Pricing
from networks.sweep.sweep import sweep
from wakepath.flow import requirements, spec_of
from wakepath.front_plot import plot_front
from wakepath.member_scenario import member_scenario
from wakepath.pictures import require_picture
from wakepath.scenario import SCENARIO_FILE, Scenario, scenario_file
from wakepath.sweep_tables import left_out, sweep_record, sweep_table
from wakepath.terminal import print_json, say, stdout_console

if TYPE_CHECKING:
    from networks.spec import NetworkSpec

SWEEP_FOLDER = "sweep"
"""Where a sweep goes if nothing else is said, in the scenario's folder."""


def sweep_scenario(
    scenario: Scenario,
    path: Path,
    folder: Path,
    *,
    trainings: int,
    any_cut: bool,
    epochs: int | None,
    plot: Path | None,
    output_format: str,
) -> None:
    """Sweep, print the front, and leave each of its networks ready to be planned and run.

    Parameters
    ----------
    scenario, path
        What is asked, and what the user called it.
    folder
        Receives the sweep.
    any_cut
        Gate at any cut points of the trunk, not only after its parts.
    trainings, epochs
        The budget; epochs of a full training, the recipe's if None.
    plot
        Draw the front into this picture.
    output_format
        ``table`` or ``json``.
    """
    if plot is not None:
        require_picture(plot)
    text = read_text(scenario_file(path))
    spec = _loading_once(spec_of(scenario))
    front = sweep(
        spec,
        pricing_of(scenario, spec),
        folder,
        seed=scenario.seed,
        trainings=trainings,
        any_cut=any_cut,
        epochs=epochs,
    )
    _make_runnable(front, scenario, text, folder)
    for line in left_out(front):
        say(line)
    if output_format == "json":
        print_json(plain(front))
    else:
        stdout_console().print(sweep_table(front))
    say(f"`wakepath run {folder / front.members[0].folder}` runs the one of least energy")
    if plot is not None:
        plot_front(sweep_record(front), plot)
        say(f"front drawn in {plot}")


def _loading_once(spec: "NetworkSpec") -> "NetworkSpec":
    """The network with its splits kept: pricing needs that of validation, and so do trainings."""
    return replace(spec, load=cache(spec.load))


def pricing_of(scenario: Scenario, spec: "NetworkSpec") -> Pricing:
    """The scenario's platform and rules; classes come as often as in validation data."""
    from networks.gated_graph import trace_gated  # noqa: PLC0415
    from networks.learning.splits import load_split  # noqa: PLC0415

    network = spec.build()
    share = load_split(spec, network, "validation").positive_share
    graph = replace(trace_gated(network).taskgraph, positive_share=share)
    return Pricing(
        scenario.load_platform(),
        requirements(scenario, graph),
        positive_exits=spec.recipe.positive_exits,
    )


def _make_runnable(front: SweepFront, scenario: Scenario, text: str, folder: Path) -> None:
    """A scenario beside the weights of each network on the front, made of the user's ``text``."""
    for name in sorted({member.folder for member in front.members}):
        here = (folder / name).resolve()
        moved = member_scenario(text, scenario.folder.resolve(), here)
        write_atomically(here / SCENARIO_FILE, moved)
