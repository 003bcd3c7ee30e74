"""The scenario of a network that a sweep trained: that of the sweep, with its own files."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from devicemodels.catalog import is_path
from networks.design import DESIGN_FILE
from networks.training import TASKGRAPH_FILE, WEIGHTS_FILE

if TYPE_CHECKING:
    import yaml

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*")
"""What may stand in YAML without quotes, and always means a text."""

_NULL = "tag:yaml.org,2002:null"
"""What says that there is nothing: ``null``, ``~`` or no word at all."""

Edit = tuple[int, int, str]
"""From where to where a text is replaced, and by what."""


def member_scenario(text: str, folder: Path, member: Path) -> str:
    """A scenario file for a network that lies in another folder; comments stay.

    Parameters
    ----------
    text
        A sound scenario file.
    folder
        Where it lies.
    member
        Where the weights, the task graph and the design lie, and the result will.
    """
    for start, end, new in sorted(_edits(text, folder, member), reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _edits(text: str, folder: Path, member: Path) -> Iterator[Edit]:
    """The block of the network anew; paths of platforms as seen from the new folder."""
    import yaml  # noqa: PLC0415

    def moved(path: str) -> str:
        return path if Path(path).is_absolute() else os.path.relpath(folder / path, member)

    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)
    for key, value in root.value:
        fields = dict(_fields(value))
        if key.value == "network":
            files = {"weights": WEIGHTS_FILE, "taskgraph": TASKGRAPH_FILE, "design": DESIGN_FILE}
            file = fields.get("file")
            own = {} if file is None or file.tag == _NULL else {"file": moved(file.value)}
            row = {"name": fields["name"].value, **own, **files}
            shown = ", ".join(f"{name}: {_written(word)}" for name, word in row.items())
            yield key.end_mark.index, _end(value), f": {{{shown}}}"
        platform = {"platform": value, "hardware": fields.get("platform")}.get(key.value)
        if isinstance(platform, yaml.ScalarNode) and is_path(platform.value):
            moved_to = _written(moved(platform.value))
            yield platform.start_mark.index, platform.end_mark.index, moved_to


def _fields(node: object) -> "Iterator[tuple[str, yaml.Node]]":
    import yaml  # noqa: PLC0415

    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.value, value


def _end(node: "yaml.Node") -> int:
    """Where what is written ends: a block goes on to the next key, comments included."""
    import yaml  # noqa: PLC0415

    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return max(_end(value) for _, value in node.value)
    return int(node.end_mark.index)


def _written(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else json.dumps(word)
