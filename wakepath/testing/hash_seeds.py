"""Does a function give the same bytes whatever PYTHONHASHSEED is?

Python orders sets of strings by their hashes, which differ from process to process. A function
that picks by such an order gives one answer here and another one there.
"""

import importlib
import importlib.util
import inspect
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

SEEDS = (0, 1, 2, 3, 4)
"""Values of PYTHONHASHSEED that are tried."""

CHILD = "from wakepath.testing.hash_seeds import answer; answer()"
"""What the other process runs."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where another process finds a function or class."""

    module: str
    """Name of its module, as far as that can be imported by name."""
    file: str
    """The module's file, for modules that cannot."""
    name: str
    """Dotted name within the module."""

    def find(self) -> Any:
        """The function or class itself."""
        found: Any = self._module()
        for part in self.name.split("."):
            found = getattr(found, part)
        return found

    def _module(self) -> ModuleType:
        try:
            return importlib.import_module(self.module)
        except ImportError:
            spec = importlib.util.spec_from_file_location(self.module, self.file)
            if spec is None or spec.loader is None:
                raise
            module = importlib.util.module_from_spec(spec)
            sys.modules[self.module] = module
            spec.loader.exec_module(module)
            return module


def place_of(thing: Callable[..., Any]) -> Place:
    """Where ``thing`` can be found; ``ValueError`` if it stands in no file, or in a function."""
    try:
        file = inspect.getsourcefile(thing)
    except TypeError:
        file = None
    name = thing.__qualname__
    if file is None or not Path(file).is_file() or "<locals>" in name:
        raise ValueError(
            f"'{name}' cannot be found by another process: define it at the top of a module file"
        )
    module = thing.__module__
    return Place(Path(file).stem if module == "__main__" else module, file, name)


def under_hash_seed(seed: int, function: Callable[..., bytes], *arguments: Any) -> bytes:
    """What ``function`` returns in a process of its own.

    Function and arguments are pickled, or found by name. Raises ``RuntimeError`` with the other
    process's traceback if it fails there.
    """
    request = pickle.dumps((place_of(function), arguments))
    paths = [str(Path(path).resolve()) for path in sys.path]
    environment = os.environ | {
        "PYTHONHASHSEED": str(seed),
        "PYTHONPATH": os.pathsep.join(paths),
    }
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=request,
        capture_output=True,
        env=environment,
        check=False,
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace")
        raise RuntimeError(f"'{function.__qualname__}' fails under PYTHONHASHSEED={seed}:\n{said}")
    return done.stdout


def assert_same_under_hash_seeds(
    function: Callable[..., bytes], *arguments: Any, seeds: Sequence[int] = SEEDS
) -> bytes:
    """``function(*arguments)`` gives the same bytes in processes of their own, one a seed.

    Returns the bytes.
    """
    answers = [under_hash_seed(seed, function, *arguments) for seed in seeds]
    for seed, answer_here in zip(seeds, answers, strict=True):
        assert answer_here == answers[0], (
            f"'{function.__qualname__}' answers differently under PYTHONHASHSEED={seeds[0]} and "
            f"{seed}: look for an iteration over a set\n  {_excerpt(answers[0], answer_here)}"
        )
    return answers[0]


def _excerpt(one: bytes, other: bytes) -> str:
    """Where two answers begin to differ."""
    pairs = zip(one, other, strict=False)
    at = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
    begin = max(0, at - 30)
    return f"{one[begin : at + 30]!r} ...\n  {other[begin : at + 30]!r} ..."


def answer() -> None:
    """The other process: read a request, write the bytes."""
    place, arguments = pickle.loads(sys.stdin.buffer.read())
    out = os.dup(1)
    os.dup2(2, 1)  # what the function prints must not get among the bytes
    result = place.find()(*arguments)
    with os.fdopen(out, "wb") as stream:
        stream.write(result)
