"""How the parts of the loop are compiled: into one piece of machine code."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def inlined(function: Kernel) -> Kernel:
    """``function`` as part of the compiled functions that call it.

    As ``scheduler.kernels.compiling.compiled``, but never called: a call would count references to
    every array of a ``World`` or ``State``, which takes longer than the work itself.
    """
    return cast(Kernel, njit(cache=True, error_model="numpy", _nrt=False, forceinline=True)(function))
