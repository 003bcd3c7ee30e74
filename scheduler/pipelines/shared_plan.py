"""The document of several pipelines that were planned together, ``wakepath/shared-plan@1``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from devicemodels.documents.quantities import Bytes, Seconds, Watts
from scheduler.pipelines.budget import Budget
from scheduler.plan import Certificate, IdleChoice, Plan

WorkloadKind = Literal["worst_case", "drawn"]
"""What was simulated: samples that no gate stops, or samples drawn from the gates' stop rates."""


@dataclass(frozen=True, slots=True)
class PipelineConfirmation:
    """What the simulation saw of one pipeline, over all workloads."""

    samples: int
    """Samples released."""
    late: int
    """Samples that were answered after their deadline; 0 in a plan that was confirmed."""
    latency_max_s: Seconds
    """The longest latency among them."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What was simulated, all pipelines together, and what came of it.

    Not a proof: only these releases, these draws and this horizon were seen.
    """

    workloads: tuple[WorkloadKind, ...]
    """What was simulated, each over the horizon."""
    horizon_s: Seconds
    """Time over which samples were released."""
    hyperperiods: float
    """The horizon in least common multiples of the periods; below 1, some patterns of releases
    were never met."""
    seed: int
    """Of the drawn workload."""
    confirmed_samples: int
    """All samples of all pipelines and workloads."""
    pipelines: tuple[PipelineConfirmation, ...]
    """One a pipeline."""
    mean_power_w: Watts
    """Of the device in the last of the workloads, wake-ups saved by overlap included."""


Confirm = Callable[[tuple[Plan, ...], tuple[int, ...]], Confirmation]
"""Simulates plans together with these priorities; ``simulator.confirmation`` has one."""


@dataclass(frozen=True, slots=True)
class MemoryHeld:
    """What all pipelines together keep in one memory."""

    weights_bytes: Bytes
    """Resident weights of all of them."""
    activations_bytes: Bytes
    """The buffer for the largest activation; pipelines take turns in it."""


@dataclass(frozen=True, slots=True)
class SharedPlan:
    """Several plans for one device, chosen together."""

    name: str
    """Names of the pipelines, joined by ``+``."""
    budget: Budget
    """What they may use together."""
    plans: tuple[Plan, ...]
    """One a pipeline, each complete; its expected figures are those alone on the device."""
    priorities: tuple[int, ...]
    """One a pipeline: where several wait for a core, the smallest goes first."""
    idle: tuple[IdleChoice, ...]
    """One a core, the same in every plan."""
    mean_power_w: Watts
    """Rail, idle power and every pipeline's dynamic energy over its period. It is as if no two
    samples met: a core that is still awake for another saves a wake-up, see ``confirmation``."""
    core_utilisation: Mapping[str, float]
    """By core: time of work over period, added up, as the budget counts it."""
    link_utilisation: Mapping[str, float]
    """By link, likewise."""
    memory: Mapping[str, MemoryHeld]
    """By memory."""
    certificate: Certificate
    """How good ``mean_power_w`` is."""
    deadline_cuts: int
    """Combinations that were given up because a deadline was missed in the simulation, one by one
    in order of their power."""
    tightenings: int
    """How often the limits of contended cores and links were tightened after that; cheaper
    combinations may then have been passed over, as the certificate's gap says."""
    confirmation: Confirmation | None
    """What the simulation saw; None if it was not asked."""
    version: Literal["wakepath/shared-plan@1"] = "wakepath/shared-plan@1"
    """Version of the document."""
