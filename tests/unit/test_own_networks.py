"""A network in a file of the user's own: it is found, or one message says why not and where."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from devicemodels.documents.errors import InputError
from networks.own import MODULE_PREFIX, spec_from_file
from networks.spec import NetworkSpec
from tests.training_worlds import SPEC

GOOD = "from tests.training_worlds import SPEC\n"


def test_the_spec_of_a_file_is_the_network(tmp_path: Path) -> None:
    file = tmp_path / "network.py"
    file.write_text(GOOD)
    found = spec_from_file(file, name="bumps")
    assert replace(found, build=SPEC.build) == SPEC
    assert found.build().gated_parts == SPEC.build().gated_parts
    assert not [name for name in sys.modules if name.startswith(MODULE_PREFIX)]


def test_a_file_may_define_what_it_needs(tmp_path: Path) -> None:
    file = tmp_path / "json.py"  # and it hides no module of that name
    file.write_text(
        "from dataclasses import dataclass, replace\n"
        "import json\n"
        "from tests import training_worlds\n"
        "@dataclass\n"
        "class Own:\n"
        "    value: 'int' = 3\n"
        "SPEC = replace(training_worlds.SPEC, name=json.loads('\"mine\"'))\n"
    )
    spec = spec_from_file(file, name="mine")
    assert isinstance(spec, NetworkSpec)
    assert replace(spec, name=SPEC.name, build=SPEC.build) == SPEC


WRONG: dict[str, tuple[str, list[str]]] = {
    "raises": (
        "import torch\n\n\ndef make():\n    return torch.zeros(2) @ torch.zeros(3)\n\n\nmake()\n",
        [
            "network.py:5: running it raised RuntimeError: inconsistent tensor size, expected "
            "tensor [2] and src [3] to have the same number of elements, but got 2 and 3 elements "
            "respectively",
            "        return torch.zeros(2) @ torch.zeros(3)",
        ],
    ),
    "syntax": (
        "SPEC = NetworkSpec(\n",
        [
            "network.py:1: running it raised SyntaxError: '(' was never closed",
            "    SPEC = NetworkSpec(",
        ],
    ),
    "import": (
        "import nowhere_at_all\n",
        [
            "network.py:1: running it raised ModuleNotFoundError: No module named 'nowhere_at_all'",
            "    import nowhere_at_all",
        ],
    ),
    "exit": (
        "raise SystemExit(3)\n",
        ["network.py:1: running it raised SystemExit: 3", "    raise SystemExit(3)"],
    ),
    "none": (
        "spec = 1\n",
        [
            "network.py: it has no SPEC, but a networks.spec.NetworkSpec is needed",
            "  try: SPEC = NetworkSpec(name=..., build=..., stream=..., load=..., recipe=...)",
        ],
    ),
    "other": (
        "SPEC = {}\n",
        [
            "network.py: its SPEC is a dict, but a networks.spec.NetworkSpec is needed",
            "  try: SPEC = NetworkSpec(name=..., build=..., stream=..., load=..., recipe=...)",
        ],
    ),
    "name": (
        GOOD,
        [
            "network.py: its SPEC is called 'bumps', the scenario's network 'mine'",
            "  try: let both have one name",
        ],
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_file_is_said_with_its_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text, lines = WRONG[name]
    Path("network.py").write_text(text)
    with pytest.raises(InputError) as caught:
        spec_from_file(Path("network.py"), name="mine")
    assert str(caught.value).splitlines() == [*lines, "1 problem"]
    assert not [found for found in sys.modules if found.startswith(MODULE_PREFIX)]


def test_what_building_raises_is_said_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "network.py"
    file.write_text(
        "from dataclasses import replace\n"
        "from tests.training_worlds import SPEC\n"
        "def build():\n"
        "    raise ValueError('channels do not fit')\n"
        "SPEC = replace(SPEC, build=build)\n"
    )
    with pytest.raises(InputError) as caught:
        spec_from_file(file, name="bumps").build()
    (problem,) = caught.value.problems
    assert problem.message == "running it raised ValueError: channels do not fit"
    assert (problem.file, problem.line) == (str(file), 4)


def test_an_input_error_of_the_file_passes_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "network.py"
    file.write_text("from networks.zoo import network_spec\nSPEC = network_spec('smartwach')\n")
    with pytest.raises(InputError, match="did you mean 'smartwatch'"):
        spec_from_file(file, name="mine")


def test_an_absent_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        spec_from_file(tmp_path / "network.py", name="mine")
