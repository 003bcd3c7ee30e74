"""Collects the examples in the documentation: what they print must be what stands there."""

import doctest
import shlex
import subprocess
import sys
from pathlib import Path

from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).parent


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
