"""What several tests of the command line begin with."""

from pathlib import Path

import pytest

from tests.command_line import SCENARIO, succeeds


@pytest.fixture(scope="session")
def plan_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plans") / "plan.json"
    succeeds("plan", SCENARIO, "-o", str(path))
    return path
