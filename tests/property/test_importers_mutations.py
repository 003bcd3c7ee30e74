"""Mutated instances: each is a graph problem or is refused with its places, never a traceback."""

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.documents.errors import InputError
from scheduler.graphs.documents import dump_graph
from scheduler.graphs.problem_check import check_problem
from scheduler.importers.registry import FORMATS, read_instance

FIXTURES = Path(__file__).parents[1] / "fixtures" / "instances"

FILES: dict[str, tuple[str, dict[str, object]]] = {
    "diamond.stg": ("stg", {"cores": 2}),
    "costs_below.stg": ("stg", {}),
    "costs_behind.stg": ("stg", {"cores": 3, "sharing": "fair"}),
    "from_zero.fjs": ("fjs", {}),
    "from_one.fjs": ("fjs", {"machines_from": 1}),
    "project.mm": ("mm", {}),
    "mmlib.txt": ("mm", {}),
    "table.csv": ("cost-table", {}),
    "times.csv": ("cost-table", {"edges": FIXTURES / "edges.csv"}),
    "measured.csv": ("cost-table", {"unlisted": "free"}),
    "workflow_1_5.json": ("wfcommons", {"cores": 2, "bandwidth_bytes_per_s": 1e3}),
    "workflow_1_3.json": ("wfcommons", {"cores": (1.0, 0.5), "bandwidth_bytes_per_s": 1.0}),
    "workflow_jobs.json": ("wfcommons", {"cores": 1}),
}
"""Format and options of each file whose parts are mutated."""

WORDS = st.sampled_from(
    [
        *("", "0", "1", "2", "-1", "7", "99", "1.5", "1e9", "1e999", "nan", "inf", "x", "-", "#"),
        *(str(10**14), str(10**17), "9" * 30, "+3", "٣", "\x00", "\x85", "\ufeff", "[", "]", '"'),
        *("task", "source", "target", "R 1", "N 1", "op_id", "suc", "\n", "1\n2 3", ",", "*****"),
    ]
)
"""What takes the place of a word or stands beside it."""

VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, 0, -1, 0.5, 1e300, 10**400, "", "x", "join_1", "\n", "\ud800", [], {}),
        *([1], ["split_1"], [["x"]], {"id": "x"}, [{"id": "count_1", "runtimeInSeconds": 1}]),
    ]
)
"""What takes the place of a part of a JSON document."""


def outcome(name: str, data: bytes, format_name: str | None, options: dict[str, object]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            problem = read_instance(path, format_name, options)
        except InputError as refusal:
            assert refusal.problems
            files = {problem.file for problem in refusal.problems}
            assert files <= {str(path), str(FIXTURES / "edges.csv")}
            assert str(refusal)
        else:
            assert check_problem(problem) == ()
            assert dump_graph(problem).encode()


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(data=st.data())
def test_mutated_texts(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    format_name, options = FILES[name]
    parts = re.split(r"(\s+|,)", (FIXTURES / name).read_text())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(parts) - 1))
        match data.draw(st.sampled_from(["replace", "insert", "drop", "swap", "cut"])):
            case "replace":
                parts[at] = data.draw(WORDS)
            case "insert":
                parts.insert(at, data.draw(WORDS))
            case "drop":
                del parts[at : at + data.draw(st.integers(1, 4))]
            case "swap":
                other = data.draw(st.integers(0, len(parts) - 1))
                parts[at], parts[other] = parts[other], parts[at]
            case "cut":
                del parts[at + 1 :]
        parts = parts or [""]
    outcome(name, "".join(parts).encode(), format_name, options)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(data=st.data())
def test_mutated_workflows(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([name for name in sorted(FILES) if name.endswith(".json")]))
    format_name, options = FILES[name]
    tree = json.loads((FIXTURES / name).read_text())
    for _ in range(data.draw(st.integers(1, 3))):
        part = tree
        while True:
            inside = part.values() if isinstance(part, dict) else part
            below = [item for item in inside if item and isinstance(item, (dict, list))]
            if not below or data.draw(st.integers(0, 5)) == 0:
                break
            part = data.draw(st.sampled_from(below))
        keys = sorted(part) if isinstance(part, dict) else range(len(part))
        key = data.draw(st.sampled_from(keys))
        if data.draw(st.booleans()):
            part[key] = data.draw(VALUES)
        else:
            del part[key]
        if not tree:
            break
    outcome(name, json.dumps(tree).encode(), format_name, options)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    data=st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    format_name=st.sampled_from([None, *sorted(FORMATS)]),
)
def test_noise(data: bytes, format_name: str | None) -> None:
    outcome("noise", data, format_name, {})
