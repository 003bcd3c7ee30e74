"""``wakepath devices`` as a user meets it: tables, documents, plots and refusals."""

import json
from pathlib import Path

import pytest

from devicemodels.catalog import catalog_names
from tests.command_line import ROOT, succeeds, wakepath

LITTLE = "tests/golden/broken/parts/wearable.yaml"


def test_the_catalog_with_how_its_numbers_came_about() -> None:
    text = succeeds("devices")
    for name in catalog_names():
        assert name in text
    rows = json.loads(succeeds("devices", "--format", "json"))
    assert [row["name"] for row in rows] == list(catalog_names())
    complete = {row["name"] for row in rows if row["complete"]}
    assert complete >= {"gap9", "ndp120", "nrf54lm20b", "ethos-u55", "wearable"}
    assert "hi6220" not in complete
    for row in rows:
        assert set(row["values_by_kind"]) == {"measured", "datasheet", "fitted", "estimated"}
        assert sum(row["values_by_kind"].values()) == sum(s["values"] for s in row["sources"]) > 10


def test_a_platform_with_every_source_and_a_plot() -> None:
    text = succeeds("devices", "wearable")
    for word in ("30.7 MHz", "uW/MHz", "break-even", "dsp-ram", "fifo", "rail: 500 uW"):
        assert word in text
    for word in ("battery: 2.664 kJ", "regulator:", "MLPerf Tiny", "kws on wearable: a dsp"):
        assert word in text


def test_a_network_on_every_core_at_every_point(tmp_path: Path) -> None:
    plot = tmp_path / "kws.png"
    words = ("devices", "wearable", "--network", "kws", "--layers")
    text = succeeds(*words, "--plot", str(plot))
    assert plot.read_bytes().startswith(b"\x89PNG")
    for word in ("mean power", "operators on core dsp", "bound by", "conv_1", "modelled"):
        assert word in text
    document = json.loads(succeeds(*words, "--format", "json"))
    assert set(document) == {"platform", "facts", "network", "predicted", "layers"}
    dsp = document["predicted"][0]
    assert [point["point"] for point in dsp["points"]] == ["low", "high"]
    assert dsp["points"][0]["latency_s"] > dsp["points"][1]["latency_s"]
    layers = [row for row in document["layers"] if row["core"] == "dsp"]
    assert [row["point"] for row in layers] == ["low", "high"]


def test_a_network_on_the_whole_catalog() -> None:
    document = json.loads(succeeds("devices", "--network", "ad", "--format", "json"))
    assert [row["platform"] for row in document["platforms"]] == list(catalog_names())
    assert "by each core alone" in succeeds("devices", "--network", "ad")


def test_what_no_core_runs_is_named_with_what_each_runs_and_nothing_is_drawn(
    tmp_path: Path,
) -> None:
    plot = tmp_path / "kws.png"
    done = wakepath("devices", LITTLE, "--network", "kws", "--plot", str(plot))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "infeasible: no core of platform 'little-wearable' can run operator 'depthwise_conv_1': "
        "core 'dsp': operator 'depthwise_conv_1' is a depthwise_conv; it runs add, conv, linear; "
        "core 'npu': operator 'depthwise_conv_1' is a depthwise_conv; it runs add, conv, linear\n"
    )
    assert not plot.exists()


def test_the_scheduler_says_the_same(tmp_path: Path) -> None:
    graph = json.loads((ROOT / "docs/worked-example/taskgraph.json").read_text())
    graph["operators"][0]["kind"] = "matmul"
    path = tmp_path / "taskgraph.json"
    path.write_text(json.dumps(graph))
    done = wakepath("schedule", str(path), "--platform", LITTLE)
    name = graph["operators"][0]["name"]
    assert done.returncode == 1
    assert done.stderr == (
        f"infeasible: no core of platform 'little-wearable' can run operator '{name}': "
        f"core 'dsp': operator '{name}' is a matmul; it runs add, conv, linear; "
        f"core 'npu': operator '{name}' is a matmul; it runs add, conv, linear\n"
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere",), "there is no platform 'nowhere' in the catalog"),
        (("wearable", "--network", "kvs"), "did you mean 'kws'?"),
        (("wearable", "--network", "gone.tflite"), "gone.tflite"),
        (("wearable", "--network", "kws.pickle"), "'.pickle' is not that of a network file"),
        (("--plot", "x.png"), "--layers and --plot are about one platform"),
        (("wearable", "--validate"), "--validate judges all published rows together"),
        (("wearable", "--plot", "x.gif"), "'x.gif' is not a picture that can be written"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input_is_one_message(words: tuple[str, ...], said: str) -> None:
    done = wakepath("devices", *words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_corrupt_network_file_is_one_message(tmp_path: Path) -> None:
    path = tmp_path / "corrupt.tflite"
    path.write_bytes(b"\x1c\x00\x00\x00TFL3" + b"\xff" * 64)
    done = wakepath("devices", "wearable", "--network", str(path))
    assert done.returncode == 2
    assert done.stdout == ""
    assert str(path) in done.stderr
    assert done.stderr.rstrip().endswith("1 problem")
