"""Joules of a placed graph that was played: from what was counted while it ran."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from scheduler.plan import CAUSES, Cause
from simulator.placed.reading import PlacedGraph, Transfer


@dataclass(frozen=True, slots=True)
class Stay:
    """What one resource did besides running tasks."""

    used: bool
    """Whether any task ran on it: then it woke once."""
    switches: int
    """Changes of its operating point."""
    idle_ticks: int
    """Of the period, without its wake-up, its tasks and its switches. Below 0 if they last longer
    than the period, which the checker refuses."""


def placed_energy(
    graph: PlacedGraph, stays: Sequence[Stay]
) -> tuple[Mapping[Cause, float], tuple[float, ...]]:
    """Joules by cause, every cause named, and by resource.

    ``stays`` has one item a resource. Idle and rail power count over the period, if there is one.
    """
    problem = graph.problem
    tick_s = None if problem.period_ticks is None else problem.tick_s
    parts: dict[Cause, list[float]] = {cause: [] for cause in CAUSES}
    parts["link"] = [_link_energy_j(graph, transfer) for transfer in graph.transfers]
    here: list[list[float]] = [[] for _ in problem.resources]
    for mode in graph.modes:
        parts["compute"].append(mode.energy_j)
        if mode.core is not None:
            here[mode.core].append(mode.energy_j)
    for resource, stay, joules in zip(problem.resources, stays, here, strict=True):
        beside: dict[Cause, float] = {
            "wake": resource.wake_energy_j if stay.used else 0.0,
            "switch": stay.switches * resource.switch_energy_j,
            "idle": resource.idle_power_w * stay.idle_ticks * tick_s if tick_s else 0.0,
        }
        for cause, spent in beside.items():
            parts[cause].append(spent)
        joules.extend(beside.values())
    if problem.period_ticks is not None and tick_s:
        parts["rail"].append(problem.rail_power_w * problem.period_ticks * tick_s)
    return {cause: fsum(terms) for cause, terms in parts.items()}, tuple(map(fsum, here))


def _link_energy_j(graph: PlacedGraph, transfer: Transfer) -> float:
    by_link = graph.problem.edges[transfer.edge].energy_j
    return by_link[transfer.link] if by_link else 0.0
