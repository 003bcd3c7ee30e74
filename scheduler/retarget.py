"""The very same plan on other hardware: what makes a prediction checkable."""

from collections.abc import Mapping
from dataclasses import replace

from devicemodels.documents.errors import InputError
from devicemodels.platform import Platform
from scheduler.expectation import Assignment, make_plan
from scheduler.infeasible import Infeasible
from scheduler.plan import Plan
from scheduler.problem import Mode
from scheduler.tabulation import make_problem


def retarget(plan: Plan, platform: Platform, cores: Mapping[str, str], period_s: float) -> Plan:
    """``plan`` with each of its cores played by a core of ``platform``, released every period.

    Segments, gates, thresholds and codecs stay; each core runs at its first operating point and
    rests in its first idle state. ``cores`` maps the plan's cores to the platform's, one to one.
    The deadline stays too, also where the period of a replay that is faster than life is shorter.
    Raises ``InputError`` if the platform lacks a core that is asked for, and ``Infeasible`` if it
    cannot run the plan (no link, unsupported work).
    """
    index = {core.name: i for i, core in enumerate(platform.cores)}
    missing = sorted({cores[placement.core] for placement in plan.placements} - set(index))
    if missing:
        raise InputError.single(
            f"platform '{platform.name}' has no core '{missing[0]}'; it has {', '.join(index)}",
            hint="name a platform, or a calibration, of the hardware that the scenario names",
        )
    requirements = replace(plan.requirements, period_s=period_s)
    problem = make_problem(plan.name, plan.task_graph, platform, requirements)
    modes = tuple(
        problem.modes.index(Mode(index[cores[placement.core]], 0)) for placement in plan.placements
    )
    codecs: list[int | None] = []
    for edge in plan.task_graph.edges:
        crossing = plan.crossing(edge.source, edge.target)
        names = [codec.name for codec in edge.codecs]
        codecs.append(None if crossing is None else names.index(crossing.codec))
    assignment = Assignment(modes, tuple(codecs), (0,) * len(platform.cores))
    method = plan.certificate.method
    try:
        return make_plan(problem, assignment, method=method, status="feasible", lower_bound=0.0)
    except ValueError as error:
        raise Infeasible(
            f"the plan cannot be played on platform '{platform.name}'", str(error)
        ) from error
