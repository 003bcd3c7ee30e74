"""Finds foreign packages that are called like ours: PyPI has a scheduler and a simulator."""

import importlib.util
import sys
from pathlib import Path

SIBLINGS = ("devicemodels", "scheduler", "networks", "simulator", "backends")


def intruder() -> str | None:
    """What is wrong if a package of ours is missing or somebody else's; None if all is well.

    Nothing is imported for the answer.
    """
    root = Path(__file__).resolve().parents[1]
    for name in SIBLINGS:
        spec = importlib.util.find_spec(name)
        origin = None if spec is None else spec.origin
        if origin is None:
            return f"package '{name}' of Wakepath is missing beside {root / 'wakepath'}"
        if Path(origin).resolve().parents[1] != root:
            return (
                f"package '{name}' should come from {root}, but Python finds a foreign one: "
                f"{origin}\n  try: uninstall it, or run in an environment of its own"
            )
    return None


def require_siblings() -> None:
    """Exit with 2 and a clear message if ``intruder`` finds one; called before anything else."""
    found = intruder()
    if found is not None:
        sys.stderr.write(f"wakepath: {found}\n")
        raise SystemExit(2)
