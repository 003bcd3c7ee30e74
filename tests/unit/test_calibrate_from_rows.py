"""``wakepath calibrate --from``: a platform file, or every bad cell and nothing written."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from devicemodels.calibration.calibrated import core_class_names
from devicemodels.calibration.core_classes import CORE_CLASSES
from devicemodels.calibration.platform_file import is_told
from devicemodels.calibration.population import Kin
from devicemodels.catalog import load_platform, parse_platform
from devicemodels.cost import duration_ns
from devicemodels.documents.errors import InputError
from devicemodels.platform import Platform
from devicemodels.power import active_power_w
from networks.files.registry import read_network
from networks.zoo.tiny import tiny_network
from scheduler.documents import dump_taskgraph
from tests.command_line import ROOT, wakepath
from tests.network_files import residual_tflite
from wakepath.calibrating.from_rows import Calibration, calibrate_from_rows, known_runtimes

EXAMPLE = ROOT / "docs/how-to/my-board.csv"
HEADER = "network,latency,energy,frequency,voltage"
DSP = CORE_CLASSES["microcontroller-dsp"]


def calibrate(path: Path, text: str | None = None, core_class: str = DSP.name) -> Calibration:
    if text is not None:
        path.write_text(text)
    return calibrate_from_rows(path, CORE_CLASSES[core_class], Kin(), "mine")


def said(path: Path, *rows: str, header: str = HEADER) -> list[str]:
    """Every problem of a file with these rows, in one line each, without the folder."""
    with pytest.raises(InputError) as caught:
        calibrate(path, "\n".join([header, *rows]))
    return [
        f"{problem.line}:{problem.column}: {problem.message}" for problem in caught.value.problems
    ]


@pytest.fixture
def rows_csv(tmp_path: Path) -> Path:
    return tmp_path / "rows.csv"


@pytest.fixture(scope="module")
def example() -> Calibration:
    return calibrate(EXAMPLE)


@pytest.fixture(scope="module")
def platform(example: Calibration) -> Platform:
    return parse_platform(example.yaml, "mine.yaml")


def test_six_measurements_make_a_platform_that_gives_them_back(
    example: Calibration, platform: Platform
) -> None:
    (core,) = platform.cores
    points = {point.frequency_hz: point for point in core.operating_points}
    assert sorted(points) == [60e6, 160e6]
    for one in example.core.residuals:
        row = one.row
        operators = tiny_network(row.network).operators
        ns = duration_ns(core.cost, core.name, row.network, operators, row.frequency_hz)
        assert ns * 1e-9 == pytest.approx(row.latency_s, rel=0.02)
        assert row.energy_j is not None
        energy_j = ns * 1e-9 * active_power_w(core, points[row.frequency_hz])
        assert energy_j == pytest.approx(row.energy_j, rel=0.06)


def test_the_board_that_does_not_exist_is_found_out(platform: Platform) -> None:
    """The example's rows are a law's with 1 % of noise: k = 118 pF, 0.9 mW, 231.1 ms for vww."""
    (core,) = platform.cores
    assert core.switched_capacitance_f == pytest.approx(118e-12, rel=0.05)
    assert core.operating_points[0].static_power_w == pytest.approx(0.9e-3, rel=0.35)
    ns = duration_ns(core.cost, "core", "vww", tiny_network("vww").operators, 60e6)
    assert ns * 1e-9 == pytest.approx(231.1e-3, rel=0.03)


def test_what_rows_do_not_tell_is_an_estimate_and_says_from_what(
    example: Calibration, platform: Platform
) -> None:
    told = {each.name: is_told(example.core, each) for each in example.core.fitted.estimates}
    assert set(told.values()) == {True, False}
    for name, fitted in told.items():
        path = f"cores.core.cost.{name}"
        source = platform.sources[platform.provenance[path]]
        assert source.kind == ("fitted" if fitted else "estimated")
        assert "my-board.csv" in source.citation
        assert "microcontroller-dsp" in source.citation
    for source in platform.sources.values():
        assert source.citation
        assert source.tolerance is not None
    assert set(platform.provenance.values()) == set(platform.sources)


def test_one_operating_point_leaves_static_power_an_estimate(rows_csv: Path) -> None:
    found = calibrate(rows_csv, f"{HEADER}\nkws,30 ms,800 uJ,160 MHz,1.2 V\n")
    platform = parse_platform(found.yaml, "mine.yaml")
    (core,) = platform.cores
    static = platform.provenance["cores.core.operating_points.at 160 MHz.static_power_w"]
    assert platform.sources[static].kind == "estimated"
    assert "second operating point" in platform.sources[static].citation
    capacitance = platform.provenance["cores.core.switched_capacitance_f"]
    assert platform.sources[capacitance].kind == "fitted"
    assert active_power_w(core, core.operating_points[0]) == pytest.approx(0.8e-3 / 30e-3, rel=0.02)


def test_without_energies_power_is_an_estimate(rows_csv: Path) -> None:
    found = calibrate(rows_csv, "network,latency,frequency,voltage\nkws,30 ms,160 MHz,1.2 V\n")
    platform = parse_platform(found.yaml, "mine.yaml")
    for path in ("switched_capacitance_f", "operating_points.at 160 MHz.static_power_w"):
        source = platform.sources[platform.provenance[f"cores.core.{path}"]]
        assert source.kind == "estimated"
        assert "no row" in source.citation


@pytest.mark.parametrize("core_class", core_class_names())
def test_every_class_makes_a_platform(core_class: str, rows_csv: Path) -> None:
    found = calibrate(rows_csv, EXAMPLE.read_text(), core_class)
    assert parse_platform(found.yaml, "mine.yaml").cores[0].kind in ("cpu", "npu")
    for one in found.core.residuals:
        assert one.latency_s == pytest.approx(one.row.latency_s, rel=0.1)


def test_rows_may_name_files_beside_them(rows_csv: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.tflite").write_bytes(residual_tflite())
    assert read_network(tmp_path / "mine.tflite").operators
    graph = replace(tiny_network("vww"), name="person")
    (tmp_path / "person.json").write_text(dump_taskgraph(graph))
    rows = ["mine.tflite,1 ms,,100 MHz,1 V", "person.json,300 ms,,100 MHz,1 V"]
    found = calibrate(rows_csv, "\n".join([HEADER, *rows]))
    assert [one.row.network for one in found.core.residuals] == ["mine.tflite", "person.json"]


def test_all_bad_rows_are_named_at_once_with_line_and_column(rows_csv: Path) -> None:
    assert said(
        rows_csv,
        "kws,48.30 mJ,245 uJ,96 MHz,1.0 V",
        "icc,182 ms,965 uJ,96 MHz,11 V",
        "ad,5.410,31 uJ,96 MHz,1.0 V",
        "ad,-5 ms,26 uJ,96 MHz,1.0 V",
        "ad,5 ms,0 J,96 MHz,",
        "ad,5 ms,26 uJ,48 MHz",
    ) == [
        "2:5: latency: '48.30 mJ' is an energy, a time is needed, like '37 us'",
        "3:1: network: no network 'icc'",
        "3:26: voltage: 11 V is no supply of a core, which runs from 0.3 V to 5 V",
        "4:4: latency: '5.410' has no unit: write it like '5.410 us' or '5.410 ms' or '5.410 s'",
        "5:4: latency: '-5 ms' is too small; at least 0 s is needed",
        "6:9: energy: 0 is no measurement",
        "6:20: voltage: nothing is written",
        "7:1: the row has 4 cells, the header 5",
    ]


def test_power_that_falls_as_the_clock_rises(rows_csv: Path) -> None:
    assert said(rows_csv, "kws,50 ms,500 uJ,96 MHz,1.0 V", "kws,100 ms,2000 uJ,48 MHz,0.9 V") == [
        "2:11: energy: 'kws' draws 10 mW (energy over latency) at 96 MHz, less than the 20 mW at "
        "48 MHz in line 3"
    ]


def test_another_network_may_draw_less_at_a_faster_clock(rows_csv: Path) -> None:
    rows = ["kws,50 ms,500 uJ,96 MHz,1.0 V", "ad,10 ms,110 uJ,90 MHz,1.0 V"]
    assert calibrate(rows_csv, "\n".join([HEADER, *rows])).core.power


def test_voltage_that_falls_as_the_clock_rises(rows_csv: Path) -> None:
    assert said(rows_csv, "kws,50 ms,,96 MHz,0.8 V", "kws,100 ms,,48 MHz,0.9 V") == [
        "2:19: voltage: 800 mV at 96 MHz is less than at a slower clock: line 3 has 900 mV"
    ]


def test_a_clock_has_one_voltage(rows_csv: Path) -> None:
    assert said(rows_csv, "kws,50 ms,,96 MHz,0.8 V", "ic,100 ms,,96 MHz,0.9 V") == [
        "3:19: voltage: 900 mV at 96 MHz, where line 2 has 800 mV: a clock has one voltage"
    ]


def test_an_operator_that_the_law_cannot_run(
    rows_csv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = tiny_network("kws")
    operators = tuple(
        replace(each, kind="lstm") if each.kind == "softmax" else each  # type: ignore[arg-type]
        for each in graph.operators
    )
    monkeypatch.setattr(
        "wakepath.calibrating.from_rows.network_graph",
        lambda _: replace(graph, operators=operators),
    )
    (problem,) = said(rows_csv, "kws,50 ms,,96 MHz,0.8 V")
    assert problem.startswith("2:1: network: operator '")
    assert "is a lstm; it runs " in problem


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("network,latency,frequency", "the column 'voltage' is missing"),
        ("network,latency,frequency,volt", "there is no column 'volt'"),
        ("", "the file has no rows"),
        (HEADER, "the file has a header and no rows"),
    ],
)
def test_a_bad_header(header: str, problem: str, rows_csv: Path) -> None:
    assert any(problem in line for line in said(rows_csv, header=header))


def test_bad_rows_leave_nothing_behind(rows_csv: Path, tmp_path: Path) -> None:
    rows_csv.write_text(f"{HEADER}\nkws,48 mJ,245 uJ,96 MHz,1.0 V\n")
    done = wakepath("calibrate", "--from", str(rows_csv), "-o", str(tmp_path / "board.yaml"))
    assert done.returncode == 2
    assert "rows.csv:2:5: latency: '48 mJ' is an energy" in done.stderr
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_a_row_far_off_its_law_is_named(tmp_path: Path, rows_csv: Path) -> None:
    rows_csv.write_text(EXAMPLE.read_text().replace("ad,9.08 ms", "ad,90.8 ms"))
    done = wakepath("calibrate", "--from", str(rows_csv), "-o", str(tmp_path / "board.yaml"))
    assert done.returncode == 0, done.stderr
    assert "line 7: 'ad' is far off any law of class microcontroller-dsp" in done.stderr
    assert done.stderr.count("far off") == 1


def test_rows_near_their_law_are_not(example: Calibration) -> None:
    assert not any(one.far_off for one in example.core.residuals)


def test_the_command_writes_a_file_that_loads(tmp_path: Path) -> None:
    path = tmp_path / "board.yaml"
    words = ("--from", str(EXAMPLE), "--runtime", "x-cube-ai 9", "-o", str(path))
    done = wakepath("calibrate", *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["core_class"] == "microcontroller-dsp"
    assert load_platform(path).name == "board"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--from", str(EXAMPLE), "--runtime", "x-cube"), "no published board has 'x-cube'"),
        (("--from", str(EXAMPLE), "--processor", "cortex-m44"), "did you mean 'cortex-m4'?"),
        (("--from", "nowhere.csv"), "there is no such file"),
        (("--from", str(EXAMPLE), "host"), "give either PLATFORM or --from FILE"),
        ((), "give either PLATFORM or --from FILE"),
    ],
)
def test_options_that_do_not_go(words: tuple[str, ...], problem: str) -> None:
    done = wakepath("calibrate", *words)
    assert done.returncode == 2
    assert problem in done.stderr


def test_runtimes_are_known_by_name() -> None:
    assert "x-cube-ai 9" in known_runtimes()
