"""The one-way flow: scenario -> task graph -> plan -> traces -> report.

Each function takes frozen values and returns one. Those that need the network itself import
torch when they are called; planning and simulating saved documents never do.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from devicemodels.documents.errors import InputError
from devicemodels.documents.errors import Problem as Fault
from devicemodels.documents.files import sha256_of
from scheduler.documents import read_plan, read_taskgraph
from scheduler.infeasible import Infeasible
from scheduler.plan import Plan, Requirements
from scheduler.problem import Problem
from scheduler.recording import Recording
from scheduler.registry import BASELINES, schedule
from scheduler.restriction import BARE, restrict
from scheduler.tabulation import make_problem
from scheduler.taskgraph import TaskGraph
from scheduler.validity import check
from wakepath.scenario import SCENARIO_FILE, Scenario
from wakepath.terminal import print_json

if TYPE_CHECKING:
    from networks.gated import GatedNetwork
    from networks.spec import NetworkSpec
    from networks.streams.windows import Windows


@dataclass(frozen=True, slots=True)
class Stream:
    """The network and the recorded windows that it is run on."""

    network: "GatedNetwork"
    """With its trained weights."""
    windows: "Windows"
    """Those of the scenario's split."""
    calibration: "Windows"
    """Those of the validation split, which costs are measured on."""


def task_graph(scenario: Scenario) -> TaskGraph:
    """The scenario's task graph: the saved one, or measured anew from the weights.

    Raises ``InputError`` if the saved one was made of other weights.
    """
    saved = scenario.taskgraph_path
    if saved is None:
        from networks.training import taskgraph_from_weights  # noqa: PLC0415 - imports torch

        return taskgraph_from_weights(spec_of(scenario), scenario.weights_path)
    graph = read_taskgraph(saved)
    actual = sha256_of(scenario.weights_path)
    if graph.weights_sha256 != actual:
        raise InputError.single(
            f"it was made of weights {graph.weights_sha256[:12]}..., but "
            f"'{scenario.weights_path.name}' is {actual[:12]}...",
            hint="`wakepath train` the scenario again, or leave `taskgraph` out to measure it anew",
            file=str(saved),
        )
    return graph


def requirements(scenario: Scenario, graph: TaskGraph) -> Requirements:
    """What a plan for the scenario must meet; classes come as often as in validation data."""
    return Requirements(
        objective=scenario.objective,
        period_s=scenario.workload.period_s,
        deadline_s=scenario.deadline_s,
        accuracy_floor=scenario.accuracy_floor,
        class_prior={
            "negative": 1.0 - graph.positive_share,
            "positive": graph.positive_share,
        },
        recall_floor=scenario.recall_floor,
        energy_limit_j=scenario.limits.energy_j,
        mean_power_limit_w=scenario.limits.mean_power_w,
        latency_mean_limit_s=scenario.limits.latency_mean_s,
        latency_p99_limit_s=scenario.limits.latency_p99_s,
        energy_delay_limit_js=scenario.limits.energy_delay_product_js,
    )


def problem_of(scenario: Scenario) -> Problem:
    """What is to be planned, with all choices open. Raises ``InputError`` and ``Infeasible``."""
    graph = task_graph(scenario)
    required = requirements(scenario, graph)
    return make_problem(scenario.name, graph, scenario.load_platform(), required)


def plan_scenario(scenario: Scenario, algorithm: str) -> Plan:
    """A checked plan for the scenario. Raises ``InputError`` and ``Infeasible``."""
    return schedule(problem_of(scenario), algorithm)


def exact_plan(problem: Problem, output_format: str) -> Plan:
    """The best plan. ``Infeasible`` says which limits are in the way and what comes nearest."""
    try:
        return schedule(problem)
    except Infeasible as none:
        from wakepath.infeasible_report import explained  # noqa: PLC0415

        answer, document = explained(problem, none)
        if output_format == "json":
            print_json(document)
        raise answer from none


def sound_plan(path: Path) -> Plan:
    """A saved plan that the independent checker has passed; ``InputError`` otherwise."""
    plan = read_plan(path)
    violations = check(plan)
    if violations:
        raise InputError(
            Fault(f"{violation.kind}: {violation.message}", file=str(path))
            for violation in violations
        )
    return plan


def require_plan_of(scenario: Scenario, plan: Plan, file: str) -> None:
    """Raise ``InputError`` unless a saved plan is of the scenario's network, as it is trained now.

    Whoever runs the scenario's network for a plan asks first: what another network says, or the
    same one after it was trained again, is not what the plan is about.
    """
    graph, actual = plan.task_graph, sha256_of(scenario.weights_path)
    if graph.weights_sha256 != actual:
        old = graph.weights_sha256
        made_of = f"weights {old[:12]}..." if old else "no weights"
        raise InputError.single(
            f"the plan is of network '{graph.name}' with {made_of}, but the scenario's "
            f"'{scenario.weights_path.name}' is {actual[:12]}...",
            hint="plan the scenario anew, with `wakepath plan SCENARIO -o PLAN`",
            file=file,
        )


def baselines(problem: Problem) -> dict[str, Plan | str]:
    """The baselines' plans, or why one found none.

    Each is there twice: by its name with all gates and codecs that we have ourselves, and by its
    name with ``BARE`` behind it without any of them.
    """
    found: dict[str, Plan | str] = {}
    for name in BASELINES:
        for suffix, has_both in (("", True), (BARE, False)):
            try:
                table = restrict(problem, gates=has_both, codecs=has_both)
                found[name + suffix] = schedule(table, name)
            except Infeasible as infeasible:
                found[name + suffix] = str(infeasible)
    return found


def spec_of(scenario: Scenario) -> "NetworkSpec":
    """The scenario's network in its design, if it names one; imports torch.

    It is of the zoo, or of a file of the scenario's own, which is run.
    Raises ``InputError``, also if the network does not read the scenario's stream.
    """
    if scenario.network_file is None:
        from networks.zoo import network_spec  # noqa: PLC0415

        spec = network_spec(scenario.network.name)
    else:
        from networks.own import spec_from_file  # noqa: PLC0415

        spec = spec_from_file(scenario.network_file, name=scenario.network.name)
    if scenario.stream.name != spec.stream:
        raise InputError.single(
            f"stream.name: network '{spec.name}' reads stream '{spec.stream}', not "
            f"'{scenario.stream.name}'",
            hint=f"name '{spec.stream}', or another network",
            file=str(scenario.folder / SCENARIO_FILE),
        )
    return _in_design(spec, scenario.design_path)


def _in_design(spec: "NetworkSpec", design: Path | None) -> "NetworkSpec":
    from networks.design import designed, read_design  # noqa: PLC0415

    return spec if design is None else designed(spec, read_design(design), file=str(design))


def load_stream(scenario: Scenario) -> Stream:
    """The trained network and its windows; imports torch.

    Raises ``InputError``, also if the stream cannot be used.
    """
    from networks.learning.splits import load_split  # noqa: PLC0415
    from networks.training import load_network  # noqa: PLC0415

    spec = spec_of(scenario)
    network = load_network(spec, scenario.weights_path)
    return Stream(
        network=network,
        windows=load_split(spec, network, scenario.stream.split),
        calibration=load_split(spec, network, "validation"),
    )


def record_stream(plan: Plan, stream: Stream) -> Recording:
    """What the plan's gates and network say of each window, with the plan's codecs in force."""
    from networks.record import record  # noqa: PLC0415

    windows = stream.windows
    return record(stream.network, plan.task_graph, plan.codecs, windows.samples, windows.labels)
