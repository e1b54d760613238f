"""The published description of the API is the one that the code makes."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_the_committed_openapi_is_up_to_date(tmp_path):
    made = tmp_path / "openapi.yaml"
    command = [sys.executable, "manage.py", "spectacular", "--file", str(made), "--validate", "--fail-on-warn"]
    subprocess.run(command, check=True, capture_output=True)
    assert made.read_text() == Path("openapi.yaml").read_text()
