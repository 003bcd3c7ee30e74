"""Limits of early exits: nothing better keeps the floor and the false alarms."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from networks.contenders.entropy import choose_entropies
from scheduler.recording import Recording

SCORES = st.sampled_from([0.0, 0.05, 0.1, 0.25, 0.4, 0.5, 0.6, 0.7, 0.9, 0.95, 1.0])


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    count, exits = draw(st.integers(2, 12)), draw(st.integers(1, 2))
    rows = draw(st.lists(st.lists(SCORES, min_size=exits, max_size=exits), min_size=count))
    labels = draw(st.lists(st.integers(0, 1), min_size=len(rows), max_size=len(rows)))
    answers = draw(st.lists(st.integers(0, 1), min_size=len(rows), max_size=len(rows)))
    return Recording(
        np.array(labels, dtype=np.int8),
        np.array(rows, dtype=np.float32),
        np.array(answers, dtype=np.int8),
        tuple(f"exit{i}" for i in range(exits)),
    )


def tried(seen: Recording, limits: tuple[float, ...], macs: list[int]) -> tuple[int, int, float]:
    """True positives lost, true negatives spoiled, work saved; sample by sample."""
    lost = spoiled = 0
    saved = 0.0
    share = (0.05, 0.95)
    counts = [max(1, int((seen.labels == label).sum())) for label in (1, 0)]
    for scores, label, answer in zip(seen.gate_scores, seen.labels, seen.answers, strict=True):
        for score, limit, behind in zip(scores.astype(float), limits, macs, strict=True):
            if limit > 0 and (score < limit or score >= 1 - limit):
                said = int(score >= limit)
                lost += bool(label == 1 and answer == 1 and said == 0)
                spoiled += bool(label == 0 and answer == 0 and said == 1)
                saved += share[1 - label] / counts[1 - label] * behind
                break
    return lost, spoiled, saved


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(recordings(), st.sampled_from([1.0, 0.9, 0.5]), st.sampled_from([0.0, 0.2]))
def test_no_other_limits_save_more_within_the_budgets(
    seen: Recording, floor: float, cap: float
) -> None:
    macs = [100, 40][: seen.gate_scores.shape[1]]
    limits = choose_entropies(seen, np.array(macs), recall_floor=floor, false_alarm_cap=cap)
    right = seen.labels == seen.answers
    budgets = [
        int((1 - floor) * (right & (seen.labels == 1)).sum() + 1e-9),
        int(cap * (right & (seen.labels == 0)).sum() + 1e-9),
    ]
    lost, spoiled, saved = tried(seen, limits, macs)
    assert lost <= budgets[0] and spoiled <= budgets[1]
    assert all(0 <= limit <= 0.5 for limit in limits)
    grid = np.arange(0, 0.51, 0.025)  # finer than the scores drawn
    for other in product(grid, repeat=len(macs)):
        result = tried(seen, other, macs)
        if result[0] <= budgets[0] and result[1] <= budgets[1]:
            assert result[2] <= saved + 1e-9


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(recordings(), st.sampled_from([0.0, 0.05, 0.3]))
def test_no_limit_exceeds_its_cap(seen: Recording, cap: float) -> None:
    caps = (cap, 0.25)[: seen.gate_scores.shape[1]]
    macs = np.array([100, 40][: len(caps)])
    limits = choose_entropies(seen, macs, recall_floor=1.0, false_alarm_cap=0.0, caps=caps)
    assert all(limit <= most for limit, most in zip(limits, caps, strict=True))
    assert tried(seen, limits, macs.tolist())[1] == 0
