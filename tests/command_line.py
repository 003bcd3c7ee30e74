"""The program as a user starts it, for the tests that look at what it prints."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCENARIO = "scenarios/smartwatch"


def wakepath(*words: str, flags: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *flags, "-m", "wakepath", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def ctrl_c_heard() -> Iterator[None]:
    """What is started meanwhile hears Ctrl-C, though a shell has sent the tests to the background.

    A new process inherits that a signal is ignored, not that it is handled.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def succeeds(*words: str) -> str:
    done = wakepath(*words)
    assert done.returncode == 0, done.stderr
    return done.stdout


def scenario_text() -> str:
    """The smartwatch scenario with the paths of its files made absolute."""
    folder = ROOT / SCENARIO
    text = (folder / "scenario.yaml").read_text()
    for name in ("weights.safetensors", "taskgraph.json"):
        text = text.replace(f": {name}", f": {folder / name}")
    return text


def edited(folder: Path, old: str, new: str, *, copy: bool = False) -> Path:
    """The smartwatch scenario with one text replaced, in ``folder``."""
    text = scenario_text()
    if copy:
        text = (ROOT / SCENARIO / "scenario.yaml").read_text()
        for name in ("weights.safetensors", "taskgraph.json"):
            (folder / name).write_bytes((ROOT / SCENARIO / name).read_bytes())
    assert old in text
    path = folder / "scenario.yaml"
    path.write_text(text.replace(old, new))
    return path
