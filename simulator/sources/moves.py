"""How a modulated source moves between its states: by shares, or round and round."""

from collections.abc import Sequence

import numpy as np

Shares = tuple[tuple[float, ...], ...]
"""By state, and by the state after it: the probability of that move."""


def move_shares(stated: Sequence[Sequence[float] | None]) -> Shares:
    """The shares of each state; where none are stated, the next in order comes next for sure."""
    count = len(stated)
    return tuple(
        tuple(float(other == (index + 1) % count) for other in range(count))
        if shares is None
        else tuple(shares)
        for index, shares in enumerate(stated)
    )


def cut_off(shares: Shares) -> tuple[int, int] | None:
    """Two states of which the second is never reached from the first; None if there are none."""
    for start in range(len(shares)):
        reached, edge = {start}, [start]
        while edge:
            row = shares[edge.pop()]
            new = [other for other, share in enumerate(row) if share > 0.0 and other not in reached]
            reached.update(new)
            edge += new
        for other in range(len(shares)):
            if other not in reached:
                return start, other
    return None


def visits(shares: Shares) -> list[float]:
    """Share of all stays, in the long run, that are in each state; for states that all meet."""
    count = len(shares)
    balance = np.array(shares).T - np.eye(count)
    rows = np.vstack([balance, np.ones(count)])
    solution = np.linalg.lstsq(rows, np.append(np.zeros(count), 1.0), rcond=None)[0]
    return [max(0.0, float(share)) for share in solution]
