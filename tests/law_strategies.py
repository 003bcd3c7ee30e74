"""Random cost laws of every class, and operators to try them on.

A law's parameters are drawn by what their names and types say, as ``devicemodels.coherence.laws``
reads them. A law whose parameters mean something else gets a line in ``OWN``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import get_args, get_origin

from hypothesis import strategies as st

from devicemodels.cost import CostLaw, MeasuredTimes
from devicemodels.documents.fields import Key, alternatives, keys_of, quantity_of
from devicemodels.laws.ethos.arrays import SIZES
from devicemodels.laws.ethos_u import EthosULaw
from devicemodels.operators import MAC_KINDS, OPERATOR_KINDS, Geometry, OperatorKind
from scheduler.taskgraph import Operator
from wakepath.testing.amounts import floats

LAWS: tuple[type[CostLaw], ...] = tuple(
    law for law in get_args(CostLaw) if law is not MeasuredTimes
)
"""Every law that tells the cost of work it was never shown; measured times only look it up."""

OWN: Mapping[type[CostLaw], Mapping[str, st.SearchStrategy[object]]] = {
    EthosULaw: {"macs_per_cycle": st.sampled_from(SIZES)},
}
"""Strategies of parameters that are not what their names and types say."""

_QUANTITIES = {"s": floats(0.0, 1e-3), "B/s": floats(1e5, 1e10)}
"""By unit."""

_SIZES = st.integers(1, 20) | st.integers(1, 130)
"""Of channels: often close to where lanes are full."""


def laws(law: type[CostLaw]) -> st.SearchStrategy[CostLaw]:
    """Laws of one class that run every kind of operator."""
    return st.builds(law, **{**_parameters(law), **OWN.get(law, {})})


def _parameters(law: type) -> dict[str, st.SearchStrategy[object]]:
    drawn = {}
    for key in keys_of(law, "yaml").values():
        quantity = quantity_of(key.annotation)
        kinds = set(alternatives(key.annotation))
        if quantity is not None:
            drawn[key.field] = _QUANTITIES[quantity.unit]
        elif get_origin(key.annotation) is Mapping:
            drawn[key.field] = _table(key)
        elif int in kinds:
            drawn[key.field] = st.sampled_from((1, 2, 3, 4, 8, 16)) | st.integers(1, 64)
        elif float in kinds:
            drawn[key.field] = _number(key)
    return drawn


def _table(key: Key) -> st.SearchStrategy[object]:
    """A cost for each kind that multiplies, or for each that does not, as the name says."""
    kinds = [kind for kind in OPERATOR_KINDS if (kind in MAC_KINDS) == ("mac" in key.field)]
    return st.fixed_dictionaries({kind: _number(key) for kind in kinds})


def _number(key: Key) -> st.SearchStrategy[float]:
    return floats(0.01, 512.0) if key.field.endswith("_per_cycle") else floats(0.0, 1000.0)


@dataclass(frozen=True, slots=True)
class Layer:
    """An operator by its shape; everything else follows from it."""

    kind: OperatorKind
    input_channels: int
    output_channels: int
    size: tuple[int, int]
    """Height and width of the output."""
    kernel: tuple[int, int]
    element_bytes: int

    def operator(self, name: str = "layer") -> Operator:
        """The operator, stride 1 and as much of a border as that needs."""
        channels = self.output_channels
        groups = channels if self.kind == "depthwise_conv" else 1
        one = {"conv": self.input_channels, "depthwise_conv": 1}
        weights = channels * one.get(self.kind, self.input_channels) * prod(self.window)
        elements = channels * prod(self.places)
        multiplies = self.kind in MAC_KINDS
        return Operator(
            name,
            self.kind,
            ("input",),
            (1, channels, *self.places),
            "int8" if self.element_bytes == 1 else "float32",
            weights * prod(self.places) if multiplies else 0,
            weights * self.element_bytes if multiplies else 0,
            elements * self.element_bytes,
            geometry=Geometry(
                channels if groups > 1 else self.input_channels,
                channels,
                self.places,
                self.window,
                (1,) * len(self.places),
                (1,) * len(self.places),
                groups,
            ),
        )

    @property
    def places(self) -> tuple[int, ...]:
        """Size of the map; a linear has none."""
        return () if self.kind == "linear" else self.size

    @property
    def window(self) -> tuple[int, ...]:
        """Size of the window, for kinds that have one."""
        if self.kind in ("conv", "depthwise_conv", "pool"):
            return self.kernel
        return (1,) * len(self.places)


def layers() -> st.SearchStrategy[Layer]:
    """Layers of every kind, from one element to those of a small network."""
    return st.builds(
        Layer,
        st.sampled_from(("conv", "depthwise_conv", "linear", *OPERATOR_KINDS)),
        _SIZES,
        _SIZES,
        st.tuples(st.integers(1, 24), st.integers(1, 24)),
        st.tuples(st.integers(1, 5), st.integers(1, 5)),
        st.sampled_from((1, 4)),
    )


@st.composite
def larger(draw: st.DrawFn, layer: Layer) -> Layer:
    """The same layer with more channels, a larger map or a larger window."""
    more = draw(st.integers(1, 3) | st.integers(1, 40))
    (height, width), (tall, wide) = layer.size, layer.kernel
    ways = (
        replace(layer, input_channels=layer.input_channels + more),
        replace(layer, output_channels=layer.output_channels + more),
        replace(layer, size=(height + more, width)),
        replace(layer, size=(height, width + more)),
        replace(layer, kernel=(tall + more % 3 + 1, wide)),
        replace(layer, kernel=(tall, wide + more % 3 + 1)),
    )
    return draw(st.sampled_from(ways))
