"""Strategy for workloads: what a sensor releases under a plan, and what becomes of it."""

import numpy as np
from hypothesis import strategies as st

from scheduler.plan import Plan
from simulator.trace import NOT_STOPPED
from simulator.workload import Workload, period_ns


@st.composite
def workloads(
    draw: st.DrawFn, plan: Plan, max_samples: int = 8, *, periodic: bool = False
) -> Workload:
    """Samples of either class, each ending at any of the plan's gates or at none.

    A gate that answers "positive" too gives either answer.

    They come every period, or, unless ``periodic``, with gaps that may be shorter, or nothing.
    """
    every = period_ns(plan)
    exits = st.integers(NOT_STOPPED, len(plan.gates) - 1)
    gap = st.just(every) if periodic else st.sampled_from((every, 0)) | st.integers(0, 2 * every)
    rows = draw(
        st.lists(
            st.tuples(gap, st.integers(0, 1), exits, st.integers(0, 1)),
            min_size=1,
            max_size=max_samples,
        )
    )
    gaps, labels, exit_gates, either = (np.array(column, dtype=np.int64) for column in zip(*rows))  # noqa: B905
    gives_both = np.array([*(s.positive_threshold is not None for s in plan.gates), False])
    release = np.cumsum(gaps) - gaps[0]
    label = labels.astype(np.int8)
    return Workload(
        release_ns=release,
        label=label,
        exit_gate=exit_gates.astype(np.int16),
        answer=np.where(exit_gates == NOT_STOPPED, label, either * gives_both[exit_gates]).astype(
            np.int8
        ),
        duration_ns=int(release[-1]) + every,
    )
