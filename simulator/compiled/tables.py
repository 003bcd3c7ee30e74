"""Plans as the tables of a ``World``."""

from collections.abc import Sequence

import numpy as np

from devicemodels.cost import nanoseconds
from scheduler.plan import Plan
from simulator.compiled.layout import (
    CORE_COLUMNS,
    NONE,
    PIPELINE_COLUMNS,
    STEP_COLUMNS,
    World,
)
from simulator.durations import Durations, durations
from simulator.queues import QueueRule


def world_of(plans: Sequence[Plan], queue: QueueRule, priorities: Sequence[int]) -> World:
    """The tables of plans for one platform; raises as ``simulator.durations.durations`` does."""
    platform = plans[0].platform
    pipelines = np.empty((len(plans), PIPELINE_COLUMNS), dtype=np.int64)
    rows: list[tuple[int, ...]] = []
    each = [durations(plan) for plan in plans]
    for index, (plan, its) in enumerate(zip(plans, each, strict=True)):
        deadline_ns = nanoseconds(plan.requirements.deadline_s)
        pipelines[index] = (len(rows), priorities[index], deadline_ns)
        rows.extend(_row(its, segment) for segment in range(len(its.steps)))
    cores = np.empty((len(platform.cores), CORE_COLUMNS), dtype=np.int64)
    cores[:] = list(zip(each[0].wake_ns, each[0].switch_ns, strict=True))
    capacity = NONE if queue.capacity is None else queue.capacity
    return World(
        steps=np.array(rows, dtype=np.int64).reshape(-1, STEP_COLUMNS),
        pipelines=pipelines,
        cores=cores,
        fair=np.array([link.arbitration == "fair" for link in platform.links], dtype=np.int64),
        rule=np.array([capacity, queue.policy == "drop_oldest"], dtype=np.int64),
        alone=np.empty((0, 0), dtype=np.int64),
    )


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
