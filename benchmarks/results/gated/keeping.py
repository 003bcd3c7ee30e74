"""Which outcomes are kept from one run to the next: those of the same sources."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent

ROOT = HERE.parents[2]

SOURCES = ("devicemodels", "networks", "scheduler", "simulator", "benchmarks/results/gated")
"""What figures follow from."""

DRAWN = (
    "energy_sections",
    "keeping",
    "page",
    "plots",
    "run",
    "sections",
    "summary",
    "targets",
    "words",
)
"""Files of this folder that only show what was found."""


def inputs_key() -> str:
    """Short hash of every source that figures follow from."""
    digest = hashlib.sha256()
    for path in _files():
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _files() -> Iterator[Path]:
    for source in SOURCES:
        for ending in ("py", "yaml"):
            for path in sorted((ROOT / source).rglob(f"*.{ending}")):
                if path.parent != HERE or path.stem not in DRAWN:
                    yield path
