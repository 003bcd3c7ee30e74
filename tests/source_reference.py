"""What a source should release, told plainly: event by event, and with the draws of numpy."""

import numpy as np
from numpy.typing import NDArray

from scheduler.plan import Plan
from scheduler.taskgraph import CLASSES
from simulator.random_draws import uniform
from simulator.sources.draws import exponential_ns
from simulator.sources.fates import Drawn, Replayed
from simulator.sources.moves import move_shares
from simulator.sources.releases import Jittered, Modulated, Pace, Periodic, Poisson
from simulator.sources.source import Source

RELEASE, DWELL, MOVE = 2**30, 2**30 + 1, 2**30 + 2

Own = list[tuple[int, int]]
"""Time and state of releases."""


def released(source: Source, seed: int, pipeline: int, until_ns: int) -> Own:
    """Time and state of every release before ``until_ns``, in order."""
    release = source.release
    if isinstance(release, Modulated):
        own, ends = _by_turns(release, seed, pipeline, until_ns)
    else:
        own, ends = _of_pace(release, seed, pipeline, 0, until_ns, 0, 0)[0], []
    extra = []
    for burst in source.bursts:
        for k in range(burst.samples):
            time = burst.at_ns + k * burst.every_ns
            extra.append((time, sum(end <= time for end, _ in ends)))
    states = [0, *(state for _, state in ends)]
    merged = [(time, 0, state) for time, state in own]
    merged += [(time, 1, states[stay]) for time, stay in extra if time < until_ns]
    return [(time, state) for time, _, state in sorted(merged, key=lambda one: one[:2])]


def _of_pace(
    pace: Pace | None, seed: int, pipeline: int, start: int, end: int, tick: int, state: int
) -> tuple[Own, int]:
    """Releases from ``start`` to before ``end``; and the tick of the first that is not made."""
    found: Own = []
    if pace is None:
        return found, tick
    before = start
    while True:
        u = float(uniform(seed, pipeline, tick, RELEASE))
        k = len(found)
        match pace:
            case Periodic(period):
                time = start + k * period
            case Jittered(period, jitter):
                time = start + k * period + int(u * jitter)
            case Poisson(mean):
                time = before + exponential_ns(mean, np.uint64(round(u * 2**53)))
        if time >= end:
            return found, tick
        found.append((time, state))
        before = time
        tick += 1


def _by_turns(release: Modulated, seed: int, pipeline: int, until_ns: int) -> tuple[Own, Own]:
    """Releases; and the end of each stay with the state that follows."""
    shares = move_shares([state.next_shares for state in release.states])
    found: Own = []
    ends: Own = []
    stay, state, start, tick = 0, 0, 0, 0
    while start < until_ns:
        dwell = round(float(uniform(seed, pipeline, stay, DWELL)) * 2**53)
        end = start + exponential_ns(release.states[state].dwell_ns, np.uint64(dwell))
        pace = release.states[state].pace
        more, tick = _of_pace(pace, seed, pipeline, start, min(end, until_ns), tick, state)
        found += more
        tick += 1
        u = float(uniform(seed, pipeline, stay, MOVE))
        row = shares[state][:-1]
        state = sum(u >= total for total in np.cumsum(row))
        ends.append((end, state))
        stay, start = stay + 1, end
    return found, ends


def fates(
    source: Source, plan: Plan, seed: int, pipeline: int, states: list[int]
) -> list[NDArray[np.int64]]:
    """Label, exit gate and answer of each sample, released in those states."""
    index = np.arange(len(states), dtype=np.uint64)[:, np.newaxis]
    gates = [next(g for g in plan.task_graph.gates if g.name == s.gate) for s in plan.gates]
    draws = uniform(seed, pipeline, index, np.arange(2 + len(gates)))
    release, how = source.release, source.fates
    stated = [how.positive_share] * len(states)
    if isinstance(release, Modulated):
        for i, state in enumerate(states):
            if release.states[state].positive_share is not None:
                stated[i] = release.states[state].positive_share
    rows = []
    for i, share in enumerate(stated):
        if isinstance(how, Replayed):
            rows.append(_recorded(how, plan, share, i, draws[i]))
        else:
            rows.append(_drawn(how, plan, gates, share, draws[i]))
    return [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)] or [
        np.zeros(0, dtype=np.int64)
    ] * 3


def _drawn(how: Drawn, plan: Plan, gates, share, draws) -> tuple[int, int, int]:
    prior = plan.requirements.class_prior
    positive = prior["positive"] if share is None else share
    label = int(draws[0] < positive)
    for gate, u in enumerate(draws[1:-1]):
        if u < gates[gate].stop_rate[CLASSES[label]]:
            answers = gates[gate].answer_rate or {"negative": 0.0, "positive": 0.0}
            return label, gate, int(u < answers[CLASSES[label]])
    negative_passes, positive_passes = prior["negative"], prior["positive"]
    right_so_far = 0.0
    for gate in gates:
        answers = gate.answer_rate or {"negative": 0.0, "positive": 0.0}
        right_so_far += negative_passes * (gate.stop_rate["negative"] - answers["negative"])
        right_so_far += positive_passes * answers["positive"]
        negative_passes *= 1.0 - gate.stop_rate["negative"]
        positive_passes *= 1.0 - gate.stop_rate["positive"]
    reaching = negative_passes + positive_passes
    right = (plan.expected.accuracy - right_so_far) / reaching if reaching else 1.0
    return label, -1, label if draws[-1] < right else 1 - label


def _recorded(how: Replayed, plan: Plan, share, sample: int, draws) -> tuple[int, int, int]:
    recording = how.recording
    window = sample % len(recording.labels)
    if share is not None:
        same = np.flatnonzero(recording.labels == int(draws[0] < share))
        window = same[int(draws[1] * 2**32) * len(same) // 2**32]
    label = int(recording.labels[window])
    for gate, setting in enumerate(plan.gates):
        score = recording.gate_scores[window, recording.gates.index(setting.gate)]
        if float(score) < setting.threshold or setting.threshold >= 1.0:
            return label, gate, 0
        if setting.positive_threshold is not None and float(score) >= setting.positive_threshold:
            return label, gate, 1
    return label, -1, int(recording.answers[window])
