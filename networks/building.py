"""An int8 network layer by layer, as an import of its .tflite file would give it."""

from collections import Counter
from collections.abc import Sequence
from math import prod

from devicemodels.operators import Geometry, OperatorKind
from networks.assembling import assemble
from networks.pooling import whole_map
from scheduler.taskgraph import Operator, TaskGraph

_BIAS_BYTES = 4
"""TensorFlow Lite keeps biases as int32."""

_ACTIVATION = ("activation",)


class Int8Network:
    """Collects operators; each method adds one that reads the last one, or the one it names.

    Activations are int8 and channels last, weights int8, biases int32. Operators are named
    after their kind and counted from 1; each method returns the name of what it added.
    """

    def __init__(self, *input_shape: int) -> None:
        self.input_shape = (1, *input_shape)
        self._operators: list[Operator] = []
        self._shapes = {"input": self.input_shape}
        self._counts: Counter[str] = Counter()

    def conv(
        self,
        channels: int,
        kernel: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        *,
        reads: str = "",
        activation: bool = True,
    ) -> str:
        """A convolution whose output is the input's size over the stride: padding "same"."""
        source = self._shape(reads)
        size = _same(source[1:3], stride)
        geometry = Geometry(source[3], channels, source[1:3], kernel, stride, (1, 1))
        return self._windowed("conv", geometry, size, reads, activation)

    def depthwise_conv(
        self,
        kernel: tuple[int, int],
        stride: tuple[int, int] = (1, 1),
        *,
        padded: bool = True,
        activation: bool = True,
    ) -> str:
        """A convolution of each channel apart; ``padded`` as "same", else "valid"."""
        source = self._shape("")
        size, channels = source[1:3], source[3]
        if padded:
            made = _same(size, stride)
        else:
            made = _same([s - k + 1 for s, k in zip(size, kernel, strict=True)], stride)
        geometry = Geometry(channels, channels, size, kernel, stride, (1, 1), channels)
        return self._windowed("depthwise_conv", geometry, made, "", activation)

    def linear(self, features: int, *, activation: bool = True) -> str:
        """Every feature of the input into every one of the output."""
        inputs = self._shape("")[-1]
        macs = inputs * features
        return self._add(
            "linear",
            (1, features),
            macs=macs,
            weight_bytes=macs + _BIAS_BYTES * features,
            fused=_ACTIVATION if activation else (),
            geometry=Geometry(inputs, features),
        )

    def add(self, first: str, second: str) -> str:
        """The sum of two outputs, with an activation."""
        return self._add("add", self._shape(first), inputs=(first, second), fused=_ACTIVATION)

    def global_pool(self) -> str:
        """The mean of each channel, as an average pooling over the whole feature map."""
        _, *size, channels = self._shape("")
        geometry = whole_map(channels, tuple(size))
        return self._add("global_pool", (1, 1, 1, channels), geometry=geometry)

    def flatten(self) -> str:
        """The same elements as one row."""
        return self._add("reshape", (1, prod(self._shape(""))))

    def softmax(self) -> str:
        """Probabilities of the classes."""
        return self._add("softmax", self._shape(""))

    def taskgraph(self, name: str) -> TaskGraph:
        """What was added, as a task graph called ``name``."""
        return assemble(name, self.input_shape, "int8", tuple(self._operators))

    def _windowed(
        self,
        kind: OperatorKind,
        geometry: Geometry,
        size: tuple[int, ...],
        reads: str,
        activation: bool,
    ) -> str:
        shape = (1, *size, geometry.output_channels)
        window = prod(geometry.kernel) * geometry.input_channels // geometry.groups
        weights = (window + _BIAS_BYTES) * geometry.output_channels
        return self._add(
            kind,
            shape,
            inputs=(reads,) if reads else (),
            macs=prod(shape) * window,
            weight_bytes=weights,
            fused=_ACTIVATION if activation else (),
            geometry=geometry,
        )

    def _add(
        self,
        kind: OperatorKind,
        shape: tuple[int, ...],
        *,
        inputs: tuple[str, ...] = (),
        macs: int = 0,
        weight_bytes: int = 0,
        fused: tuple[str, ...] = (),
        geometry: Geometry | None = None,
    ) -> str:
        self._counts[kind] += 1
        name = f"{kind}_{self._counts[kind]}"
        self._operators.append(
            Operator(
                name=name,
                kind=kind,
                inputs=inputs or (self._last,),
                output_shape=shape,
                dtype="int8",
                macs=macs,
                weight_bytes=weight_bytes,
                output_bytes=prod(shape),
                fused=fused,
                geometry=geometry,
            )
        )
        self._shapes[name] = shape
        return name

    @property
    def _last(self) -> str:
        return self._operators[-1].name if self._operators else "input"

    def _shape(self, name: str) -> tuple[int, ...]:
        return self._shapes[name or self._last]


def _same(size: Sequence[int], stride: tuple[int, int]) -> tuple[int, ...]:
    """Places of a window that steps by ``stride`` over ``size``, begun ones included."""
    return tuple(-(-length // step) for length, step in zip(size, stride, strict=True))
