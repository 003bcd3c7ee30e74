"""What holds for the Ethos-U55 on random layers, beside what every law obeys.

Blocks are chosen by a rule that is not monotone; where it is looked at in whole units, growing
costs. A depthwise layer now and then gets a better block by growing, up to a quarter faster.
"""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.laws.ethos.arrays import SIZES, array_of
from devicemodels.laws.ethos.blocks import LARGEST_BLOCK, block_of
from devicemodels.laws.ethos.encoding import encoded_bytes
from devicemodels.laws.ethos.layer import Layer, layer_of
from devicemodels.operators import OperatorKind
from tests import law_strategies
from wakepath.validation.ethos import ethos_law

SIZE = pytest.mark.parametrize("macs_per_cycle", SIZES)
KINDS: tuple[OperatorKind, ...] = ("conv", "depthwise_conv", "linear")
SLACK = {"conv": 1.0, "linear": 1.0, "depthwise_conv": 1.25}

many = settings(max_examples=80, deadline=None, derandomize=True, database=None)


@st.composite
def whole(draw: st.DrawFn) -> law_strategies.Layer:
    """Layers whose channels fill every unit and every step, and whose rows and columns are even."""
    sides = st.integers(1, 12).map(lambda n: 2 * n)
    windows = st.sampled_from((1, 2, 3, 5))
    window = draw(windows)
    return law_strategies.Layer(
        draw(st.sampled_from(KINDS)),
        32 * draw(st.integers(1, 4)),
        32 * draw(st.integers(1, 4)),
        (draw(sides), draw(sides)),
        (window, window),
        1,
    )


def computing(layer: law_strategies.Layer, macs_per_cycle: int) -> float:
    law = ethos_law(macs_per_cycle, "high-end-embedded")
    (estimate,) = law.estimates([layer.operator()], 500e6)
    return estimate.computing


def seen(layer: law_strategies.Layer) -> Layer:
    found = layer_of(layer.operator())
    assert found is not None
    return found


@SIZE
@many
@given(layer=law_strategies.layers().filter(lambda layer: layer.kind in KINDS))
def test_no_array_multiplies_faster_than_its_size(
    macs_per_cycle: int, layer: law_strategies.Layer
) -> None:
    assert computing(layer, macs_per_cycle) >= layer.operator().macs / macs_per_cycle


@SIZE
@many
@given(layer=whole(), way=st.sampled_from(("input_channels", "output_channels", "size")))
def test_twice_the_work_never_takes_less(
    macs_per_cycle: int, layer: law_strategies.Layer, way: str
) -> None:
    more = {
        "input_channels": replace(layer, input_channels=2 * layer.input_channels),
        "output_channels": replace(layer, output_channels=2 * layer.output_channels),
        "size": replace(layer, size=(2 * layer.size[0], layer.size[1])),
    }[way]
    grown = computing(more, macs_per_cycle)
    assert computing(layer, macs_per_cycle) <= grown * SLACK[layer.kind] * (1 + 1e-9)


@many
@given(layer=whole().filter(lambda layer: min(layer.size) >= 8))
def test_a_larger_array_is_never_much_slower(layer: law_strategies.Layer) -> None:
    times = [computing(layer, size) for size in SIZES]
    for smaller, larger in pairwise(times):
        assert larger <= smaller * max(1.06, SLACK[layer.kind])
    assert times[-1] <= times[0]


@SIZE
@many
@given(layer=whole(), missing=st.integers(1, 3))
def test_channels_that_are_missing_in_a_unit_save_no_multiplications(
    macs_per_cycle: int, layer: law_strategies.Layer, missing: int
) -> None:
    """A unit is padded to a whole one; what little is saved is requantised and written."""
    layer = replace(layer, kind="conv", kernel=(3, 3))
    less = replace(layer, output_channels=layer.output_channels - missing)
    array = array_of(macs_per_cycle)
    if block_of(array, seen(layer)) == block_of(array, seen(less)):
        padded, full = computing(less, macs_per_cycle), computing(layer, macs_per_cycle)
        assert 0.97 * full <= padded <= full


@SIZE
@many
@given(layer=law_strategies.layers().filter(lambda layer: layer.kind in KINDS))
def test_blocks_are_whole_units_that_fit(macs_per_cycle: int, layer: law_strategies.Layer) -> None:
    array = array_of(macs_per_cycle)
    block = block_of(array, seen(layer))
    sides = (block.rows, block.columns, block.channels)
    units = (array.unit_rows, array.unit_columns, array.unit_channels)
    assert all(side % unit == 0 for side, unit in zip(sides, units, strict=True))
    assert all(side <= limit for side, limit in zip(sides, LARGEST_BLOCK, strict=True))
    assert 2 * block.input_elements <= 1024 * array.banks


@SIZE
@many
@given(
    layer=law_strategies.layers().filter(lambda layer: layer.kind in KINDS),
    bits=st.tuples(st.floats(0.0, 8.0), st.floats(0.0, 8.0)),
)
def test_less_information_is_never_larger(
    macs_per_cycle: int, layer: law_strategies.Layer, bits: tuple[float, float]
) -> None:
    array, shape = array_of(macs_per_cycle), seen(layer)
    low, high = (encoded_bytes(array, shape, each) for each in sorted(bits))
    assert 0 <= low <= high
    assert high % 16 == 0
