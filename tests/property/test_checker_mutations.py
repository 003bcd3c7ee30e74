"""Whatever stands in a plan file: it is refused, found unsound, or sound; the checker never fails.

A mutation of one value of a sound plan that the checker still calls sound must have been harmless:
a name, a description, or figures that nothing is computed from.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.catalog import load_platform
from devicemodels.documents.errors import InputError
from devicemodels.documents.files import document_hash
from scheduler.documents import dump_plan, load_plan, read_taskgraph
from scheduler.plan import Requirements
from scheduler.registry import schedule
from scheduler.tabulation import make_problem
from scheduler.validity import check

FILES = Path(__file__).parents[2] / "docs/worked-example"


def sound_plan() -> dict[str, Any]:
    required = Requirements("energy", 0.1, 0.1, 0.9, {"negative": 0.9, "positive": 0.1})
    graph = read_taskgraph(FILES / "taskgraph.json")
    platform = load_platform(FILES / "platform.yaml")
    plan = schedule(make_problem("worked-example", graph, platform, required))
    document: dict[str, Any] = json.loads(dump_plan(plan))
    return document


PLAN = sound_plan()


def leaves(tree: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(tree, dict):
        return [leaf for key, value in tree.items() for leaf in leaves(value, (*path, key))]
    if isinstance(tree, list):
        return [leaf for key, value in enumerate(tree) for leaf in leaves(value, (*path, key))]
    return [path]


values = (
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([1e300, 1e-300, -1e300, 5e-324, 10**400])
    | st.sampled_from(["", "dsp", "npu", "listen", "recognise", "quiet", "none", "int8", "only"])
    | st.just([])
    | st.just({})
)


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(leaves(PLAN)), values), min_size=1, max_size=3))
def test_the_checker_never_fails(changes: list[tuple[tuple[str | int, ...], Any]]) -> None:
    document = json.loads(json.dumps(PLAN))
    for path, value in changes:
        at = document
        for key in path[:-1]:
            at = at[key]
        at[path[-1]] = value
    try:
        plan = load_plan(json.dumps(document), "plan.json")
    except InputError:
        return
    check(plan)
    # A forger who brings the hashes up to date must not bring the checker down either.
    document["task_graph_sha256"] = document_hash(plan.task_graph)
    document["platform_sha256"] = document_hash(plan.platform)
    check(load_plan(json.dumps(document), "plan.json"))


@pytest.mark.parametrize(
    "path", leaves(PLAN["expected"]), ids=lambda path: ".".join(map(str, path))
)
def test_no_expected_figure_can_be_changed(path: tuple[str | int, ...]) -> None:
    document = json.loads(json.dumps(PLAN))
    at = document["expected"]
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = at[path[-1]] * 1.001 + 1e-9
    violations = check(load_plan(json.dumps(document), "plan.json"))
    assert "figure" in {violation.kind for violation in violations}
