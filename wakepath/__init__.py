"""Plan, prove and run always-on neural inference on chips with several kinds of core.

The names below are the short public interface, one for each arrow of the flow. Each is imported
when it is first used, so that ``import wakepath`` costs nothing and planning never needs torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from backends.calibration import calibrate
    from backends.execution import execute
    from devicemodels.catalog import load_platform
    from networks.insertion import insert
    from networks.spec import NetworkSpec, Recipe
    from networks.streams.windows import Windows
    from networks.tracing import trace
    from networks.training import train
    from scheduler.documents import read_plan, read_taskgraph
    from scheduler.plan import Plan, Requirements
    from scheduler.registry import schedule
    from scheduler.retarget import retarget
    from scheduler.tabulation import make_problem
    from scheduler.taskgraph import TaskGraph
    from scheduler.validity import check
    from simulator.compiled.streaming import simulate_long
    from simulator.engine import simulate
    from simulator.metrics import metrics
    from simulator.perfetto import write_perfetto
    from simulator.sources.source import Source
    from simulator.workload import drawn, replay
    from wakepath.scenario import load_scenario

_HOME = {
    "NetworkSpec": "networks.spec",
    "Plan": "scheduler.plan",
    "Recipe": "networks.spec",
    "Requirements": "scheduler.plan",
    "Source": "simulator.sources.source",
    "TaskGraph": "scheduler.taskgraph",
    "Windows": "networks.streams.windows",
    "calibrate": "backends.calibration",
    "check": "scheduler.validity",
    "drawn": "simulator.workload",
    "execute": "backends.execution",
    "insert": "networks.insertion",
    "load_platform": "devicemodels.catalog",
    "load_scenario": "wakepath.scenario",
    "make_problem": "scheduler.tabulation",
    "metrics": "simulator.metrics",
    "read_plan": "scheduler.documents",
    "read_taskgraph": "scheduler.documents",
    "replay": "simulator.workload",
    "retarget": "scheduler.retarget",
    "schedule": "scheduler.registry",
    "simulate": "simulator.engine",
    "simulate_long": "simulator.compiled.streaming",
    "trace": "networks.tracing",
    "train": "networks.training",
    "write_perfetto": "simulator.perfetto",
}

__all__ = [
    "NetworkSpec",
    "Plan",
    "Recipe",
    "Requirements",
    "Source",
    "TaskGraph",
    "Windows",
    "calibrate",
    "check",
    "drawn",
    "execute",
    "insert",
    "load_platform",
    "load_scenario",
    "make_problem",
    "metrics",
    "read_plan",
    "read_taskgraph",
    "replay",
    "retarget",
    "schedule",
    "simulate",
    "simulate_long",
    "trace",
    "train",
    "write_perfetto",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'wakepath' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)
