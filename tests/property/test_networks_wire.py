"""The wire format: exact sizes, small errors, and torch's view of it equal bit for bit."""

from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from networks.fakewire import fake_wire
from networks.wire import SCALE_BYTES, decode, encode, wire_bytes
from scheduler.taskgraph import WireFormat

FORMATS: tuple[WireFormat, ...] = get_args(WireFormat)

activations = arrays.arrays(
    np.float32,
    arrays.array_shapes(min_dims=1, max_dims=3, max_side=8),
    elements=st.floats(-(2.0**100), 2.0**100, width=32),
)


@settings(deadline=None)
@given(activations, st.sampled_from(FORMATS))
def test_bytes_on_the_wire_are_as_many_as_promised(
    activation: NDArray[np.float32], wire_format: WireFormat
) -> None:
    data = encode(activation, wire_format)
    assert len(data) == wire_bytes(wire_format, activation.shape)
    arrived = decode(data, wire_format, activation.shape)
    assert arrived.dtype == np.float32
    assert arrived.shape == activation.shape


@settings(deadline=None)
@given(activations)
def test_float32_arrives_as_sent(activation: NDArray[np.float32]) -> None:
    np.testing.assert_array_equal(
        decode(encode(activation, "float32"), "float32", activation.shape), activation
    )


@settings(deadline=None)
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


@settings(max_examples=300, deadline=None)
@given(activations, st.sampled_from(FORMATS), st.integers(1, 4))
def test_torch_sees_exactly_what_arrives(
    activation: NDArray[np.float32], wire_format: WireFormat, batch: int
) -> None:
    samples = np.stack([activation * np.float32(k + 1) for k in range(batch)])
    expected = np.stack([decode(encode(s, wire_format), wire_format, s.shape) for s in samples])
    seen = fake_wire(torch.from_numpy(samples), wire_format).numpy()
    np.testing.assert_array_equal(seen.view(np.uint32), expected.view(np.uint32))


@pytest.mark.parametrize("wire_format", FORMATS)
def test_the_gradient_passes_straight_through(wire_format: WireFormat) -> None:
    activation = torch.randn(2, 3, requires_grad=True)
    (fake_wire(activation, wire_format) * torch.arange(6.0).view(2, 3)).sum().backward()
    assert activation.grad is not None
    assert torch.equal(activation.grad, torch.arange(6.0).view(2, 3))


def test_rounding_is_half_to_even_and_the_header_is_little_endian() -> None:
    activation = np.array([127.0, 0.5, 1.5, 2.5, -0.5, -127.0], dtype=np.float32)
    assert encode(activation, "int8") == b"\x00\x00\x80\x3f" + bytes([127, 0, 2, 2, 0, 129])


def test_what_cannot_be_sent_or_read_is_refused() -> None:
    with pytest.raises(ValueError, match="not finite cannot be sent as int8"):
        encode(np.array([np.nan], dtype=np.float32), "int8")
    with pytest.raises(ValueError, match="has 10 bytes on the wire, not 9"):
        decode(b"123456789", "int8", (2, 3))
