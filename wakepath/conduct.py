"""A scenario's idle policy and faults as the simulator takes them."""

from devicemodels.cost import nanoseconds
from scheduler.fallback import fallback_plan
from scheduler.infeasible import Infeasible
from scheduler.plan import Plan
from simulator.faults.kinds import (
    BrownOut,
    CoreFailure,
    CoreStall,
    Fault,
    Faults,
    LinkCorruption,
    LinkLoss,
    Reaction,
)
from simulator.idling.policies import (
    FIXED,
    BreakEven,
    Clairvoyant,
    IdlePolicy,
    Predictive,
    Timeout,
)
from wakepath.conduct_choice import FaultChoice, FaultsChoice, IdleChoice
from wakepath.terminal import say


def idle_policy(choice: IdleChoice) -> IdlePolicy:
    """The policy that the choice names."""
    limit_s = choice.exit_latency_limit_s
    match choice.name:
        case "fixed":
            return FIXED
        case "timeout":
            after_s = choice.after_s if isinstance(choice.after_s, tuple) else (choice.after_s,)
            return Timeout(tuple(one for one in after_s if one is not None), limit_s)
        case "break-even":
            return BreakEven(limit_s)
        case "predictive":
            return Predictive(limit_s)
        case "clairvoyant":
            return Clairvoyant(limit_s)


def faults_of(choice: FaultsChoice, plan: Plan, seed: int) -> Faults | None:
    """What goes wrong, with fallback plans made now for the cores that fail; None if nothing does.

    Where the other cores cannot do the work, that is said, and what is hit is tried again or lost.
    """
    if not choice.events:
        return None
    faults = tuple(_fault(one) for one in choice.events)
    fallbacks = {}
    if choice.fallback:
        for core in dict.fromkeys(one.core for one in faults if isinstance(one, CoreFailure)):
            try:
                fallbacks[core] = fallback_plan(plan, core)
            except Infeasible as none:
                say(f"no fallback without core '{core}': {none}")
    return Faults(faults, (Reaction(choice.retries, fallbacks),), seed)


def _fault(choice: FaultChoice) -> Fault:
    core, link = choice.core or "", choice.link or ""
    at_ns, lasts_ns = nanoseconds(choice.at_s or 0.0), nanoseconds(choice.lasts_s or 0.0)
    match choice.kind:
        case "stall":
            return CoreStall(core, at_ns, lasts_ns)
        case "failure":
            return CoreFailure(core, at_ns, at_ns + lasts_ns if lasts_ns else None)
        case "loss":
            return LinkLoss(link, choice.probability or 0.0)
        case "corruption":
            return LinkCorruption(link, choice.probability or 0.0)
        case "brown-out":
            return BrownOut(choice.remaining or 0.0)
