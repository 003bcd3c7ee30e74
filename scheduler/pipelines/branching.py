"""Where a mix of plans is not one of whole plans: what to fix next."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from scheduler.pipelines.columns import Column
from scheduler.pipelines.combinations import Combination
from scheduler.pipelines.decisions import STAYS, Decision, part, parts
from scheduler.pipelines.master import MIXED, Relaxation


def whole_of(mix: Relaxation, pools: Sequence[Sequence[Column]]) -> Combination | None:
    """The combination that the mix is, if it is one."""
    if any(float(weights.max()) < 1.0 - MIXED for weights in mix.weights):
        return None
    return tuple(
        pool[int(np.argmax(weights))] for pool, weights in zip(pools, mix.weights, strict=True)
    )


def branches(
    mix: Relaxation,
    pools: Sequence[Sequence[Column]],
    divided: Sequence[int],
    decisions: Sequence[Decision],
) -> tuple[Decision, ...]:
    """One part of one plan, fixed and forbidden: the part that the mix is most divided about.

    If it is divided about nothing, the first part of a pipeline of ``divided`` that is still open;
    none if all are fixed, for then there is nothing else in this branch.
    """
    best: tuple[float, Decision] | None = None
    for p, pool in enumerate(pools):
        for kind, index in parts(pool[0].assignment):
            shares: dict[int, float] = {}
            for column, weight in zip(pool, mix.weights[p].tolist(), strict=True):
                if weight > MIXED:
                    value = part(column.assignment, kind, index)
                    shares[value] = shares.get(value, 0.0) + weight
            for value, share in shares.items():
                decision = Decision(p, kind, index, value, True)
                doubt = min(share, 1.0 - share)
                still_open = p in divided and decision not in decisions
                if value == STAYS or not (doubt > MIXED or still_open):
                    continue
                if best is None or doubt > best[0]:
                    best = doubt, decision
    if best is None:
        return ()
    return best[1], replace(best[1], holds=False)
