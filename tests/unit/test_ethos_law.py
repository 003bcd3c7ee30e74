"""The Ethos-U55 against arithmetic by hand and the figures of its maker's compiler."""

from dataclasses import replace
from statistics import median

import pytest

from devicemodels.laws.ethos.arrays import array_of
from devicemodels.laws.ethos.blocks import Block, block_of
from devicemodels.laws.ethos.encoding import encoded_bytes
from devicemodels.laws.ethos.layer import layer_of
from devicemodels.operators import Geometry, Quantisation
from scheduler.taskgraph import Operator
from wakepath.validation.ethos import CLOCKS_HZ, ethos_law, ethos_rows

GEOMETRY = Geometry(64, 64, (8, 8), (1, 1), (1, 1), (1, 1))
CONV = Operator(
    "conv", "conv", ("input",), (1, 8, 8, 64), "int8", 262_144, 4352, 4096, geometry=GEOMETRY
)
LINEAR = Operator(
    *("linear", "linear", ("input",), (1, 128), "int8", 16_384, 16_896, 128),
    geometry=Geometry(128, 128),
)


def test_two_blocks_by_hand() -> None:
    """128 MACs a cycle take 1x2 pixels of 8 channels at a time; the buffer holds 8x8 of 32.

    Each of two blocks is 32 times 4 units of 2 steps (32 input channels each) of 4 cycles, and 2048
    elements of half a cycle; the last one is requantised when nothing is left to multiply.
    """
    layer = layer_of(CONV)
    assert layer is not None
    assert block_of(array_of(128), layer) == Block(8, 8, 32, 8, 8, 32)
    multiplying, requantising = 2 * (32 * 4 * 2 * 4), 2048 / 2
    fetching, writing = 32 + 64 * 32 / 8, 32 + 2048 / 8
    (estimate,) = ethos_law(128, "high-end-embedded").estimates([CONV], 500e6)
    assert estimate.computing == fetching + multiplying + requantising + writing == 3648


def test_weights_of_a_linear_come_one_by_one_from_the_decoder() -> None:
    """8 weights a cycle: 16384 make 2048 cycles; one pixel leaves the pipeline dry for 2 at each
    of 4 steps; a quarter of that and of the scales (10 bytes for 128 channels, in 32 / 256 cycles
    each) issues the last command; 32 bytes are fetched and 128 written, after 32 cycles each."""
    for macs_per_cycle in (64, 128, 256):
        law = ethos_law(macs_per_cycle, "high-end-embedded")
        (estimate,) = law.estimates([LINEAR], 500e6)
        requantising = max(128 * 64 / macs_per_cycle, 160)
        multiplying = 2048 + 4 * 2
        expected = multiplying + (multiplying + requantising) / 4 + (32 + 4) + (32 + 16)
        assert estimate.computing == pytest.approx(expected, rel=1e-12)


def test_flash_sets_the_pace_of_a_linear_and_no_clock_helps() -> None:
    law = ethos_law(128, "high-end-embedded")
    layer = layer_of(LINEAR)
    assert layer is not None
    size = encoded_bytes(array_of(128), layer, law.weight_entropy_bits) + 10 * 128
    for frequency_hz in (500e6, 1e9):
        busy = law.busy("npu", "segment:s", [LINEAR], frequency_hz)
        assert busy.seconds(frequency_hz) == pytest.approx(size / 500e6, rel=1e-9)


def test_weights_that_say_less_come_faster() -> None:
    law = ethos_law(128, "high-end-embedded")
    known = replace(LINEAR, quantisation=Quantisation("int8", 1, None, 0, 3.0))
    slow, fast = (law.busy("npu", "s", [one], 500e6).stall_s for one in (LINEAR, known))
    assert fast < 0.4 * slow


def test_weights_are_copied_while_the_operator_before_computes() -> None:
    law = ethos_law(32, "deep-embedded")
    first = replace(CONV, name="first", output_shape=(1, 32, 32, 64), macs=4_194_304)
    first = replace(first, geometry=replace(GEOMETRY, input_size=(32, 32)))
    second = replace(first, name="second")
    alone, after = law.estimates([first, second], CLOCKS_HZ["deep-embedded"])
    assert alone.waiting > 0 == after.waiting
    assert after.flash < alone.flash


def test_views_cost_nothing_and_a_softmax_more_than_an_addition() -> None:
    reshape = Operator("reshape", "reshape", ("input",), (1, 128), "int8", 0, 0, 128)
    add = replace(reshape, name="add", kind="add")
    softmax = replace(reshape, name="softmax", kind="softmax")
    law = ethos_law(128, "high-end-embedded")
    view, sum_, many = law.estimates([reshape, add, softmax], 500e6)
    assert view.total == 0
    assert sum_.computing == 1.5 * 128
    assert many.computing > 4 * sum_.computing


def test_layers_are_predicted() -> None:
    errors = [abs(row.error) for row in ethos_rows() if row.layer is not None]
    assert len(errors) == 67
    assert median(errors) <= 0.02
    assert sorted(errors)[int(0.9 * len(errors))] <= 0.10


@pytest.mark.parametrize("held_out", [False, True])
def test_networks_are_predicted_on_every_configuration(held_out: bool) -> None:
    rows = [row for row in ethos_rows() if row.layer is None and row.held_out == held_out]
    assert len(rows) == 16
    worst = max(rows, key=lambda row: abs(row.error))
    assert abs(worst.error) <= (0.03 if held_out else 0.10), worst
    assert median(abs(row.error) for row in rows) <= 0.02


@pytest.mark.parametrize("part", ["npu", "sram", "flash"])
def test_what_bounds_a_layer_is_predicted_too(part: str) -> None:
    rows = [row for row in ethos_rows(part) if row.layer is not None]  # type: ignore[arg-type]
    assert median(abs(row.error) for row in rows) <= 0.02


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "places"),
    [
        ((49, 10), (10, 4), (2, 2), (25, 5)),  # padded to keep its size
        ((32, 32), (3, 3), (1, 1), (30, 30)),  # not padded
        ((40, 10), (3, 1), (1, 1), (38, 10)),  # each side as it is
        ((20, 20), (4, 4), (1, 1), (21, 21)),  # padded by more than that
        ((128,), (9,), (2,), (1, 64)),  # one row
    ],
)
def test_places_of_an_output_follow_from_their_number(
    size: tuple[int, ...], kernel: tuple[int, ...], stride: tuple[int, ...], places: tuple[int, int]
) -> None:
    shape = (1, places[0] * places[1], 64)
    geometry = Geometry(64, 64, size, kernel, stride, (1,) * len(size))
    layer = layer_of(replace(CONV, output_shape=shape, geometry=geometry))
    assert layer is not None
    assert (layer.rows, layer.columns) == places
