"""A mixed-integer linear program, put together row by row for SciPy's ``milp`` (HiGHS)."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import inf

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import csr_array

Terms = Iterable[tuple[float, int]]
"""Coefficients and the variables that they belong to; the same variable may come twice."""


class LinearRows:
    """Variables and rows of a program that minimises."""

    def __init__(self) -> None:
        self._cost: list[float] = []
        self._upper: list[float] = []
        self._whole: list[int] = []
        self._entries: tuple[list[float], list[int], list[int]] = ([], [], [])
        self._low: list[float] = []
        self._high: list[float] = []

    def variable(self, cost: float = 0.0, *, upper: float = 1.0, whole: bool = False) -> int:
        """A new variable from 0 to ``upper``, which may have to be whole; its index."""
        self._cost.append(cost)
        self._upper.append(upper)
        self._whole.append(int(whole))
        return len(self._cost) - 1

    def row(self, terms: Terms, low: float = -inf, high: float = inf) -> None:
        """Keep a sum within ``low`` and ``high``."""
        values, rows, columns = self._entries
        for coefficient, variable in terms:
            values.append(coefficient)
            rows.append(len(self._low))
            columns.append(variable)
        self._low.append(low)
        self._high.append(high)

    def solve(
        self,
        *,
        gap: float = 0.0,
        presolve: bool = True,
        time_limit_s: float | None = None,
        node_limit: int | None = None,
        relaxed: bool = False,
    ) -> OptimizeResult:
        """What HiGHS says; it stops at a relative ``gap``, or at a limit.

        ``relaxed`` lets every variable be a fraction.

        Its absolute gap is 1e-6 and cannot be set: costs should add up to about a million.
        """
        values, rows, columns = self._entries
        matrix = csr_array((values, (rows, columns)), shape=(len(self._low), len(self._cost)))
        options: dict[str, object] = {"mip_rel_gap": gap, "presolve": presolve}
        if time_limit_s is not None:
            options["time_limit"] = time_limit_s
        if node_limit is not None:
            options["node_limit"] = node_limit
        with _silence():
            return milp(
                np.array(self._cost),
                integrality=np.array(self._whole) * (not relaxed),
                bounds=Bounds(0.0, np.array(self._upper)),
                constraints=LinearConstraint(matrix, np.array(self._low), np.array(self._high)),
                options=options,
            )


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what HiGHS prints from the C side off the standard output, where data go.

    Some releases print a line of their own for each solution that they repair, whatever ``disp``.
    """
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
