"""Documents: what is written comes back equal, and anything else is refused with its place."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.catalog import load_platform
from devicemodels.documents.errors import InputError
from devicemodels.documents.files import canonical_json, document_hash
from devicemodels.documents.json_document import dump_document, load_document
from devicemodels.documents.json_source import locate_json
from devicemodels.documents.quantities import Seconds
from devicemodels.documents.source import Place
from devicemodels.platform import Platform
from scheduler.documents import dump_taskgraph, load_taskgraph
from scheduler.taskgraph import Codec, CutPoint, Edge, Gate, Operator, Segment, TaskGraph

CONV = Operator("conv1", "conv", ("input",), (1, 8, 100), "float32", 14400, 608, 3200, ("relu",))
LINEAR = Operator("head", "linear", ("conv1",), (1, 2), "float32", 16, 72, 8)
GRAPH = TaskGraph(
    name="little",
    input_shape=(1, 6, 100),
    input_dtype="float32",
    operators=(CONV, LINEAR),
    cut_points=(CutPoint("conv1", (1, 8, 100), "float32", 3200),),
    segments=(Segment("first", ("conv1",)), Segment("last", ("head",))),
    edges=(
        Edge(
            "first",
            "last",
            (1, 8, 100),
            3200,
            (
                Codec("none", "float32", (1, 8, 100), 3200),
                Codec("narrow", "int8", (1, 2, 100), 204, (CONV,), (CONV,), 0.1 + 0.2),
            ),
        ),
    ),
    gates=(Gate("gate1", "first", (LINEAR,), 1 / 3, {"negative": 0.8, "positive": 1e-17}),),
)


@dataclass(frozen=True, slots=True)
class Round:
    radius: float
    kind: Literal["round"] = field(default="round")


@dataclass(frozen=True, slots=True)
class Square:
    side: float
    angle: float
    kind: Literal["square"] = field(default="square")


@dataclass(frozen=True, slots=True)
class Drawing:
    shapes: tuple[Round | Square, ...]
    times_s: Mapping[str, Seconds] = field(default_factory=dict)
    note: str | None = None
    version: Literal["drawing@1"] = field(default="drawing@1")


def refusal_of(text: str) -> InputError:
    with pytest.raises(InputError) as refusal:
        load_document(Drawing, text, "d.json")
    return refusal.value


def test_a_task_graph_comes_back_equal() -> None:
    text = dump_taskgraph(GRAPH)
    again = load_taskgraph(text, "graph.json")
    assert again == GRAPH
    assert isinstance(again.operators[0].inputs, tuple)
    assert dump_taskgraph(again) == text


def test_a_platform_comes_back_equal_and_with_the_same_hash() -> None:
    platform = load_platform("wearable")
    again = load_document(Platform, dump_document(platform), "platform.json")
    assert again == platform
    assert document_hash(again) == document_hash(platform)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(
        st.builds(Round, st.floats(allow_nan=False, allow_infinity=False))
        | st.builds(Square, st.floats(-1, 1), st.integers(-9, 9)),
        max_size=4,
    ).map(tuple),
    st.dictionaries(st.text(st.characters(codec="utf-8")), st.floats(0, 1e9), max_size=3),
    st.none() | st.text(st.characters(codec="utf-8")),
)
def test_any_document_comes_back_equal(
    shapes: tuple[Round | Square, ...], times: dict[str, float], note: str | None
) -> None:
    drawing = Drawing(shapes, times, note)
    again = load_document(Drawing, dump_document(drawing), "d.json")
    assert again == drawing
    assert document_hash(again) == document_hash(drawing)


def test_canonical_json_is_one_text_a_value() -> None:
    assert canonical_json({"b": 1.0, "a": [0.1, "é", None, True]}) == (
        '{"a":[0.1,"é",null,true],"b":1}'
    )
    assert canonical_json(Round(2)) == canonical_json(Round(2.0))
    assert canonical_json(1e300) == "1e+300"
    with pytest.raises(ValueError, match="nan"):
        canonical_json({"a": float("nan")})
    with pytest.raises(TypeError, match="set"):
        canonical_json({"a": {1}})


def test_only_the_meant_member_of_a_union_complains() -> None:
    error = refusal_of('{"shapes": [{"kind": "square", "side": 1}], "version": "drawing@1"}')
    assert [p.message for p in error.problems] == ["'shapes[0].angle' is missing"]
    error = refusal_of('{"shapes": [{"kind": "squar", "side": 1}], "version": "drawing@1"}')
    assert "it is one of round, square" in str(error)
    assert "did you mean 'square'?" in str(error)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"shapes": []}', "'version' is missing"),
        ('{"shapes": [], "version": "drawing@2", "sha": 1}', "reads drawing@1\n"),
        ('{"shapes": [], "version": "drawing@1",}', "not valid JSON"),
        ('{"shapes": [], "shapes": [], "version": "drawing@1"}', "'shapes' is given twice"),
        ('{"shapes": {}, "version": "drawing@1"}', "a mapping is given, a list is needed"),
        ('{"shapes": [], "note": 3, "version": "drawing@1"}', "3 is given, a text is needed"),
        ('{"shapes": [], "times_s": {"a": NaN}, "version": "drawing@1"}', "NaN is not a number"),
        ('{"shapes": [], "times_s": [], "version": "drawing@1"}', "a mapping is needed"),
        ('{"shapes": [1], "version": "drawing@1"}', "1 is given, a mapping is needed"),
        ('{"shapes": [], "note": "\\ud800", "version": "drawing@1"}', "half a character"),
        ('{"a": ' * 100_000, "nested too deep"),
        (f'{{"a": {"9" * 5000}}}', "too many digits"),
        ("", "the file is empty"),
        ("null", "nothing is given, a mapping is needed"),
    ],
)
def test_what_is_refused(text: str, words: str) -> None:
    assert words in str(refusal_of(text))


def test_places_in_json() -> None:
    text = '{\n "a": [1, {"b": "x\\"]"}],\n "c": {}\n}'
    source = locate_json(text, "f")
    assert source.tree == json.loads(text)
    assert source.values[("a", 1, "b")] == Place(2, 17)
    assert source.keys[("a", 1, "b")] == Place(2, 12)
    assert source.values[("c",)] == Place(3, 7)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_every_part_of_any_json_is_found(tree: object) -> None:
    text = json.dumps(tree, indent=1).replace("Infinity", "1e999")
    source = locate_json(text, "f")

    def parts(tree: object) -> int:
        inside: list[object] = []
        if isinstance(tree, dict):
            inside = list(tree.values())
        elif isinstance(tree, list):
            inside = tree
        return 1 + sum(parts(item) for item in inside)

    assert len(source.values) == parts(tree)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.data())
def test_any_mutated_task_graph_is_loaded_or_refused(data: st.DataObject) -> None:
    text = dump_taskgraph(GRAPH)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 8)))
        piece = data.draw(st.sampled_from(['"', "{", "}", "[", ",", ":", "1e999", "NaN", "-", "é"]))
        text = text[:start] + piece + text[end:]
    try:
        graph = load_taskgraph(text, "graph.json")
    except InputError as refusal:
        assert str(refusal).startswith("graph.json")
    else:
        assert load_taskgraph(dump_taskgraph(graph), "graph.json") == graph
