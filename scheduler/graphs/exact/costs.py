"""The joules of a graph problem as a sum over choices: what the exact models minimise.

While a task runs on a core of capacity 1 it draws its own power in place of the core's idle power.
So idle energy over the period is a constant less a credit for each thing that keeps a core awake.
"""

from dataclasses import dataclass

from scheduler.graphs.problem import GraphProblem


@dataclass(frozen=True, slots=True)
class Costs:
    """Joules by cause; their sum is the energy of a schedule."""

    mode_j: tuple[tuple[float, ...], ...]
    """By task and mode: its energy less the idle energy of the cores it holds meanwhile."""
    used_j: tuple[float, ...]
    """By resource, once if any task runs on it: the wake-up less the idle energy meanwhile."""
    switch_j: tuple[float, ...]
    """By resource and change of operating point, less the idle energy meanwhile."""
    constant_j: float
    """The rail, and every resource idle over the whole period."""
    busy_j: tuple[float, ...]
    """By resource of capacity above 1: idle energy saved by a tick at which anything runs on it;
    0 for cores, whose credit is in the modes."""
    timeless: bool
    """No resource wakes, switches or draws idle power: it matters only how much is held."""

    @property
    def any_j(self) -> bool:
        """Whether schedules may differ in energy by their modes, cores or changes of point."""
        return any(map(any, self.mode_j)) or any((*self.used_j, *self.switch_j, *self.busy_j))


def costs_of(problem: GraphProblem) -> Costs:
    """The joules of ``problem``, by cause."""
    period, tick_s = problem.period_ticks, problem.tick_s
    counted = period is not None and tick_s is not None
    tick_j = tuple(
        r.idle_power_w * tick_s if tick_s and counted else 0.0 for r in problem.resources
    )
    core_j = [
        joules if r.capacity == 1 else 0.0
        for r, joules in zip(problem.resources, tick_j, strict=True)
    ]
    constant = 0.0
    if period is not None and tick_s is not None:
        constant = problem.rail_power_w * (period * tick_s)
        constant += sum(r.idle_power_w for r in problem.resources) * (period * tick_s)
    return Costs(
        tuple(
            tuple(
                mode.energy_j
                - mode.ticks * sum(j for j, held in zip(core_j, mode.holds, strict=True) if held)
                for mode in task.modes
            )
            for task in problem.tasks
        ),
        tuple(
            r.wake_energy_j - joules * r.wake_ticks
            for r, joules in zip(problem.resources, tick_j, strict=True)
        ),
        tuple(
            r.switch_energy_j - joules * r.switch_ticks
            for r, joules in zip(problem.resources, tick_j, strict=True)
        ),
        constant,
        tuple(
            joules if r.capacity > 1 else 0.0
            for r, joules in zip(problem.resources, tick_j, strict=True)
        ),
        timeless=not any(
            r.wake_ticks or r.wake_energy_j or r.switch_ticks or r.switch_energy_j or joules
            for r, joules in zip(problem.resources, tick_j, strict=True)
        ),
    )
