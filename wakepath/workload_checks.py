"""What a scenario's workload must fulfil beyond its form: its quantities fit together."""

from collections.abc import Iterable, Iterator
from math import isclose

from devicemodels.cost import LONGEST_S
from devicemodels.documents.errors import Problem
from devicemodels.documents.explain import did_you_mean
from devicemodels.documents.source import Source, TreePath, child
from scheduler.tolerance import FIGURE_RELATIVE
from wakepath.workload_choice import BurstChoice, StateChoice, WorkloadChoice

MOST_SAMPLES = 100_000_000_000
"""A century at thirty a second, which the compiled engine plays in an hour or so."""
NANOSECOND = 1e-9
WORKLOAD: TreePath = ("workload",)


def workload_problems(workload: WorkloadChoice, source: Source) -> Iterator[Problem]:
    """Numbers of the workload that are in range one by one, but not together."""
    problems = [*_release(workload, source)]
    problems += _bursts(workload, source)
    yield from problems
    if not problems and workload.period_s >= NANOSECOND:
        yield from _amount(workload, source)


def time_problems(source: Source, path: TreePath, time_s: float) -> Iterator[Problem]:
    """Whether a time that something has to last is a time that can be counted in nanoseconds."""
    told = f"{source.dotted(path)}: {_told(source, path)}"
    if time_s < NANOSECOND:
        yield source.problem(path, f"{told} is too short; at least 1 ns is needed")
    elif time_s > LONGEST_S:
        yield source.problem(path, f"{told} is too long; at most 1e9 s, thirty years, are possible")


def _release(workload: WorkloadChoice, source: Source) -> Iterator[Problem]:
    if workload.release != "modulated":
        yield from _jitter(source, WORKLOAD, workload)
        if workload.states:
            yield _superfluous(source, WORKLOAD, workload.release, "states", "modulated")
        return
    if workload.jitter_s is not None:
        yield _superfluous(source, WORKLOAD, workload.release, "jitter", "jittered")
    states: TreePath = (*WORKLOAD, "states")
    if not workload.states:
        message = "workload.states: release 'modulated' needs at least one state"
        hint = "add 'states: [{name: quiet, dwell: 1 h, release: periodic, period: 1 s}]'"
        yield source.problem((*WORKLOAD, "release"), message, hint=hint)
    problems = [
        problem
        for index, state in enumerate(workload.states)
        for problem in _state(source, (*states, index), state, workload.states[:index], workload)
    ]
    yield from problems
    if not problems and workload.states:
        yield from _states_together(workload.states, source, states)


def _state(
    source: Source,
    path: TreePath,
    state: StateChoice,
    before: Iterable[StateChoice],
    workload: WorkloadChoice,
) -> Iterator[Problem]:
    where = source.dotted(path)
    if any(other.name == state.name for other in before):
        message = f"{where}.name: there are two states '{state.name}'"
        yield source.problem((*path, "name"), message, hint="give each state a name of its own")
    yield from time_problems(source, (*path, "dwell"), state.dwell_s)
    if state.release == "silent":
        if state.period_s is not None:
            yield _superfluous(source, path, state.release, "period", "periodic")
    elif state.period_s is None:
        message = f"'{where}.period' is missing: release '{state.release}' needs one"
        yield source.problem(path, message, hint="add 'period: 500 ms'")
    else:
        yield from time_problems(source, (*path, "period"), state.period_s)
    yield from _jitter(source, path, state)
    if state.next is None:
        return
    names = [other.name for other in workload.states]
    for name in state.next:
        if name not in names:
            message = f"{where}.next: there is no state '{name}'"
            hint = did_you_mean(name, names, "the states are")
            yield source.problem((*path, "next", name), message, hint=hint, at="key")
    total = sum(state.next.values())
    if not isclose(total, 1.0, rel_tol=FIGURE_RELATIVE):
        message = f"{where}.next: the shares sum to {total:.10g}; they must sum to 1"
        yield source.problem((*path, "next"), message, at="key")


def _states_together(
    states: tuple[StateChoice, ...], source: Source, path: TreePath
) -> Iterator[Problem]:
    from simulator.sources.moves import cut_off, move_shares  # noqa: PLC0415 - only for states
    from simulator.sources.releases import MOST_STATES  # noqa: PLC0415

    if len(states) > MOST_STATES:
        message = f"workload.states: {len(states)} states; at most {MOST_STATES} are possible"
        yield source.problem(path, message, at="key")
        return
    if all(state.release == "silent" for state in states):
        message = "workload.states: all are silent, so no sample is ever released"
        yield source.problem(path, message, hint="give one of them a release and a period")
    names = [state.name for state in states]
    shares = move_shares(
        [None if s.next is None else [s.next.get(name, 0.0) for name in names] for s in states]
    )
    lost = cut_off(shares)
    if lost is not None:
        start, end = (names[index] for index in lost)
        message = f"workload.states: state '{end}' is never reached from state '{start}'"
        hint = "states come back again and again: give it a share in `next`, or leave it out"
        yield source.problem((*path, lost[1]), message, hint=hint)


def _jitter(
    source: Source, path: TreePath, choice: WorkloadChoice | StateChoice
) -> Iterator[Problem]:
    at, where = (*path, "jitter"), source.dotted((*path, "jitter"))
    if choice.release != "jittered":
        if choice.jitter_s is not None:
            yield _superfluous(source, path, choice.release, "jitter", "jittered")
    elif choice.jitter_s is None:
        message = f"'{where}' is missing: release 'jittered' needs one"
        yield source.problem((*path, "release"), message, hint="add 'jitter: 50 ms'")
    else:
        yield from time_problems(source, at, choice.jitter_s)
        if choice.period_s is not None and choice.jitter_s > choice.period_s:
            period = _told(source, (*path, "period"))
            message = f"{where}: {_told(source, at)} is longer than the period, {period}"
            hint = "shorten it: releases keep their order"
            yield source.problem(at, message, hint=hint)


def _bursts(workload: WorkloadChoice, source: Source) -> Iterator[Problem]:
    from simulator.sources.releases import MOST_IN_BURSTS  # noqa: PLC0415 - only when it is read

    path: TreePath = (*WORKLOAD, "bursts")
    for index, burst in enumerate(workload.bursts):
        yield from _burst(workload, burst, source, (*path, index))
    total = sum(burst.samples for burst in workload.bursts)
    if total > MOST_IN_BURSTS:
        message = f"workload.bursts: {total:,} samples; at most {MOST_IN_BURSTS:,} are possible"
        yield source.problem(path, message, at="key")


def _burst(
    workload: WorkloadChoice, burst: BurstChoice, source: Source, path: TreePath
) -> Iterator[Problem]:
    where = source.dotted(path)
    if burst.samples < 1:
        message = f"{where}.samples: {burst.samples} is too small; at least 1 is needed"
        yield source.problem((*path, "samples"), message)
    if burst.at_s >= workload.duration_s:
        duration = _told(source, (*WORKLOAD, "duration"))
        at = _told(source, (*path, "at"))
        message = f"{where}.at: {at} is not before the end of the run, {duration}"
        yield source.problem((*path, "at"), message, hint="lengthen the duration")
    if burst.at_s + burst.samples * burst.every_s > LONGEST_S:
        message = f"{where}.every: the burst goes on for more than thirty years"
        yield source.problem((*path, "every"), message)


def _amount(workload: WorkloadChoice, source: Source) -> Iterator[Problem]:
    """Whether the run is long enough for a sample, and not too long for memory."""
    path, duration_s = (*WORKLOAD, "duration"), workload.duration_s
    duration, interval_s, stays = _told(source, path), workload.period_s, 0.0
    if workload.release == "modulated":
        from simulator.sources.long_run import mean_interval_ns  # noqa: PLC0415
        from wakepath.workloads import release_of  # noqa: PLC0415

        interval_s = mean_interval_ns(release_of(workload)) / 1e9
        stays = duration_s / min(state.dwell_s for state in workload.states)
    samples = duration_s / interval_s + sum(burst.samples for burst in workload.bursts)
    if duration_s < workload.period_s:
        limit = f"the period, {_told(source, (*WORKLOAD, 'period'))}"
        message = f"workload.duration: {duration} is shorter than {limit}: no sample fits"
        yield source.problem(path, message, hint="lengthen it, to '1 d' say")
    elif samples > MOST_SAMPLES:
        count = f"{samples:.3g} samples"
        message = (
            f"workload.duration: {duration} makes {count}; at most {MOST_SAMPLES:,} are possible"
        )
        yield source.problem(path, message, hint="shorten it, or lengthen the period")
    elif duration_s > LONGEST_S:
        yield from time_problems(source, path, duration_s)
    elif stays > MOST_SAMPLES:
        message = (
            f"workload.duration: {duration} is {stays:.3g} times the shortest mean dwell time; "
            f"at most {MOST_SAMPLES:,} times are possible"
        )
        yield source.problem(path, message, hint="shorten it, or lengthen the dwell times")


def _superfluous(source: Source, path: TreePath, release: str, key: str, needed: str) -> Problem:
    at = (*path, key)
    message = f"{source.dotted(at)}: release '{release}' has no {key}"
    hint = f"leave it out, or say 'release: {needed}'"
    return source.problem(at, message, hint=hint, at="key")


def _told(source: Source, path: TreePath) -> str:
    """The text at ``path``, as messages quote it."""
    tree = source.tree
    for part in path:
        tree = child(tree, part)
    return f"'{tree}'"
