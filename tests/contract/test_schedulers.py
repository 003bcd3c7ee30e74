"""Every scheduler of ours keeps the contract that third parties are offered."""

from typing import Any

import pytest
from hypothesis import strategies as st

from scheduler import registry
from scheduler.graphs import registry as graph_registry
from scheduler.graphs.problem import GraphProblem
from scheduler.graphs.schedule import Schedule
from scheduler.plan import Plan
from scheduler.problem import Problem
from wakepath.testing import Contract, GraphSchedulerContract, SchedulerContract, World, worlds
from wakepath.testing.world_strategies import OBJECTIVES

EXACT = {"chain-dp", "chain-milp", "brute-force", "cp-sat"}
"""What finds the best answer there is; chains and graphs have names of their own."""


def needs(name: str) -> None:
    if name == "cp-sat":
        pytest.importorskip("ortools", reason="CP-SAT comes with the extra `cp-sat`")


class Chains(SchedulerContract):
    """Of an algorithm in ``scheduler.registry``."""

    algorithm: str
    max_examples = 20
    hash_seeds = ()  # tests/golden/test_hash_seed.py asks all at once

    def schedule(self, problem: Problem) -> Plan:
        return registry.schedule(problem, self.algorithm)


class Graphs(GraphSchedulerContract):
    """Of an algorithm in ``scheduler.graphs.registry``."""

    algorithm: str
    max_examples = 40
    hash_seeds = ()

    def schedule(self, problem: GraphProblem) -> Schedule:
        needs(self.algorithm)
        return graph_registry.schedule_graph(problem, self.algorithm)


def suite(base: type[Contract], algorithm: str, **options: Any) -> type[Contract]:
    """The contract of one algorithm, under a name that pytest collects."""
    name = f"Test{base.__name__}{algorithm.title().replace('-', '')}"
    given_options = {"algorithm": algorithm, "exact": algorithm in EXACT, "__module__": __name__}
    return type(name, (base,), given_options | options)


def sums(segments: int, cores: int) -> st.SearchStrategy[World]:
    """Worlds without a product in objective and limits, which no linear program knows."""
    linear = tuple(one for one in OBJECTIVES if one != "energy_delay_product")
    drawn = worlds(segments, cores, objectives=linear)
    return drawn.filter(lambda world: world.requirements.energy_delay_limit_js is None)


OPTIONS: dict[str, dict[str, Any]] = {
    "brute-force": {"examples": Chains.small_examples},
    "chain-dp": {"hash_seeds": (0, 1)},
    "chain-milp": {"examples": sums(4, 3), "small_examples": sums(3, 2), "max_examples": 10},
}
GRAPH_OPTIONS: dict[str, dict[str, Any]] = {
    "brute-force": {"examples": Graphs.small_examples},
    "cp-sat": {"examples": Graphs.small_examples, "max_examples": 20},
    "heft": {"hash_seeds": (0, 1)},
}

for _name in registry.ALGORITHMS:
    _suite = suite(Chains, _name, **OPTIONS.get(_name, {}))
    globals()[_suite.__name__] = _suite

for _name in graph_registry.ALGORITHMS:
    _suite = suite(Graphs, _name, **GRAPH_OPTIONS.get(_name, {}))
    globals()[_suite.__name__] = _suite
