"""A plan for when a core is off: the same work on the cores that are left."""

from dataclasses import replace

from devicemodels.platform import Platform
from scheduler.infeasible import Infeasible
from scheduler.plan import Plan
from scheduler.registry import schedule
from scheduler.tabulation import make_problem


def fallback_plan(plan: Plan, core: str) -> Plan:
    """The best plan for the task graph, gates and requirements of ``plan`` without ``core``.

    It is a plan for the whole platform, in which the cores rest as ``plan`` says and ``core`` has
    nothing to do; its expected figures are those of the platform without the core. Raises
    ``Infeasible`` if the other cores cannot meet the requirements, ``KeyError`` if ``core`` is
    unknown.
    """
    rest = without_core(plan.platform, core)
    if not rest.cores:
        raise Infeasible(
            f"plan '{plan.name}' has no fallback without core '{core}'",
            f"platform '{plan.platform.name}' has no other core",
        )
    name = f"{plan.name} without {core}"
    found = schedule(make_problem(name, plan.task_graph, rest, plan.requirements))
    if found.gates != plan.gates or found.task_graph != plan.task_graph:
        raise Infeasible(
            f"plan '{plan.name}' has no fallback without core '{core}'",
            "the best plan of the other cores has other gates, and samples would be judged by "
            "other thresholds half way",
        )
    return replace(
        found,
        platform=plan.platform,
        platform_sha256=plan.platform_sha256,
        idle=plan.idle,
    )


def without_core(platform: Platform, core: str) -> Platform:
    """The platform as if ``core`` was not there; ``KeyError`` if it is not."""
    gone = platform.core(core)
    cores = tuple(one for one in platform.cores if one is not gone)
    links = tuple(
        replace(link, connects=tuple(name for name in link.connects if name != core))
        for link in platform.links
    )
    needed = {one.memory for one in cores}
    return replace(
        platform,
        name=f"{platform.name} without {core}",
        cores=cores,
        memories=tuple(memory for memory in platform.memories if memory.name in needed),
        links=tuple(link for link in links if len(link.connects) > 1),
    )
