"""How the parts of the loop are compiled: into one piece of machine code.

Compiled functions hold a copy of what they call, of other files too. numba would take a function
from its disk cache for as long as the function's own file stays as it is, so the cache is told of
all files that the loop is made of.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit
from numba.core.caching import FunctionCache

Kernel = TypeVar("Kernel", bound=Callable[..., object])

ROOT = Path(__file__).parents[2]
SOURCES = (
    "devicemodels/regulator.py",
    "simulator/idling/prediction.py",
    "simulator/idling/tables.py",
    "simulator/trace.py",
)
"""Files that the loop has functions or constants from, beside its own package."""


def inlined(function: Kernel) -> Kernel:
    """``function`` as part of the compiled functions that call it.

    As ``scheduler.kernels.compiling.compiled``, but it may not make arrays, and counts no
    references to those it is given: counting took nine tenths of the loop's time. The caller
    holds them all.
    """
    options: dict[str, Any] = {"error_model": "numpy", "forceinline": True, "_nrt": False}
    dispatcher = njit(**options)(function)
    dispatcher._cache = _Cache(function)  # type: ignore[no-untyped-call]
    return cast(Kernel, dispatcher)


class _Cache(FunctionCache):
    """On disk, for as long as all sources are the same."""

    def _index_key(self, sig: object, codegen: object) -> tuple[object, ...]:
        key: tuple[object, ...] = super()._index_key(sig, codegen)  # type: ignore[no-untyped-call]
        return (*key, _hash_of_sources())


@cache
def _hash_of_sources() -> str:
    digest = sha256()
    for path in (*sorted(Path(__file__).parent.glob("*.py")), *(ROOT / name for name in SOURCES)):
        digest.update(path.read_bytes())
    return digest.hexdigest()
