"""How an activation lies on the wire between two cores: float32, float16 or int8.

numpy only: a worker process that runs another runtime encodes and decodes without torch.

``int8`` is a header of four bytes, the little-endian float32 scale, and one signed byte an
element: ``scale = max(|x|) / 127`` (1 where that is 0), symmetric, rounded half to even, clipped
to [-127, 127]. The scale belongs to one sample, never to a batch. All sizes are exact.
"""

from math import prod

import numpy as np
from numpy.typing import NDArray

from scheduler.taskgraph import WireFormat

SCALE_BYTES = 4
"""Bytes of the header of ``int8``: one float32 scale."""

INT8_LIMIT = 127
"""Largest magnitude on the wire; -128 is never sent, so that the format is symmetric."""

_DTYPES: dict[WireFormat, np.dtype[np.generic]] = {
    "float32": np.dtype("<f4"),
    "float16": np.dtype("<f2"),
    "int8": np.dtype("i1"),
}


def wire_bytes(wire_format: WireFormat, shape: tuple[int, ...]) -> int:
    """Bytes of a tensor of ``shape`` on the wire, header included."""
    header = SCALE_BYTES if wire_format == "int8" else 0
    return header + prod(shape) * _DTYPES[wire_format].itemsize


def encode(array: NDArray[np.float32], wire_format: WireFormat) -> bytes:
    """Lay out one sample's activation for the wire.

    Parameters
    ----------
    array
        One sample, float32, of any shape; elements travel in C order.
    wire_format
        ``float32``, ``float16`` (IEEE, to nearest even, beyond 65504 infinite) or ``int8``.

    Raises
    ------
    ValueError
        An activation with an infinity or a NaN cannot be sent as ``int8``.
    """
    values = np.ascontiguousarray(array, dtype=np.float32)
    if wire_format != "int8":
        with np.errstate(over="ignore"):
            return bytes(values.astype(_DTYPES[wire_format]).tobytes())
    scale = _scale(values)
    quantised = np.clip(np.rint(values / scale), -INT8_LIMIT, INT8_LIMIT).astype(np.int8)
    return bytes(np.asarray(scale, dtype="<f4").tobytes() + quantised.tobytes())


def decode(
    data: bytes | bytearray | memoryview, wire_format: WireFormat, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """Read one sample's activation from the wire, as float32 of ``shape``.

    Raises
    ------
    ValueError
        ``data`` does not have the size that the format and the shape require.
    """
    expected = wire_bytes(wire_format, shape)
    if len(data) != expected:
        raise ValueError(
            f"a {wire_format} tensor of shape {shape} has {expected} bytes on the wire, "
            f"not {len(data)}"
        )
    if wire_format != "int8":
        stored = np.frombuffer(data, dtype=_DTYPES[wire_format])
        return stored.astype(np.float32).reshape(shape)
    scale = np.float32(np.frombuffer(data, dtype="<f4", count=1)[0])
    quantised = np.frombuffer(data, dtype=np.int8, offset=SCALE_BYTES)
    return (quantised.astype(np.float32) * scale).reshape(shape)


def _scale(values: NDArray[np.float32]) -> np.float32:
    """Scale of one sample: its largest magnitude lies on 127."""
    largest = np.float32(np.abs(values).max(initial=np.float32(0)))
    if not np.isfinite(largest):
        raise ValueError("an activation that is not finite cannot be sent as int8: use float32")
    scale = np.float32(largest / np.float32(INT8_LIMIT))
    return scale if scale > 0 else np.float32(1)
