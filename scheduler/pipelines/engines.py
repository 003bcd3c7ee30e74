"""Which pricing engine prices a pipeline."""

from scheduler.pipelines.budget import Counted
from scheduler.pipelines.pricing import EnumeratedPricer, Pricer
from scheduler.problem import Problem


def pricer_for(problem: Problem, idle: tuple[int, ...], counted: Counted) -> Pricer:
    """The engine for one pipeline under one choice of idle states."""
    return EnumeratedPricer(problem, idle, counted)
