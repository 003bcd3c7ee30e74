"""Platform files: every number has a source, and the parts fit together."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_type_hints

import pytest

from devicemodels.catalog import CATALOG, catalog_names, load_platform, parse_platform
from devicemodels.cost import MeasuredTimes
from devicemodels.documents.errors import InputError
from devicemodels.documents.fields import quantity_of
from devicemodels.documents.json_document import dump_document
from devicemodels.platform import Source

LITTLE = Path(__file__).parents[1] / "golden" / "broken" / "parts" / "wearable.yaml"
HOST = LITTLE.with_name("host.yaml")


def figures_in(value: object, path: str = "") -> Iterator[str]:
    """Dotted paths of all numbers with a fraction in a platform, those left at a default not.

    Whole numbers, such as sizes of memories, are figures too if they have a unit.
    """
    if isinstance(value, tuple):
        for index, item in enumerate(value):
            name = f".{item.name}" if hasattr(item, "name") else f"[{index}]"
            yield from figures_in(item, path + name)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(item, (str, Source)):
                yield f"{path}.{key}"
    elif is_dataclass(value) and not isinstance(value, type):
        hints = get_type_hints(type(value), include_extras=True)
        for field in fields(value):
            inside = getattr(value, field.name)
            where = f"{path}.{field.name}".removeprefix(".")
            number = quantity_of(hints[field.name]) is not None or isinstance(inside, float)
            if not number:
                yield from figures_in(inside, where)
            elif inside is not None and inside != field.default:
                yield where


@pytest.mark.parametrize("name", catalog_names())
def test_every_figure_of_the_catalog_has_a_source(name: str) -> None:
    platform = load_platform(name)
    assert platform.name == name
    figures = set(figures_in(platform))
    assert len(figures) > 10
    sourced = set(platform.provenance)
    bare = {path for path in figures - sourced if path.rpartition(".")[0] not in sourced}
    assert not bare


@pytest.mark.parametrize("name", catalog_names())
def test_every_source_of_the_catalog_is_used_and_says_how_sure_it_is(name: str) -> None:
    platform = load_platform(name)
    assert set(platform.provenance.values()) == set(platform.sources)
    for source in platform.sources.values():
        assert len(source.citation.split()) >= 5
        if source.kind in ("fitted", "estimated"):
            assert source.tolerance is not None


def test_figures_without_a_source_are_found() -> None:
    """The test above can fail: one source of each kind of figure is taken away."""
    platform = load_platform(LITTLE)
    figures = set(figures_in(platform))
    for path in (
        "rail.power_w",
        "memories.ram.size_bytes",
        "links.bus.energy_j_per_byte",
        "cores.npu.idle_states.standby.exit_energy_j",
        "cores.npu.cost.cycles_per_operator",
        "cores.npu.cost.cycles_per_mac.conv",
    ):
        assert path in figures
    assert "cores.npu.activity" not in figures
    assert {path for path in platform.provenance if "per_mac" not in path} <= figures | {
        path.rpartition(".")[0] for path in figures
    }


def test_values_are_read_in_si_units_and_provenance_in_field_names() -> None:
    platform = load_platform(LITTLE)
    point = platform.core("dsp").operating_points[0]
    assert (point.frequency_hz, point.voltage_v, point.static_power_w) == (30.7e6, 0.9, 280e-6)
    assert platform.memory("ram").size_bytes == 256 * 1024
    assert platform.links[0].energy_j_per_byte == 4e-12
    assert platform.sources["guess"].tolerance == 0.5
    assert platform.provenance["cores.dsp.operating_points.low.frequency_hz"] == "guess"
    assert platform.provenance["links.bus.energy_j_per_byte"] == "guess"
    assert platform.provenance["cores.npu.cost.cycles_per_mac"] == "guess"
    assert isinstance(load_platform(HOST).core("slow").cost, MeasuredTimes)


def test_each_number_of_a_table_may_have_its_own_source() -> None:
    text = LITTLE.read_text().replace(
        "cycles_per_mac: {value: {conv: 0.5, linear: 0.6}, source: guess}",
        "cycles_per_mac: {conv: {value: 0.5, source: guess}, linear: {value: 1, source: guess}}",
        1,
    )
    platform = parse_platform(text, "p.yaml")
    assert platform.provenance["cores.dsp.cost.cycles_per_mac.conv"] == "guess"
    assert "cores.dsp.cost.cycles_per_mac" not in platform.provenance


def test_a_platform_may_be_a_json_document(tmp_path: Path) -> None:
    platform = load_platform(LITTLE)
    file = tmp_path / "platform.json"
    file.write_text(dump_document(platform))
    assert load_platform(file) == platform
    assert load_platform(str(file)) == platform
    file.write_text(dump_document(platform).replace('"memory": "ram"', '"memory": "rom"'))
    with pytest.raises(InputError) as refusal:
        load_platform(file)
    assert [p.message for p in refusal.value.problems] == [
        "cores.dsp.memory: there is no memory 'rom'",
        "cores.npu.memory: there is no memory 'rom'",
    ]
    assert all(problem.line for problem in refusal.value.problems)


def test_places_are_those_of_the_file_as_it_was_written() -> None:
    lines = LITTLE.read_text().splitlines()
    row = next(i for i, line in enumerate(lines) if "voltage: {value: 0.9 V" in line)
    lines[row] = "        voltage: {source: guess, value: 0.9 W}"
    with pytest.raises(InputError) as refusal:
        parse_platform("\n".join(lines), "p.yaml")
    (problem,) = refusal.value.problems
    assert (problem.line, problem.column) == (row + 1, lines[row].index("0.9 W") + 1)


def test_the_catalog_is_named_when_a_name_is_unknown() -> None:
    with pytest.raises(InputError, match="did you mean 'wearable'"):
        load_platform("waerable")
    with pytest.raises(InputError, match=", ".join(catalog_names())):
        load_platform("zzz")
    assert all((CATALOG / f"{name}.yaml").is_file() for name in catalog_names())
