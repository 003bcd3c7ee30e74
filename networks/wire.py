"""How an activation lies on the wire between two cores: float32, float16, int8 or sparse int8.

numpy only: a worker process that runs another runtime encodes and decodes without torch.

``int8`` is a header of four bytes, the little-endian float32 scale, and one signed byte an
element: ``scale = max(|x|) / 127`` (1 where that is 0), symmetric, rounded half to even, clipped
to [-127, 127]. The scale belongs to one sample, never to a batch. All sizes are exact.

``sparse-int8`` sends the k elements of the largest magnitudes as ``int8`` would, and the others
arrive as zeros: the same header; a bitmap of one bit an element in C order, element ``i`` in bit
``i % 8`` of byte ``i // 8``, counted from the least significant, bits beyond the last element 0;
and the k signed bytes in the order of their elements. Of equal magnitudes the lower index goes
first. It is always exactly k, zeros where fewer elements differ from zero: a size that depended on
the sample would be smaller on average, but buffers, transfer times and worst latencies could then
be proved for the largest size only, and every plan would pay for that one.
"""

from math import ceil, prod

import numpy as np
from numpy.typing import NDArray

from scheduler.taskgraph import WireFormat

SCALE_BYTES = 4
"""Bytes of the header of ``int8`` and ``sparse-int8``: one float32 scale."""

INT8_LIMIT = 127
"""Largest magnitude on the wire; -128 is never sent, so that the format is symmetric."""

_DTYPES: dict[WireFormat, np.dtype[np.generic]] = {
    "float32": np.dtype("<f4"),
    "float16": np.dtype("<f2"),
    "int8": np.dtype("i1"),
}

_ROUNDING = 1e-9
"""A share of elements that is whole but for floating point is whole: 0.1 of 30 is 3."""


def kept_elements(share: float, elements: int) -> int:
    """How many of so many elements ``sparse-int8`` sends for a share in (0, 1]: at least one."""
    return max(1, ceil(share * elements - _ROUNDING))


def wire_bytes(wire_format: WireFormat, shape: tuple[int, ...], kept: int | None = None) -> int:
    """Bytes of a tensor of ``shape`` on the wire, header included.

    Parameters
    ----------
    wire_format
        Any.
    shape
        Of the tensor.
    kept
        Elements that ``sparse-int8`` sends; the others know theirs.

    Raises
    ------
    ValueError
        ``sparse-int8`` without ``kept``, or with fewer than one or more than there are.
    """
    elements = prod(shape)
    if wire_format == "sparse-int8":
        if kept is None or not 1 <= kept <= elements:
            raise ValueError(
                f"sparse-int8 sends 1 to {elements} elements of a tensor of shape {shape}, not "
                f"{kept}"
            )
        return _sparse_head(elements) + kept
    header = SCALE_BYTES if wire_format == "int8" else 0
    return header + elements * _DTYPES[wire_format].itemsize


def encode(
    array: NDArray[np.float32], wire_format: WireFormat, size_bytes: int | None = None
) -> bytes:
    """Lay out one sample's activation for the wire.

    Parameters
    ----------
    array
        One sample, float32, of any shape; elements travel in C order.
    wire_format
        ``float32``, ``float16`` (IEEE, to nearest even, beyond 65504 infinite), ``int8`` or
        ``sparse-int8``.
    size_bytes
        Bytes to fill. ``sparse-int8`` needs it, because how many elements it sends follows from it.

    Raises
    ------
    ValueError
        An infinity or a NaN as one of the int8 formats, or a size that the format cannot have.
    """
    values = np.ascontiguousarray(array, dtype=np.float32)
    if wire_format == "sparse-int8":
        kept = _kept_of(size_bytes or 0, values.shape)
        scale = _scale(values, wire_format)
        flat = values.reshape(-1)
        sent = _largest(np.abs(flat), kept)
        bitmap = np.packbits(sent, bitorder="little")
        data = _scale_bytes(scale) + bitmap.tobytes() + _quantised(flat[sent], scale).tobytes()
    elif wire_format == "int8":
        scale = _scale(values, wire_format)
        data = _scale_bytes(scale) + _quantised(values, scale).tobytes()
    else:
        with np.errstate(over="ignore"):
            data = values.astype(_DTYPES[wire_format]).tobytes()
    if size_bytes is not None and len(data) != size_bytes:
        raise _wrong_size(wire_format, values.shape, len(data), size_bytes)
    return data


def decode(
    data: bytes | bytearray | memoryview, wire_format: WireFormat, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """Read one sample's activation from the wire, as float32 of ``shape``.

    Raises
    ------
    ValueError
        ``data`` does not have the size that the format and the shape require, or a bitmap does not
        mark as many elements as there are values.
    """
    if wire_format == "sparse-int8":
        return _decode_sparse(data, shape)
    expected = wire_bytes(wire_format, shape)
    if len(data) != expected:
        raise _wrong_size(wire_format, shape, expected, len(data))
    if wire_format != "int8":
        stored = np.frombuffer(data, dtype=_DTYPES[wire_format])
        return stored.astype(np.float32).reshape(shape)
    quantised = np.frombuffer(data, dtype=np.int8, offset=SCALE_BYTES)
    return (quantised.astype(np.float32) * _read_scale(data)).reshape(shape)


def _decode_sparse(
    data: bytes | bytearray | memoryview, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    elements = prod(shape)
    kept, head = _kept_of(len(data), shape), _sparse_head(elements)
    bitmap = np.frombuffer(data, np.uint8, count=head - SCALE_BYTES, offset=SCALE_BYTES)
    sent = np.unpackbits(bitmap, bitorder="little").view(np.bool_)
    marked = np.count_nonzero(sent[:elements])
    if marked != kept or sent[elements:].any():
        raise ValueError(
            f"the bitmap of a sparse-int8 tensor of shape {shape} marks {marked} elements and "
            f"{np.count_nonzero(sent[elements:])} beyond the last, and {kept} values came"
        )
    values = np.zeros(elements, dtype=np.float32)
    quantised = np.frombuffer(data, dtype=np.int8, offset=head)
    values[sent[:elements]] = quantised.astype(np.float32) * _read_scale(data)
    return values.reshape(shape)


def _sparse_head(elements: int) -> int:
    """Bytes of scale and bitmap."""
    return SCALE_BYTES + -(-elements // 8)


def _kept_of(size_bytes: int, shape: tuple[int, ...]) -> int:
    """Elements that ``sparse-int8`` sends in so many bytes."""
    elements = prod(shape)
    head = _sparse_head(elements)
    if not head < size_bytes <= head + elements:
        raise ValueError(
            f"a sparse-int8 tensor of shape {shape} has {head + 1} to {head + elements} bytes on "
            f"the wire, not {size_bytes}"
        )
    return size_bytes - head


def _largest(magnitudes: NDArray[np.float32], count: int) -> NDArray[np.bool_]:
    """Where the ``count`` largest lie; of equal ones the first."""
    border = np.sort(magnitudes)[-count]  # as fast as a partition, and without its slow cases
    chosen: NDArray[np.bool_] = magnitudes > border
    chosen[np.flatnonzero(magnitudes == border)[: count - np.count_nonzero(chosen)]] = True
    return chosen


def _scale(values: NDArray[np.float32], wire_format: WireFormat) -> np.float32:
    """Scale of one sample: its largest magnitude lies on 127."""
    largest = np.float32(np.abs(values).max(initial=np.float32(0)))
    if not np.isfinite(largest):
        raise ValueError(
            f"an activation that is not finite cannot be sent as {wire_format}: use float32"
        )
    scale = np.float32(largest / np.float32(INT8_LIMIT))
    return scale if scale > 0 else np.float32(1)


def _quantised(values: NDArray[np.float32], scale: np.float32) -> NDArray[np.int8]:
    rounded: NDArray[np.float32] = np.rint(values / scale)
    return np.clip(rounded, -INT8_LIMIT, INT8_LIMIT).astype(np.int8)


def _scale_bytes(scale: np.float32) -> bytes:
    return bytes(np.asarray(scale, dtype="<f4").tobytes())


def _read_scale(data: bytes | bytearray | memoryview) -> np.float32:
    return np.float32(np.frombuffer(data, dtype="<f4", count=1)[0])


def _wrong_size(
    wire_format: WireFormat, shape: tuple[int, ...], expected: int, found: int
) -> ValueError:
    return ValueError(
        f"a {wire_format} tensor of shape {shape} has {expected} bytes on the wire, not {found}"
    )
