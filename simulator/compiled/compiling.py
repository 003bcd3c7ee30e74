"""How the parts of the loop are compiled: into one piece of machine code."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., object])


OPTIONS: dict[str, Any] = {
    "cache": True,
    "error_model": "numpy",
    "forceinline": True,
    "_nrt": False,  # no counting of references to arrays, so no making of arrays either
}


def inlined(function: Kernel) -> Kernel:
    """``function`` as part of the compiled functions that call it.

    As ``scheduler.kernels.compiling.compiled``, but it may not make arrays, and counts no
    references to those it is given: counting took nine tenths of the loop's time. The caller
    holds them all.
    """
    return cast(Kernel, njit(**OPTIONS)(function))
