"""The wire format: exact sizes, small errors, and torch's view of it equal bit for bit."""

from math import ceil, prod
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from networks.fakewire import fake_wire
from networks.wire import SCALE_BYTES, decode, encode, kept_elements, wire_bytes
from scheduler.taskgraph import WireFormat

FORMATS: tuple[WireFormat, ...] = get_args(WireFormat)

SHAPES = arrays.array_shapes(min_dims=1, max_dims=3, max_side=8)

SHARES = st.sampled_from([0.01, 0.1, 0.125, 0.3, 0.5, 1.0])

activations = arrays.arrays(
    np.float32, SHAPES, elements=st.floats(-(2.0**100), 2.0**100, width=32)
) | arrays.arrays(  # many equal magnitudes, and fewer that differ from zero than are sent
    np.float32, SHAPES, elements=st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, 1e-45])
)


def _kept(wire_format: WireFormat, shape: tuple[int, ...], share: float) -> int | None:
    return kept_elements(share, prod(shape)) if wire_format == "sparse-int8" else None


def _sent(activation: NDArray[np.float32], wire_format: WireFormat, share: float) -> bytes:
    kept = _kept(wire_format, activation.shape, share)
    return encode(activation, wire_format, wire_bytes(wire_format, activation.shape, kept))


@settings(deadline=None, derandomize=True, database=None)
@given(activations, st.sampled_from(FORMATS), SHARES)
def test_bytes_on_the_wire_are_as_many_as_promised(
    activation: NDArray[np.float32], wire_format: WireFormat, share: float
) -> None:
    data = _sent(activation, wire_format, share)
    n = activation.size
    formula = {
        "float32": 4 * n,
        "float16": 2 * n,
        "int8": 4 + n,
        "sparse-int8": 4 + ceil(n / 8) + max(1, ceil(share * n - 1e-9)),
    }
    assert len(data) == formula[wire_format]
    arrived = decode(data, wire_format, activation.shape)
    assert arrived.dtype == np.float32
    assert arrived.shape == activation.shape


@settings(deadline=None, derandomize=True, database=None)
@given(activations)
def test_float32_arrives_as_sent(activation: NDArray[np.float32]) -> None:
    np.testing.assert_array_equal(
        decode(encode(activation, "float32"), "float32", activation.shape), activation
    )


@settings(deadline=None, derandomize=True, database=None)
@given(
    arrays.arrays(np.float32, SHAPES, elements=st.integers(-127, 127).map(float)), st.integers(0, 9)
)
def test_whole_numbers_up_to_127_arrive_as_sent_in_every_format(
    activation: NDArray[np.float32], power: int
) -> None:
    """With 127 among them the scale is a power of two: nothing is rounded."""
    activation.reshape(-1)[0] = 127
    activation *= np.float32(2.0**power)
    nonzero = max(1, np.count_nonzero(activation))
    for wire_format in FORMATS:
        kept = nonzero if wire_format == "sparse-int8" else None
        data = encode(activation, wire_format, wire_bytes(wire_format, activation.shape, kept))
        np.testing.assert_array_equal(decode(data, wire_format, activation.shape), activation)


@settings(deadline=None, derandomize=True, database=None)
@given(activations)
def test_int8_is_off_by_half_a_step_at_most(activation: NDArray[np.float32]) -> None:
    data = encode(activation, "int8")
    scale = np.frombuffer(data, "<f4", 1)[0]
    arrived = decode(data, "int8", activation.shape)
    assert np.abs(np.frombuffer(data, np.int8, offset=SCALE_BYTES).astype(int)).max() <= 127
    largest = float(np.abs(activation).max())
    assert float(np.abs(arrived - activation).max()) <= 0.5001 * scale + 1e-45
    if largest == 0:
        assert scale == 1


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(activations, SHARES)
def test_sparse_sends_the_largest_magnitudes_and_the_rest_arrives_as_zeros(
    activation: NDArray[np.float32], share: float
) -> None:
    data = _sent(activation, "sparse-int8", share)
    scale = np.frombuffer(data, "<f4", 1)[0]
    flat = activation.reshape(-1)
    # An order of its own: by magnitude, then by index.
    by_rank = sorted(range(flat.size), key=lambda i: (-abs(float(flat[i])), i))
    kept = kept_elements(share, flat.size)
    sent = set(by_rank[:kept])
    bits = np.frombuffer(data, np.uint8, (flat.size + 7) // 8, offset=SCALE_BYTES)
    assert {i for i in range(8 * len(bits)) if bits[i // 8] >> i % 8 & 1} == sent
    arrived = decode(data, "sparse-int8", activation.shape).reshape(-1)
    error = np.abs(arrived - flat)
    smallest_sent = min(abs(float(flat[i])) for i in sent)
    for i in range(flat.size):
        if i in sent:
            assert error[i] <= 0.5001 * scale + 1e-45
        else:
            assert arrived[i] == 0
            assert error[i] <= smallest_sent


@settings(deadline=None, derandomize=True, database=None)
@given(activations)
def test_sparse_that_sends_everything_says_what_int8_says(activation: NDArray[np.float32]) -> None:
    dense = decode(encode(activation, "int8"), "int8", activation.shape)
    sparse = decode(_sent(activation, "sparse-int8", 1.0), "sparse-int8", activation.shape)
    np.testing.assert_array_equal(sparse.view(np.uint32), dense.view(np.uint32))


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(activations, st.sampled_from(FORMATS), SHARES, st.integers(1, 4))
def test_torch_sees_exactly_what_arrives(
    activation: NDArray[np.float32], wire_format: WireFormat, share: float, batch: int
) -> None:
    samples = np.stack([np.roll(activation, k) * np.float32(k + 1) for k in range(batch)])
    expected = np.stack(
        [decode(_sent(s, wire_format, share), wire_format, s.shape) for s in samples]
    )
    kept = _kept(wire_format, activation.shape, share)
    seen = fake_wire(torch.from_numpy(samples), wire_format, kept).numpy()
    np.testing.assert_array_equal(seen.view(np.uint32), expected.view(np.uint32))
    for index in range(batch):  # whatever else is in the batch
        alone = fake_wire(torch.from_numpy(samples[index : index + 1]), wire_format, kept).numpy()
        np.testing.assert_array_equal(alone[0].view(np.uint32), seen[index].view(np.uint32))


@pytest.mark.parametrize("wire_format", [f for f in FORMATS if f != "sparse-int8"])
def test_the_gradient_passes_straight_through(wire_format: WireFormat) -> None:
    activation = torch.randn(2, 3, requires_grad=True)
    (fake_wire(activation, wire_format) * torch.arange(6.0).view(2, 3)).sum().backward()
    assert activation.grad is not None
    assert torch.equal(activation.grad, torch.arange(6.0).view(2, 3))


def test_the_gradient_of_sparse_passes_through_what_was_sent() -> None:
    activation = torch.tensor([[0.1, -3.0, 2.0], [1.0, 1.0, -1.0]], requires_grad=True)
    weights = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    (fake_wire(activation, "sparse-int8", 2) * weights).sum().backward()
    assert activation.grad is not None
    assert activation.grad.tolist() == [[0.0, 2.0, 3.0], [4.0, 5.0, 0.0]]


def test_rounding_is_half_to_even_and_the_header_is_little_endian() -> None:
    activation = np.array([127.0, 0.5, 1.5, 2.5, -0.5, -127.0], dtype=np.float32)
    assert encode(activation, "int8") == b"\x00\x00\x80\x3f" + bytes([127, 0, 2, 2, 0, 129])


def test_the_bitmap_begins_with_the_lowest_bit_and_values_follow_in_order() -> None:
    activation = np.zeros((3, 4), dtype=np.float32)
    activation[0, 1], activation[2, 0], activation[2, 3] = -127.0, 5.0, 127.0
    header = b"\x00\x00\x80\x3f"
    # 1, 8 and 11; sent beside them, because four are: the first zero.
    assert encode(activation, "sparse-int8", 10) == header + bytes(
        [0b00000011, 0b00001001, 0, 129, 5, 127]
    )
    assert encode(activation, "sparse-int8", 7) == header + bytes([0b00000010, 0, 129])


@pytest.mark.parametrize("wire_format", ["int8", "sparse-int8"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(wire_format: WireFormat, bad: float) -> None:
    activation = np.array([1.0, bad, 2.0], dtype=np.float32)
    with pytest.raises(ValueError, match=f"not finite cannot be sent as {wire_format}: use float3"):
        _sent(activation, wire_format, 0.1)
    pair = torch.from_numpy(np.stack([activation, np.ones(3, dtype=np.float32)]))
    seen = fake_wire(pair, wire_format, _kept(wire_format, (3,), 0.1))
    assert seen[0].isnan().all()
    assert seen[1].isfinite().all()


def test_sizes_that_cannot_be_are_refused() -> None:
    activation = np.zeros((2, 3), dtype=np.float32)
    with pytest.raises(ValueError, match="has 10 bytes on the wire, not 9"):
        decode(b"123456789", "int8", (2, 3))
    with pytest.raises(ValueError, match="has 10 bytes on the wire, not 12"):
        encode(activation, "int8", 12)
    for size in (None, 5, 12):
        with pytest.raises(ValueError, match=r"has 6 to 11 bytes on the wire, not \d+"):
            encode(activation, "sparse-int8", size)
    with pytest.raises(ValueError, match="has 6 to 11 bytes on the wire, not 5"):
        decode(b"12345", "sparse-int8", (2, 3))
    for kept in (None, 0, 7):
        with pytest.raises(ValueError, match=f"sends 1 to 6 elements .*, not {kept}"):
            wire_bytes("sparse-int8", (2, 3), kept)


@pytest.mark.parametrize("bitmap", [0b00000011, 0b00000000, 0b01000001])
def test_a_bitmap_that_does_not_fit_its_values_is_refused(bitmap: int) -> None:
    good = encode(np.arange(6, dtype=np.float32), "sparse-int8", 6)
    with pytest.raises(ValueError, match=r"marks \d elements and \d beyond the last, and 1 values"):
        decode(good[:4] + bytes([bitmap]) + good[5:], "sparse-int8", (6,))


def test_a_share_of_elements_is_rounded_up_but_not_for_a_rounding_error() -> None:
    assert [kept_elements(0.1, n) for n in (1, 10, 11, 30)] == [1, 1, 2, 3]
    assert kept_elements(0.125, 300) == 38
    assert kept_elements(1.0, 7) == 7
