"""The one place that asks numba to compile, so that every kernel does it in the same way."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def compiled(function: Kernel) -> Kernel:
    """``function`` as machine code, made at its first call and kept on disk for the next process.

    Without ``fastmath``: sums are taken in the order in which they stand, so that ties are ties.
    """
    return cast(Kernel, njit(cache=True, error_model="numpy")(function))
