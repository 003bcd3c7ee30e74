"""Every file in ``broken/`` is refused with exactly the message in the ``.expected.txt`` beside it.

To add one: put ``NAME.scenario.yaml`` (or another suffix below) into ``broken/``, run this test
once with ``WAKEPATH_WRITE_EXPECTED=1``, and read the message as if you were tired.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from devicemodels.catalog import load_platform
from devicemodels.documents.errors import InputError
from networks.design import read_design
from scheduler.documents import read_plan, read_taskgraph
from wakepath.scenario import load_scenario

BROKEN = Path(__file__).parent / "broken"

READERS: dict[str, Callable[[Path], object]] = {
    ".scenario.yaml": load_scenario,
    ".platform.yaml": load_platform,
    ".taskgraph.json": read_taskgraph,
    ".plan.json": read_plan,
    ".design.json": read_design,
}

FILES = sorted(path.name for suffix in READERS for path in BROKEN.glob(f"*{suffix}"))


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_is_refused_with_its_message(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BROKEN)  # so that messages have relative paths
    suffix = next(suffix for suffix in READERS if name.endswith(suffix))
    with pytest.raises(InputError) as refusal:
        READERS[suffix](Path(name))
    expected = Path(f"{name}.expected.txt")
    if os.environ.get("WAKEPATH_WRITE_EXPECTED"):
        expected.write_text(f"{refusal.value}\n")
    assert f"{refusal.value}\n" == expected.read_text()


def test_there_are_many_broken_files_and_no_message_without_a_file() -> None:
    assert len(FILES) >= 25
    expected = {path.name.removesuffix(".expected.txt") for path in BROKEN.glob("*.expected.txt")}
    assert expected == set(FILES)


def test_the_parts_of_the_broken_files_are_whole() -> None:
    target = load_platform(BROKEN / "parts" / "wearable.yaml")
    hardware = load_platform(BROKEN / "parts" / "host.yaml")
    assert [core.name for core in target.cores] == ["dsp", "npu"]
    assert [core.name for core in hardware.cores] == ["slow", "fast"]
