"""Pickles of plain values and arrays; one that would run anything else is refused."""

import io
import pickle

_ALLOWED = frozenset(
    {
        ("_codecs", "encode"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "_reconstruct"),
    }
)
"""What a pickled array of numbers calls, in the versions of numpy from 2009 on."""

_MOVED = {"numpy.core.multiarray": "numpy._core.multiarray"}


class _PlainUnpickler(pickle.Unpickler):
    """Finds nothing but what arrays are made of."""

    def find_class(self, module_name: str, global_name: str) -> object:
        if (module_name, global_name) not in _ALLOWED:
            raise pickle.UnpicklingError(f"it would call {module_name}.{global_name}")
        return super().find_class(_MOVED.get(module_name, module_name), global_name)


def load_plain(data: bytes) -> object:
    """The value in a pickle, text of Python 2 as bytes.

    Raises
    ------
    UnpicklingError
        It is damaged, or it would import or call anything but what makes up arrays of numbers.
    """
    try:
        return _PlainUnpickler(io.BytesIO(data), encoding="bytes").load()
    except pickle.UnpicklingError:
        raise
    except Exception as error:
        # A damaged pickle raises whatever its opcodes run into: IndexError, MemoryError and more.
        raise pickle.UnpicklingError(str(error) or type(error).__name__) from error
