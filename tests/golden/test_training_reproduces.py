"""The committed weights are what `wakepath train` makes: minutes, so in `make test-all` only."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCENARIO = ROOT / "scenarios/smartwatch"


@pytest.mark.heavy
def test_training_gives_the_committed_bytes(tmp_path: Path) -> None:
    words = ["train", "scenarios/smartwatch", "--output", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "wakepath", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for name in ("weights.safetensors", "taskgraph.json"):
        assert (tmp_path / name).read_bytes() == (SCENARIO / name).read_bytes()
