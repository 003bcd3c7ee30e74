"""Several scenarios on one device: planned together, confirmed by simulation, and reported."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from devicemodels.documents.errors import InputError
from devicemodels.documents.files import plain, write_atomically
from scheduler.infeasible import Infeasible
from scheduler.pipelines.budget import EXPECTED, WORST_CASE, Budget
from scheduler.pipelines.documents import dump_shared_plan
from scheduler.pipelines.planner import plan_together
from scheduler.pipelines.shared_plan import SharedPlan
from scheduler.pipelines.validity import check_shared
from scheduler.plan import Plan
from scheduler.problem import Problem
from scheduler.registry import schedule
from wakepath.flow import problem_of
from wakepath.scenario import Scenario
from wakepath.terminal import print_json, progress, say, stdout_console


@dataclass(frozen=True, slots=True)
class SharedReport:
    """What ``wakepath plan A B`` has to say."""

    shared: SharedPlan
    """The plans that were chosen together."""
    alone: tuple[Plan | str, ...]
    """By pipeline: the plan of least power if it had the device to itself, or why there is none."""

    def as_document(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "shared_plan": plain(self.shared),
            "alone": [
                {"infeasible": plan}
                if isinstance(plan, str)
                else {
                    "mean_power_w": plan.expected.mean_power_w,
                    "latency_max_s": plan.expected.latency_max_s,
                }
                for plan in self.alone
            ],
        }


def plan_several(
    scenarios: Sequence[Scenario], utilisation: str, output: Path | None, output_format: str
) -> None:
    """Plan scenarios together, write the shared plan if asked to, and print it."""
    from wakepath.sharing_tables import print_shared  # noqa: PLC0415 - it prints what is here

    budget = WORST_CASE if utilisation == "worst-case" else EXPECTED
    with progress("planning together"):
        report = share_device(scenarios, budget)
    if output is not None:
        write_atomically(output, dump_shared_plan(report.shared))
        say(f"shared plan written to {output}")
    if output_format == "json":
        print_json(report.as_document())
    else:
        print_shared(report, stdout_console())


def share_device(scenarios: Sequence[Scenario], budget: Budget) -> SharedReport:
    """Plans for all scenarios on their one platform, passed by the independent checker.

    Deadlines are confirmed by simulation: of samples drawn from the gates' stop rates, and, if the
    budget counts the worst case, also of samples that no gate stops. Raises ``InputError`` if the
    scenarios name different platforms, and ``Infeasible``.
    """
    from simulator.confirmation import Horizon  # noqa: PLC0415 - simpy is not for planning

    require_one_platform(scenarios)
    problems = [problem_of(scenario) for scenario in scenarios]
    worst = budget.counted == "worst_case"
    confirm = Horizon(("worst_case", "drawn") if worst else ("drawn",), seed=scenarios[0].seed)
    shared = plan_together(problems, budget=budget, confirm=confirm)
    violations = check_shared(shared)
    if violations:
        faults = "; ".join(violation.message for violation in violations)
        raise RuntimeError(f"column generation made plans that the checker refuses: {faults}")
    return SharedReport(shared, tuple(_alone(problem) for problem in problems))


def require_one_platform(scenarios: Sequence[Scenario]) -> None:
    """Raise ``InputError`` unless all scenarios plan for the same platform."""
    platforms = [scenario.load_platform() for scenario in scenarios]
    for scenario, platform in zip(scenarios, platforms, strict=True):
        if platform != platforms[0]:
            raise InputError.single(
                f"scenario '{scenario.name}' plans for platform '{platform.name}', "
                f"'{scenarios[0].name}' for '{platforms[0].name}'",
                hint="scenarios that are planned together share the cores of one platform",
            )


def _alone(problem: Problem) -> Plan | str:
    try:
        return schedule(
            replace(problem, requirements=replace(problem.requirements, objective="energy"))
        )
    except Infeasible as infeasible:
        return str(infeasible)
