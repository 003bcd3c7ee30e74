"""YAML as Wakepath reads it: 1.2 scalars, positions, and refusals."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devicemodels.documents.errors import InputError
from devicemodels.documents.source import Place
from devicemodels.documents.yaml_source import parse_yaml, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e8", 1e8),
        ("1.5e-3", 1.5e-3),
        (".5", 0.5),
        ("1.", 1.0),
        ("+12", 12),
        ("010", 10),
        ("0o14", 12),
        ("0x1F", 31),
        ("on", "on"),
        ("yes", "yes"),
        ("NO", "NO"),
        ("true", True),
        ("False", False),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2024-01-01", "2024-01-01"),
        ("0b11", "0b11"),
        ("~", None),
        ("null", None),
        ("", None),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("'12'", "12"),
        ('"true"', "true"),
        ("|\n  12\n", "12\n"),
        ("=", "="),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    tree = parse_yaml(f"key: {text}\n", "file.yaml").tree
    assert tree == {"key": value}
    assert isinstance(tree, dict)
    assert type(tree["key"]) is type(value)


def test_keys_are_texts() -> None:
    assert parse_yaml("on: 1\n2: 3\nnull: 4\n", "f").tree == {"on": 1, "2": 3, "null": 4}


def test_every_part_has_its_place() -> None:
    source = parse_yaml("a:\n  - {b: 1,\n     c: [x, yy]}\nd: 2\n", "file.yaml")
    assert source.tree == {"a": [{"b": 1, "c": ["x", "yy"]}], "d": 2}
    assert source.values[("a", 0, "c", 1)] == Place(3, 13)
    assert source.keys[("a", 0, "c")] == Place(3, 6)
    assert source.values[("a", 0)] == Place(2, 5)
    assert source.place(("a", 0, "nothing", "here"), "value") == Place(2, 5)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2\n",
        "a: &x 1\n",
        "a: *x\n",
        "<<: {a: 1}\n",
        "a: !!binary aGk=\n",
        "a: !local 1\n",
        "a: 1\n---\nb: 2\n",
        "? [a]\n: 1\n",
        "? {a: 1}\n: {b: 2}\n",
        '"\\ud800"',
        '"\\UFFFFFFFF"',
        "a: [1\n",
        "a: \x07\n",
        "%YAML 1." + "1" * 5000 + "\n---\na\n",
        "a: " + "1" * 5000,
        "[" * 5000,
        "a: " * 5000,
        "- " * 5000,
        "# nothing\n",
        "",
        "a: 1" + " " * 1_000_001,
    ],
)
def test_what_is_refused(text: str) -> None:
    with pytest.raises(InputError) as refusal:
        parse_yaml(text, "file.yaml")
    assert str(refusal.value).startswith("file.yaml")


def test_all_duplicate_keys_are_named_with_both_places() -> None:
    with pytest.raises(InputError) as refusal:
        parse_yaml("a: 1\nb: {c: 1, c: 2}\na: 3\na: 4\n", "f")
    places = [(p.line, p.column) for p in refusal.value.problems]
    assert places == [(2, 11), (3, 1), (4, 1)]
    assert all("first in line" in p.message for p in refusal.value.problems)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("a: 1\nb: Gr\xfc\xdfe\n".encode("latin-1"))
    for name, words in (
        ("missing.yaml", "no such file"),
        ("missing/file.yaml", "does not exist either"),
        (".", "this is a folder"),
        ("latin.yaml", "not UTF-8 text: byte 0xfc in line 2"),
        ("x" * 5000, "File name too long"),
        ("a\0b", "no such file"),
        ("/dev/null", "no such file"),
    ):
        with pytest.raises(InputError) as refusal:
            read_yaml(tmp_path / name)
        assert words in str(refusal.value)


def test_a_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    source = read_yaml(file)
    assert source.tree == {"a": 1, "b": 2}
    assert source.lines[1] == "b: 2"
    assert source.keys[("b",)] == Place(2, 1)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.text(alphabet=st.characters(), max_size=60) | st.text("ab:-[]{},&*!|>'\"%@#? \n\t\\u1"))
def test_any_text_is_a_tree_or_a_refusal(text: str) -> None:
    try:
        source = parse_yaml(text, "file.yaml")
    except InputError as refusal:
        assert refusal.problems
        assert str(refusal).startswith("file.yaml")
    else:
        assert () in source.values
