"""The same problem in a world where everything takes a whole number of times as long.

Energies stay what they are: powers shrink as times grow.
"""

from dataclasses import replace

from devicemodels.cost import CyclesLaw
from devicemodels.platform import Core, Platform
from scheduler.graphs.problem import GraphProblem
from scheduler.plan import Objective, Requirements
from wakepath.testing.world_strategies import World


def slower_world(world: World, factor: int) -> World:
    """Every duration ``factor`` times as long, every power that much lower.

    Exact for round numbers and powers of two, else up to rounding to nanoseconds. Raises
    ``TypeError`` for measured times.
    """
    return World(
        world.graph,
        slower_platform(world.platform, factor),
        slower_requirements(world.requirements, factor),
    )


def slower_platform(platform: Platform, factor: int) -> Platform:
    """A platform with slower clocks, links and changes of state."""
    links = tuple(
        replace(
            link,
            latency_s=link.latency_s * factor,
            bandwidth_bytes_per_s=link.bandwidth_bytes_per_s / factor,
        )
        for link in platform.links
    )
    rail = replace(platform.rail, power_w=platform.rail.power_w / factor)
    cores = tuple(_slower_core(core, factor) for core in platform.cores)
    return replace(platform, cores=cores, links=links, rail=rail)


def _slower_core(core: Core, factor: int) -> Core:
    if not isinstance(core.cost, CyclesLaw):
        raise TypeError(f"core '{core.name}' has measured times: scale those yourself")
    bandwidth = core.cost.weight_bandwidth_bytes_per_s / factor
    return replace(
        core,
        operating_points=tuple(
            replace(
                point,
                frequency_hz=point.frequency_hz / factor,
                static_power_w=point.static_power_w / factor,
            )
            for point in core.operating_points
        ),
        idle_states=tuple(
            replace(
                state,
                power_w=state.power_w / factor,
                entry_latency_s=state.entry_latency_s * factor,
                exit_latency_s=state.exit_latency_s * factor,
                min_residency_s=state.min_residency_s * factor,
            )
            for state in core.idle_states
        ),
        switch_latency_s=core.switch_latency_s * factor,
        cost=replace(core.cost, weight_bandwidth_bytes_per_s=bandwidth),
    )


def slower_requirements(required: Requirements, factor: int) -> Requirements:
    """Requirements that ask for the same of a slower world."""

    def times(value: float | None, by: float) -> float | None:
        return None if value is None else value * by

    return replace(
        required,
        period_s=required.period_s * factor,
        deadline_s=required.deadline_s * factor,
        mean_power_limit_w=times(required.mean_power_limit_w, 1 / factor),
        latency_mean_limit_s=times(required.latency_mean_limit_s, factor),
        latency_p99_limit_s=times(required.latency_p99_limit_s, factor),
        energy_delay_limit_js=times(required.energy_delay_limit_js, factor),
    )


def objective_factor(objective: Objective, factor: int) -> float:
    """By what the best value of an objective changes in a world that is ``factor`` times slower."""
    match objective:
        case "energy":
            return 1.0
        case "mean_power":
            return 1.0 / factor
        case "latency_mean" | "latency_p99" | "latency_max" | "energy_delay_product":
            return float(factor)


def slower_graph(problem: GraphProblem, factor: int) -> GraphProblem:
    """Every tick count ``factor`` times as large, ticks that much shorter: joules stay."""

    def times(ticks: int | None) -> int | None:
        return None if ticks is None else ticks * factor

    return replace(
        problem,
        resources=tuple(
            replace(row, wake_ticks=row.wake_ticks * factor, switch_ticks=row.switch_ticks * factor)
            for row in problem.resources
        ),
        tasks=tuple(
            replace(
                task,
                modes=tuple(replace(mode, ticks=mode.ticks * factor) for mode in task.modes),
            )
            for task in problem.tasks
        ),
        edges=tuple(
            replace(edge, ticks=tuple(ticks * factor for ticks in edge.ticks))
            for edge in problem.edges
        ),
        deadline_ticks=times(problem.deadline_ticks),
        period_ticks=times(problem.period_ticks),
        tick_s=None if problem.tick_s is None else problem.tick_s / factor,
    )
