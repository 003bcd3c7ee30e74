"""Random worlds for property tests: those of ``wakepath.testing``, with any numbers.

These have one way to use the gates and no knobs; what else a test needs it draws from
``wakepath.testing`` itself.
"""

from hypothesis import strategies as st

from devicemodels.platform import Platform
from scheduler.taskgraph import TaskGraph
from wakepath.testing import network_strategies as networks
from wakepath.testing import platform_strategies as hardware
from wakepath.testing import world_strategies as planning
from wakepath.testing.amounts import floats
from wakepath.testing.world_strategies import World

__all__ = ["World", "floats", "platforms", "task_graphs", "worlds"]


def task_graphs(max_segments: int = 4, max_gates: int = 3) -> st.SearchStrategy[TaskGraph]:
    """Chains with gates and codecs."""
    return networks.task_graphs(
        max_segments, max_gates, numbers="any", with_knobs=False, with_gate_choices=False
    )


def platforms(max_cores: int = 3) -> st.SearchStrategy[Platform]:
    """Platforms on which there may be no way to run a task graph."""
    return hardware.platforms(max_cores, "any", universal=False)


def worlds(max_segments: int = 4, max_cores: int = 3) -> st.SearchStrategy[World]:
    """Least energy or least worst-case latency, within a deadline, a floor and memories."""
    return planning.worlds(
        max_segments,
        max_cores,
        max_gates=3,
        numbers="any",
        objectives=("energy", "latency_max"),
        limits=False,
        knobs=False,
        gate_choices=False,
    )
