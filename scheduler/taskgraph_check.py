"""Whether the sizes in a task graph can be those of a network: nothing is less than nothing."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from devicemodels.documents.source import TreePath
from devicemodels.operators import Geometry
from scheduler.taskgraph import Codec, CutPoint, Edge, Operator

_LEAST: dict[type, dict[str, int]] = {
    Operator: {"output_shape": 1, "macs": 0, "weight_bytes": 0, "output_bytes": 0},
    Geometry: {
        **{"input_channels": 1, "output_channels": 1, "groups": 1},
        **{"input_size": 1, "kernel": 1, "stride": 1, "dilation": 1},
    },
    CutPoint: {"shape": 1, "size_bytes": 0},
    Edge: {"shape": 1, "raw_bytes": 0},
    Codec: {"wire_shape": 1, "wire_bytes": 0},
}
"""The least that a whole number of each field may be, each element of a list likewise."""


def too_small(value: object, path: TreePath = ()) -> Iterator[tuple[TreePath, str]]:
    """The place of each number below its least in a task graph or a part of it, and what is wrong.

    ``path`` is where ``value`` stands, in the keys of its document.
    """
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from too_small(item, (*path, index))
    elif is_dataclass(value) and not isinstance(value, type):
        least = _LEAST.get(type(value), {})
        for field in fields(value):
            inside, at = getattr(value, field.name), (*path, field.name)
            if field.name not in least:
                yield from too_small(inside, at)
                continue
            for place, number in _numbers(inside, at):
                if number < least[field.name]:
                    yield place, f"{number} is too small; at least {least[field.name]} is needed"


def _numbers(value: int | tuple[int, ...], path: TreePath) -> Iterator[tuple[TreePath, int]]:
    if isinstance(value, tuple):
        yield from (((*path, index), number) for index, number in enumerate(value))
    else:
        yield path, value
