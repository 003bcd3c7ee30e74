"""Mutated platform files: each is a coherent platform or is refused, never a traceback."""

import copy
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.catalog import parse_platform
from devicemodels.coherence import incoherences
from devicemodels.documents.errors import InputError
from devicemodels.documents.yaml_source import parse_yaml

LITTLE = Path(__file__).parents[1] / "golden" / "broken" / "parts" / "wearable.yaml"
TREE = parse_yaml(LITTLE.read_text(), "p.yaml").tree

VALUES: st.SearchStrategy[object] = st.sampled_from(
    (
        *(None, True, 0, -1, 0.5, "", "dsp", "ram", "guess", "1 MHz", "-1 W", "64 KiB", "1e999 s"),
        *([], {}, [1], ["dsp", "npu"], {"value": 1}, {"source": "guess"}, {"a": {"value": "1 s"}}),
        *({"value": "1 V", "source": "guess"}, {"value": {"conv": 1}, "source": "guess"}),
        *({"value": 1, "source": ["guess"]}, {"value": {"value": 1}, "source": "nobody"}),
    )
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(data=st.data())
def test_mutated_trees(data: st.DataObject) -> None:
    tree = copy.deepcopy(TREE)
    for _ in range(data.draw(st.integers(1, 3))):
        part = tree
        while True:
            inside: list[object] = []
            if isinstance(part, dict):
                inside = [item for item in part.values() if item and isinstance(item, (dict, list))]
            elif isinstance(part, list):
                inside = [item for item in part if item and isinstance(item, (dict, list))]
            if not inside or data.draw(st.integers(0, 3)) == 0:
                break
            part = data.draw(st.sampled_from(inside))
        if isinstance(part, list):
            place = data.draw(st.integers(0, len(part) - 1))
            part[place] = copy.deepcopy(data.draw(VALUES))
        elif isinstance(part, dict):
            key = data.draw(st.sampled_from(sorted(part)))
            value = part.pop(key)
            if data.draw(st.booleans()):
                part[key] = copy.deepcopy(data.draw(VALUES))
            elif data.draw(st.booleans()):
                part[f"{key}x"] = value
    try:
        platform = parse_platform(yaml.safe_dump(tree), "p.yaml")
    except InputError as refusal:
        assert refusal.problems
        assert all(problem.file == "p.yaml" for problem in refusal.problems)
    else:
        assert not list(incoherences(platform))
        assert set(platform.provenance.values()) <= set(platform.sources)
