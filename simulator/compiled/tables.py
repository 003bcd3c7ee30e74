"""Plans as the tables of a ``World``."""

from collections.abc import Sequence

import numpy as np

from devicemodels.cost import nanoseconds
from devicemodels.platform import Core, Regulator
from devicemodels.regulator import input_table
from scheduler.plan import Plan
from simulator.compiled.layout import (
    CORE_COLUMNS,
    CORE_FIRST_STATE,
    CORE_ONLY_STATE,
    CORE_SWITCH,
    NONE,
    PIPELINE_COLUMNS,
    POWER_COLUMNS,
    STEP_COLUMNS,
    TRANSFER_J,
    Floats,
    World,
)
from simulator.durations import Durations, durations
from simulator.idling.policies import IdlePolicy
from simulator.idling.tables import IdleTables, idle_tables
from simulator.power.energy import crossing_bytes
from simulator.power.pieces import working_powers_w
from simulator.queues import QueueRule


def world_of(
    plans: Sequence[Plan],
    queue: QueueRule,
    priorities: Sequence[int],
    idle: IdlePolicy,
    regulator: Regulator | None = None,
) -> World:
    """The tables of plans for one platform; what ``regulator`` draws is added up on the way.

    Raises as ``simulator.durations.durations`` and ``simulator.idling.tables.idle_tables`` do.
    """
    platform = plans[0].platform
    pipelines = np.empty((len(plans), PIPELINE_COLUMNS), dtype=np.int64)
    rows: list[tuple[int, ...]] = []
    each = [durations(plan) for plan in plans]
    for index, (plan, its) in enumerate(zip(plans, each, strict=True)):
        deadline_ns = nanoseconds(plan.requirements.deadline_s)
        pipelines[index] = (len(rows), priorities[index], deadline_ns)
        rows.extend(_row(its, segment) for segment in range(len(its.steps)))
    rest = idle_tables(idle, plans[0])
    corners = np.empty((2, 0)) if regulator is None else np.stack(input_table(regulator))
    cores = np.empty((len(platform.cores), CORE_COLUMNS), dtype=np.int64)
    cores[:, CORE_SWITCH] = each[0].switch_ns
    cores[:, CORE_FIRST_STATE] = rest.first_state
    cores[:, CORE_ONLY_STATE] = [_only_state(rest, core) for core in range(len(cores))]
    capacity = NONE if queue.capacity is None else queue.capacity
    return World(
        steps=np.array(rows, dtype=np.int64).reshape(-1, STEP_COLUMNS),
        pipelines=pipelines,
        cores=cores,
        fair=np.array([link.arbitration == "fair" for link in platform.links], dtype=np.int64),
        rule=np.array([capacity, queue.policy == "drop_oldest", rest.lookup], dtype=np.int64),
        idle_count=rest.count,
        idle_state=rest.state.astype(np.int64),
        idle_offset_ns=rest.offset_ns,
        idle_exit_ns=rest.exit_ns,
        step_power=np.concatenate([_power(*one) for one in zip(plans, each, strict=True)]),
        switch_j=np.array([core.switch_energy_j for core in platform.cores], dtype=np.float64),
        idle_power=_idle_power(platform.cores, rest.exit_ns.shape[1]),
        rail_w=np.array([platform.rail.power_w], dtype=np.float64),
        regulator=corners,
        alone=np.empty((0, 0), dtype=np.int64),
    )


def _power(plan: Plan, its: Durations) -> Floats:
    """Power of each piece of each segment's work, and energy of the transfer after it."""
    platform, sent = plan.platform, crossing_bytes(plan)
    power = np.zeros((len(its.steps), POWER_COLUMNS), dtype=np.float64)
    for core in platform.cores:
        for (segment, activity), watts in working_powers_w(plan, core).items():
            power[segment, activity] = watts
    for segment, step in enumerate(its.steps):
        if step.hop is not None:
            joules_per_byte = platform.links[step.hop.link].energy_j_per_byte
            power[segment, TRANSFER_J] = sent[segment] * joules_per_byte
    return power


def _idle_power(cores: Sequence[Core], most: int) -> Floats:
    power = np.zeros((len(cores), most, 3), dtype=np.float64)
    for index, core in enumerate(cores):
        for which, one in enumerate(core.idle_states):
            power[index, which] = (one.power_w, one.entry_energy_j, one.exit_energy_j)
    return power


def _only_state(rest: IdleTables, core: int) -> int:
    """The idle state of a core that is never in another one, or NONE."""
    states = {int(rest.first_state[core])}
    for bits in range(len(rest.count)):
        states.update(rest.state[bits, core, : rest.count[bits, core]].tolist())
    return states.pop() if len(states) == 1 else NONE


def _row(its: Durations, segment: int) -> tuple[int, ...]:
    step, hop = its.steps[segment], its.steps[segment].hop
    came_by = its.steps[segment - 1].hop if segment else None
    return (
        step.core,
        step.operating_point,
        step.compute_ns,
        _or_none(step.gate),
        step.gate_ns,
        NONE if hop is None else hop.link,
        NONE if hop is None else _or_none(hop.encode_ns),
        0 if hop is None else hop.transfer_ns,
        NONE if came_by is None else _or_none(came_by.decode_ns),
        segment + 1 == len(its.steps),
    )


def _or_none(value: int | None) -> int:
    return NONE if value is None else value
