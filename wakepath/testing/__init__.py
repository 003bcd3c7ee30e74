"""What property-based testing of schedules needs: strategies, faults, invariants, contracts.

Strategies draw platforms, task graphs, worlds, graph problems, and valid plans and schedules of
them; ``broken_plans`` and ``broken_schedules`` break one in a named way. Invariants are functions
that raise ``AssertionError``. A scheduler proves itself by subclassing ``SchedulerContract`` or
``GraphSchedulerContract``. docs/how-to/test-a-scheduler.md shows how.

It needs Hypothesis: ``pip install 'wakepath[testing]'``.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wakepath.testing.assignment_strategies import assignments
    from wakepath.testing.broken_plan_strategies import (
        PLAN_FAULTS,
        BrokenPlan,
        broken_plans,
        plan_mutations,
    )
    from wakepath.testing.broken_schedule_strategies import (
        SCHEDULE_FAULTS,
        BrokenSchedule,
        broken_schedules,
        schedule_mutations,
    )
    from wakepath.testing.chain_grid import plan_grid
    from wakepath.testing.contract_base import BrokenContract, Contract, Law
    from wakepath.testing.contract_laws import examine
    from wakepath.testing.describe import describe_graph, describe_problem
    from wakepath.testing.graph_contract import GraphSchedulerContract
    from wakepath.testing.graph_strategies import GraphWitness, graph_problems, graph_witnesses
    from wakepath.testing.hash_seeds import assert_same_under_hash_seeds
    from wakepath.testing.metamorphic import (
        assert_names_do_not_matter,
        assert_order_does_not_matter,
        assert_time_scales,
    )
    from wakepath.testing.network_strategies import codecs, gates, knobs, operators, task_graphs
    from wakepath.testing.plan_faults import PlanFault
    from wakepath.testing.plan_invariants import (
        assert_deadline_met,
        assert_energy_is_integral_of_power,
        assert_expectation_is_simulated,
        assert_memory_fits,
        assert_not_below_bound,
        assert_sound,
        memory_peaks,
    )
    from wakepath.testing.plan_strategies import plans
    from wakepath.testing.platform_strategies import (
        cores,
        idle_states,
        links,
        operating_points,
        platforms,
    )
    from wakepath.testing.relabelling import (
        renamed_problem,
        renamed_world,
        reversed_problem,
        reversed_world,
    )
    from wakepath.testing.scaling import objective_factor, slower_graph, slower_world
    from wakepath.testing.schedule_faults import ScheduleFault
    from wakepath.testing.schedule_invariants import (
        SCHEDULE_INVARIANTS,
        assert_capacity,
        assert_exclusive,
        assert_precedence,
        assert_schedule_energy_is_integral_of_power,
        assert_schedule_meets_deadline,
        assert_schedule_not_below_bound,
        assert_schedule_sound,
    )
    from wakepath.testing.schedule_strategies import schedules
    from wakepath.testing.scheduler_contract import SchedulerContract
    from wakepath.testing.workload_strategies import workloads
    from wakepath.testing.world_strategies import Witness, World, requirements, witnesses, worlds

_HOME = {
    "BrokenContract": "wakepath.testing.contract_base",
    "BrokenPlan": "wakepath.testing.broken_plan_strategies",
    "BrokenSchedule": "wakepath.testing.broken_schedule_strategies",
    "Contract": "wakepath.testing.contract_base",
    "GraphSchedulerContract": "wakepath.testing.graph_contract",
    "GraphWitness": "wakepath.testing.graph_strategies",
    "Law": "wakepath.testing.contract_base",
    "PLAN_FAULTS": "wakepath.testing.broken_plan_strategies",
    "PlanFault": "wakepath.testing.plan_faults",
    "SCHEDULE_FAULTS": "wakepath.testing.broken_schedule_strategies",
    "SCHEDULE_INVARIANTS": "wakepath.testing.schedule_invariants",
    "ScheduleFault": "wakepath.testing.schedule_faults",
    "SchedulerContract": "wakepath.testing.scheduler_contract",
    "Witness": "wakepath.testing.world_strategies",
    "World": "wakepath.testing.world_strategies",
    "assert_capacity": "wakepath.testing.schedule_invariants",
    "assert_deadline_met": "wakepath.testing.plan_invariants",
    "assert_energy_is_integral_of_power": "wakepath.testing.plan_invariants",
    "assert_exclusive": "wakepath.testing.schedule_invariants",
    "assert_expectation_is_simulated": "wakepath.testing.plan_invariants",
    "assert_memory_fits": "wakepath.testing.plan_invariants",
    "assert_names_do_not_matter": "wakepath.testing.metamorphic",
    "assert_order_does_not_matter": "wakepath.testing.metamorphic",
    "assert_time_scales": "wakepath.testing.metamorphic",
    "assert_not_below_bound": "wakepath.testing.plan_invariants",
    "assert_precedence": "wakepath.testing.schedule_invariants",
    "assert_same_under_hash_seeds": "wakepath.testing.hash_seeds",
    "assert_schedule_energy_is_integral_of_power": "wakepath.testing.schedule_invariants",
    "assert_schedule_meets_deadline": "wakepath.testing.schedule_invariants",
    "assert_schedule_not_below_bound": "wakepath.testing.schedule_invariants",
    "assert_schedule_sound": "wakepath.testing.schedule_invariants",
    "assert_sound": "wakepath.testing.plan_invariants",
    "assignments": "wakepath.testing.assignment_strategies",
    "broken_plans": "wakepath.testing.broken_plan_strategies",
    "broken_schedules": "wakepath.testing.broken_schedule_strategies",
    "codecs": "wakepath.testing.network_strategies",
    "cores": "wakepath.testing.platform_strategies",
    "describe_graph": "wakepath.testing.describe",
    "describe_problem": "wakepath.testing.describe",
    "examine": "wakepath.testing.contract_laws",
    "gates": "wakepath.testing.network_strategies",
    "graph_problems": "wakepath.testing.graph_strategies",
    "graph_witnesses": "wakepath.testing.graph_strategies",
    "idle_states": "wakepath.testing.platform_strategies",
    "knobs": "wakepath.testing.network_strategies",
    "links": "wakepath.testing.platform_strategies",
    "memory_peaks": "wakepath.testing.plan_invariants",
    "objective_factor": "wakepath.testing.scaling",
    "operating_points": "wakepath.testing.platform_strategies",
    "operators": "wakepath.testing.network_strategies",
    "plan_grid": "wakepath.testing.chain_grid",
    "plan_mutations": "wakepath.testing.broken_plan_strategies",
    "plans": "wakepath.testing.plan_strategies",
    "platforms": "wakepath.testing.platform_strategies",
    "renamed_problem": "wakepath.testing.relabelling",
    "renamed_world": "wakepath.testing.relabelling",
    "requirements": "wakepath.testing.world_strategies",
    "reversed_problem": "wakepath.testing.relabelling",
    "reversed_world": "wakepath.testing.relabelling",
    "schedule_mutations": "wakepath.testing.broken_schedule_strategies",
    "schedules": "wakepath.testing.schedule_strategies",
    "slower_graph": "wakepath.testing.scaling",
    "slower_world": "wakepath.testing.scaling",
    "task_graphs": "wakepath.testing.network_strategies",
    "witnesses": "wakepath.testing.world_strategies",
    "workloads": "wakepath.testing.workload_strategies",
    "worlds": "wakepath.testing.world_strategies",
}

__all__ = [
    "PLAN_FAULTS",
    "SCHEDULE_FAULTS",
    "SCHEDULE_INVARIANTS",
    "BrokenContract",
    "BrokenPlan",
    "BrokenSchedule",
    "Contract",
    "GraphSchedulerContract",
    "GraphWitness",
    "Law",
    "PlanFault",
    "ScheduleFault",
    "SchedulerContract",
    "Witness",
    "World",
    "assert_capacity",
    "assert_deadline_met",
    "assert_energy_is_integral_of_power",
    "assert_exclusive",
    "assert_expectation_is_simulated",
    "assert_memory_fits",
    "assert_names_do_not_matter",
    "assert_not_below_bound",
    "assert_order_does_not_matter",
    "assert_precedence",
    "assert_same_under_hash_seeds",
    "assert_schedule_energy_is_integral_of_power",
    "assert_schedule_meets_deadline",
    "assert_schedule_not_below_bound",
    "assert_schedule_sound",
    "assert_sound",
    "assert_time_scales",
    "assignments",
    "broken_plans",
    "broken_schedules",
    "codecs",
    "cores",
    "describe_graph",
    "describe_problem",
    "examine",
    "gates",
    "graph_problems",
    "graph_witnesses",
    "idle_states",
    "knobs",
    "links",
    "memory_peaks",
    "objective_factor",
    "operating_points",
    "operators",
    "plan_grid",
    "plan_mutations",
    "plans",
    "platforms",
    "renamed_problem",
    "renamed_world",
    "requirements",
    "reversed_problem",
    "reversed_world",
    "schedule_mutations",
    "schedules",
    "slower_graph",
    "slower_world",
    "task_graphs",
    "witnesses",
    "workloads",
    "worlds",
]

if find_spec("hypothesis") is None:
    raise ImportError(
        "wakepath.testing draws its examples with Hypothesis, which is not installed: "
        "pip install 'wakepath[testing]'"
    )


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'wakepath.testing' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)
