"""Collects the examples in the documentation, and lets property tests repeat themselves."""

import doctest
import shlex
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).parent
PACKAGES = ("devicemodels", "scheduler", "networks", "simulator", "backends", "wakepath")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Import all that is ours before a property test runs.

    Hypothesis draws now and then a constant that stands in a module imported so far. Which modules
    these are would depend on the tests before, and a derandomised test on who runs it.
    """
    functions = (getattr(item, "function", None) for item in session.items)
    if any(getattr(function, "is_hypothesis_test", False) for function in functions):
        for name in PACKAGES:
            for found in walk_packages([str(ROOT / name)], f"{name}."):
                if not found.name.endswith("__main__"):
                    import_module(found.name)


class ConsoleParser(CodeBlockParser):
    """Runs ``$ wakepath ...`` in ``console`` blocks; ``...`` stands for anything printed."""

    language = "console"

    def evaluate(self, example: Example) -> str | None:
        """Say what differs, if anything does."""
        for block in ("\n" + example.parsed).split("\n$ ")[1:]:
            command, _, wanted = block.partition("\n")
            words = shlex.split(command)
            if words[0] == "wakepath":
                words = [sys.executable, "-m", *words]
            done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
            got = "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"
            wanted = wanted.rstrip() + "\n"
            if not doctest.OutputChecker().check_output(wanted, got, doctest.ELLIPSIS):
                return f"$ {command}\nwanted:\n{wanted}\ngot:\n{got}\n{done.stderr}"
        return None


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), ConsoleParser(), SkipParser()],
    patterns=["README.md", "docs/*.md", "docs/how-to/*.md", "CONTRIBUTING.md"],
).pytest()
