"""The page's network is the file beside it, and what the page promises of its length is true."""

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs/how-to"
PAGE = (FOLDER / "train-your-network.md").read_text()
BLOCKS: list[str] = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_page_shows_the_file() -> None:
    assert BLOCKS[0] == (FOLDER / "zeros/network.py").read_text()


def test_it_takes_less_than_40_lines() -> None:
    network = [line for line in BLOCKS[0].splitlines() if line]
    used = [line for line in BLOCKS[1].splitlines() if line.startswith((">>> ", "... "))]
    assert len(network) + len(used) < 40
