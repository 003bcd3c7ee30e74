"""``import wakepath`` gives every name it promises, and costs nothing."""

import subprocess
import sys

import wakepath


def test_every_promised_name_is_there() -> None:
    assert sorted(wakepath._HOME) == wakepath.__all__
    for name in wakepath.__all__:
        assert getattr(wakepath, name).__name__ == name


def test_importing_wakepath_imports_nothing_of_weight() -> None:
    code = "import sys, wakepath; print(*(n for n in ('numpy', 'torch') if n in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
