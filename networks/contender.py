"""A trained way to answer a stream: what is planned, and what it says of recorded samples."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from networks.streams.windows import Windows
from scheduler.recording import Recording
from scheduler.taskgraph import TaskGraph


@dataclass(frozen=True, slots=True)
class Contender:
    """A gated network or a baseline, after training: all that judging it takes."""

    name: str
    """What tables call it."""
    taskgraph: TaskGraph
    """With thresholds, stop rates, accuracy and recall from validation data."""
    record: Callable[[Mapping[str, str], Windows], Recording]
    """What it says of windows with codecs in force; codec by edge name, the others go on raw."""
