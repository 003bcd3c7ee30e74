"""Files are wholly new or wholly what they were; errors print the line and a caret."""

import hashlib
import stat
from pathlib import Path

import pytest

from devicemodels.documents.errors import SNIPPET_WIDTH, InputError, Problem
from devicemodels.documents.files import read_text, sha256_of, write_atomically


def test_a_file_is_replaced_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    write_atomically(file, "old\n")
    file.chmod(0o600)
    write_atomically(file, b"new\n")
    assert file.read_bytes() == b"new\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
    assert sha256_of(file) == hashlib.sha256(b"new\n").hexdigest()


def test_a_new_file_can_be_read_by_others_as_any_other_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    write_atomically(tmp_path / "ours", "x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_atomically(tmp_path / "folder", "text")
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "missing" / "file", "text")
    file = tmp_path / "file"
    write_atomically(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(file, "half a character: \ud800")
    assert file.read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"folder", "file"}


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    write_atomically(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"


def test_reading_names_the_file_as_it_is_shown(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^here: there is no such file"):
        read_text(tmp_path / "nothing", shown_as="here")


def test_a_problem_prints_its_line_a_caret_and_a_hint() -> None:
    problem = Problem("deadline: too long", "shorten it", "s.yaml", 3, 5, "key: value")
    assert str(InputError([problem, Problem("no place")])) == (
        "s.yaml:3:5: deadline: too long\n"
        "    key: value\n"
        "        ^\n"
        "  try: shorten it\n"
        "no place\n"
        "2 problems"
    )


def test_the_excerpt_of_an_endless_line_is_cut_around_the_column() -> None:
    line = "a" * 5000 + "!" + "b" * 5000
    rows = str(Problem("here", line=1, column=5001, snippet=line)).splitlines()
    assert len(rows[1]) == SNIPPET_WIDTH + 4
    assert rows[1][rows[2].index("^")] == "!"


def test_the_caret_stands_below_a_character_after_a_tab() -> None:
    rows = str(Problem("here", line=1, column=3, snippet="\t\tx")).splitlines()
    assert rows[1][rows[2].index("^")] == "x"
