"""What happened on a platform that several pipelines share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from devicemodels.platform import Platform
from simulator.trace import Activities, Stays, Trace


@dataclass(frozen=True, slots=True)
class SharedTrace:
    """A run of several plans on one platform, simulated together."""

    traces: tuple[Trace, ...]
    """One a pipeline, with its own samples and activities; all of the shared duration."""
    pipeline: NDArray[np.int16]
    """Shape (m,): the pipeline of each of all activities, in order of (start, resource), then as
    they happened. Those of one pipeline come in the order of its trace."""
    duration_ns: int
    """Length of the run."""
    stays: Stays | None = None
    """How the cores rested; None where nobody says."""

    @property
    def platform(self) -> Platform:
        """The platform that all plans name."""
        return self.traces[0].plan.platform

    def activities(self) -> Activities:
        """All activities, in the order of ``pipeline``; segment and sample are the pipeline's."""
        place = np.argsort(self.pipeline, kind="stable")
        columns = {}
        for name in Activities.__slots__:
            grouped = np.concatenate([getattr(one.activities, name) for one in self.traces])
            column = np.empty_like(grouped)
            column[place] = grouped
            columns[name] = column
        return Activities(**columns)


Run = Trace | SharedTrace
"""One pipeline alone on its platform, or several together."""


def traces_of(run: Run) -> tuple[Trace, ...]:
    """One trace a pipeline."""
    return run.traces if isinstance(run, SharedTrace) else (run,)


def activities_of(run: Run) -> tuple[Activities, NDArray[np.int16]]:
    """All activities of a run as they happened, and the pipeline of each."""
    if isinstance(run, SharedTrace):
        return run.activities(), run.pipeline
    return run.activities, np.zeros(len(run.activities.start_ns), dtype=np.int16)
