"""A thousand mutated scenario files: each is a scenario or is refused, never a traceback."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devicemodels.documents.errors import InputError
from devicemodels.documents.yaml_source import parse_yaml
from simulator.sources.long_run import mean_interval_ns
from wakepath.scenario import Scenario, load_scenario
from wakepath.workload_checks import MOST_SAMPLES
from wakepath.workloads import source_of

SMARTWATCH = Path(__file__).parents[2] / "scenarios" / "smartwatch" / "scenario.yaml"
WHOLE = SMARTWATCH.read_text()
TREE = parse_yaml(WHOLE, "scenario.yaml").tree

MUTATED = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

PIECES = (
    *'{}[]&*!|>%@`"#,:-?~<',
    "'",
    "\t",
    "\n",
    "\r",
    "\x00",
    "\x85",
    "\ufeff",
    "é",
    "\U0001f600",
    ": ",
    "- ",
    "---",
    "...",
    "<<: *a",
    "&a",
    "!!python/object:os.system",
    "1e999",
    ".nan",
    "-1",
    "0x",
    "null",
    "true",
    "9" * 30,
    "ms",
    "%",
    "\\",
    '"\\ud800"',
)

WORDS = st.sampled_from(
    (
        *("", "~", "on", "1", "-1", "0", "1e999", ".nan", "9" * 5000, "1 ms", "0 s", "-3 s", "1 d"),
        *(
            "1e308 d",
            "1e-308 s",
            "5 mW",
            "101 %",
            "-1 %",
            "host",
            "wearable",
            "..",
            "/",
            "./",
            "a/b",
        ),
        *(
            "scenario.yaml",
            "weights.safetensors",
            "\0.yaml",
            "x" * 5000 + ".yaml",
            "../scenario.yaml",
        ),
        *(
            "energy",
            "latency_max",
            "drop_oldest",
            "dsp",
            "slow",
            "smartwatch",
            "train",
            "\ud800.yaml",
        ),
    )
)

SCALARS = WORDS | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)

TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=6) | WORDS, inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], Scenario | InputError]:
    """Load a mutated file from a folder in which everything else is as it should be."""
    folder = tmp_path_factory.mktemp("scenario")
    (folder / "weights.safetensors").write_bytes(b"")
    (folder / "taskgraph.json").write_text("{}")
    file = folder / "scenario.yaml"

    def loaded(content: bytes) -> Scenario | InputError:
        file.write_bytes(content)
        try:
            return load_scenario(folder)
        except InputError as error:
            return error

    return loaded


def check(result: Scenario | InputError) -> None:
    if isinstance(result, Scenario):
        assert 0 < result.deadline_s <= result.workload.period_s <= result.workload.duration_s
        assert 0 <= result.accuracy_floor <= 1
        assert result.queue.capacity >= 1
        assert set(result.hardware.cores) == {c.name for c in result.load_platform().cores}
        return
    assert result.problems
    assert str(result).endswith("problem" if len(result.problems) == 1 else "problems")
    str(result).encode()
    assert all(row.isprintable() for row in str(result).split("\n"))
    for problem in result.problems:
        assert problem.message
        assert len(str(problem).split("\n")) <= 4
        assert problem.file is not None
        assert (problem.line is None) == (problem.column is None)
        assert problem.line is None or problem.line >= 1


def test_the_file_before_mutation_is_a_scenario(
    load: Callable[[bytes], Scenario | InputError],
) -> None:
    result = load(WHOLE.encode())
    assert isinstance(result, Scenario), result


@settings(MUTATED, max_examples=400)
@given(data=st.data())
def test_mutated_bytes(load: Callable[[bytes], Scenario | InputError], data: st.DataObject) -> None:
    content = WHOLE.encode()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = start + data.draw(st.integers(0, 12))
        pieces = st.sampled_from(PIECES).map(str.encode) | st.binary(max_size=3)
        content = content[:start] + data.draw(pieces) + content[end:]
    check(load(content))


@settings(MUTATED, max_examples=300)
@given(data=st.data())
def test_mutated_lines(load: Callable[[bytes], Scenario | InputError], data: st.DataObject) -> None:
    lines = [line for line in WHOLE.splitlines() if line and not line.startswith("#")]
    for _ in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.integers(0, len(lines) - 1))
        other = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(("drop", "double", "swap", "indent", "value", "key"))):
            case "drop":
                lines[row] = ""
            case "double":
                lines.insert(other, lines[row])
            case "swap":
                lines[row], lines[other] = lines[other], lines[row]
            case "indent":
                lines[row] = data.draw(st.sampled_from((" ", "  ", "\t", "- "))) + lines[row]
            case "value":
                word = data.draw(WORDS | st.sampled_from(PIECES))
                lines[row] = f"{lines[row].partition(':')[0]}: {word}"
            case _:
                lines[row] = data.draw(WORDS) + lines[row]
    check(load("\n".join(lines).encode(errors="surrogatepass")))


QUANTITIES = st.sampled_from(
    (
        *("periodic", "jittered", "poisson", "modulated", "silent", "on", "off", 0, 1, 20, 1e9),
        *("1 ns", "0.4 ns", "1 ms", "1 s", "2 s", "1 h", "1 d", "30000 d", "0 %", "40 %", "100 %"),
        *({"on": 1}, {"off": "100 %"}, {"on": "50 %", "still": 0.5}, {"on": 0.5}),
    )
)
BUSY: list[dict[str, object]] = [
    {"name": "still", "dwell": "50 min", "release": "periodic", "period": "1 s", "next": {"on": 1}},
    {"name": "on", "dwell": "9 s", "release": "jittered", "period": "1 s", "jitter": "0.5 s"},
    {"name": "off", "dwell": "9 s", "release": "silent", "positive_share": "5 %"},
]
BURSTS = [{"at": "1 h", "samples": 20, "every": "5 ms"}]


@settings(MUTATED, max_examples=400)
@given(data=st.data())
def test_mutated_workloads(
    load: Callable[[bytes], Scenario | InputError], data: st.DataObject
) -> None:
    """With states and bursts; what is accepted can be played."""
    tree: Any = copy.deepcopy(TREE)
    more = {"release": "modulated", "states": copy.deepcopy(BUSY), "bursts": copy.deepcopy(BURSTS)}
    workload = tree["workload"] = {**tree["workload"], **more, "positive_share": 0.001}
    workload["states"][1]["next"] = {"off": "40 %", "still": 0.6}
    for _ in range(data.draw(st.integers(0, 3))):
        parts = [workload, *workload.get("states", ()), *workload.get("bursts", ())]
        part = data.draw(st.sampled_from([one for one in parts if isinstance(one, dict) and one]))
        key = data.draw(st.sampled_from(sorted(part)))
        if key in ("states", "bursts"):
            part[key] = data.draw(st.sampled_from(([], part[key][:1], part[key] * 2)))
        else:
            part[key] = data.draw(QUANTITIES | TREES)
    result = load(yaml.safe_dump(tree, allow_unicode=False).encode())
    check(result)
    if isinstance(result, Scenario):
        mean_ns = mean_interval_ns(source_of(result.workload, None).release)
        assert result.workload.duration_s / (mean_ns / 1e9) <= MOST_SAMPLES


@settings(MUTATED, max_examples=300)
@given(data=st.data())
def test_mutated_trees(load: Callable[[bytes], Scenario | InputError], data: st.DataObject) -> None:
    tree = copy.deepcopy(TREE)
    assert isinstance(tree, dict)
    for _ in range(data.draw(st.integers(1, 3))):
        part = tree
        while data.draw(st.booleans()):
            inside = [item for item in part.values() if isinstance(item, dict) and item]
            if not inside:
                break
            part = data.draw(st.sampled_from(inside))
        if not part:
            break
        key = data.draw(st.sampled_from(sorted(part)))
        value = part.pop(key)
        match data.draw(st.sampled_from(("drop", "replace", "rename", "nest"))):
            case "replace":
                part[key] = data.draw(TREES)
            case "rename":
                part[data.draw(WORDS | st.just(f"{key}x"))] = value
            case "nest":
                part[key] = data.draw(st.sampled_from(({"value": value}, [value], {key: value})))
    check(load(yaml.safe_dump(tree, allow_unicode=False).encode()))
