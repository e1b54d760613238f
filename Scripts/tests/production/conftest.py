"""A deployment's home in a temporary folder, and the tool run as an operator runs it. No engine is needed."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bootstrap.paths import ROOT, SCRIPTS
from production import initialisation
from production.home import Home

ANSWERS = {
    "TTS_DOMAIN": "tickets.example.org",
    "TTS_ADMIN_EMAIL": "rosa@example.org",
    "DJANGO_EMAIL_HOST": "mail.example.org",
    "TTS_CERTIFICATE": "self-signed",
}
Tool = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A complete one."""
    initialisation.make(tmp_path, ANSWERS, {})
    return Home.find(tmp_path)


@pytest.fixture
def tts(tmp_path: Path) -> Tool:
    """``tts("init", "--yes")``: a process of its own, on the home in ``tmp_path``; ``kill_at`` names a place to die at."""

    def run(*arguments: str, kill_at: str = "", path: str | None = None) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(SCRIPTS), str(ROOT)]),
            "TTS_HOME": str(tmp_path),
            "TTS_KILL_AT": kill_at,
        }
        if path is not None:
            environment["PATH"] = path
        command = [sys.executable, "-m", "production.cli", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    return run
