"""A deployment that the operator's tool itself has made and brought up, with people in it."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bootstrap.paths import ROOT
from Docker.tests.deployment.desk import ROOM, Desk
from Docker.tests.stack import free_port
from production.compose import Compose
from production.home import Home

DOMAIN = "tickets.tts.test"


def command(*arguments: str) -> list[str]:
    """The words of a call of the tool."""
    return [sys.executable, "-m", "production.cli", *arguments]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What it runs with."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "Scripts"), str(ROOT)]), "TTS_HOME": str(folder), **more}


def tts(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``Scripts/tts …`` on the home in a folder."""
    return subprocess.run(command(*arguments), env=environment(folder), capture_output=True, text=True, timeout=1500, check=False)


@contextmanager
def initialised(folder: Path) -> Iterator[Path]:
    """A home made by ``tts init``; whatever runs on it is taken away afterwards."""
    settings = {
        "TTS_PROJECT": f"tts-test-{secrets.token_hex(3)}",
        "TTS_ENVIRONMENT": "staging",
        "TTS_CERTIFICATE": "self-signed",
        "TTS_OVERLAYS": "staging",
        "TTS_REGISTRY": "tts-operator",  # its own: nobody else builds these images meanwhile
        "HTTP_PORT": str(free_port()),
        "HTTPS_PORT": str(free_port()),
        "MAIL_PAGE_PORT": str(free_port()),
        **ROOM,
    }
    answers = ["--domain", DOMAIN, "--admin-email", f"admin@{DOMAIN}", "--mail-host", "mail.tts.test"]
    pairs = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    made = tts(folder, "init", "--yes", *answers, *pairs)
    assert made.returncode == 0, made.stderr
    try:
        yield folder
    finally:
        Compose(Home.find(folder)).run(
            "--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "5", capture=True, check=False
        )


def ids(desk: Desk) -> dict[str, str]:
    """Which containers run."""
    return {container.name: container.id for container in Compose(desk.home).containers() if container.state == "running"}


def drift(desk: Desk) -> list[str]:
    """What the tool says has drifted."""
    return sorted(f"{entry['what']}: {entry['difference']}" for entry in json.loads(desk.tts("status", "--json").stdout)["drift"])


class Office(Desk):
    """A deployment with people in it."""

    def log_in(self) -> str:
        """A session of the administrator: its refresh token."""
        self.admin()
        return self._post("token/", {"email": self.admin_email, "password": self._admin_password}).json()["refresh"]

    def prolong(self, refresh: str) -> httpx.Response:
        """Go on with a session."""
        return self._post("token/refresh/", {"refresh": refresh})

    def ask_anybody(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """GET without a login, or with the given one."""
        with self.address.client(**(headers or {})) as client:
            return client.get(path, extensions={"sni_hostname": self.address.host})

    def _post(self, path: str, body: dict[str, str]) -> httpx.Response:
        with self.address.client() as client:
            return client.post(f"/api/v1/auth/{path}", json=body, extensions={"sni_hostname": self.address.host})
