"""Which pricing engine prices a pipeline."""

from scheduler.pipelines.budget import Counted
from scheduler.pipelines.pricing import LARGEST, EnumeratedPricer, Pricer, size
from scheduler.problem import Problem


def pricer_for(problem: Problem, idle: tuple[int, ...], counted: Counted) -> Pricer:
    """The engine for one pipeline under one choice of idle states: a list if it is short."""
    if size(problem) <= LARGEST:
        return EnumeratedPricer(problem, idle, counted)
    from scheduler.pipelines.chain_pricing import ChainPricer  # noqa: PLC0415 - compiled code

    return ChainPricer(problem, idle, counted)
