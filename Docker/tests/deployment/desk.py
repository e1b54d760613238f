"""A whole deployment on the engine, for tries: its releases, its people and the operator's tool."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from bootstrap.paths import ROOT
from Docker.tests.stack import running
from production.compose import Compose
from production.deployment import upstreams
from production.deployment.edge import Address
from production.home import Home
from production.state import COMPOSE_NAMES, DEPLOYABLE, SERVICES, State

REGISTRY = "ttsdeploy"
FIRST = "r1"
EVERYTHING = (*COMPOSE_NAMES.values(), *(f"{name}-worker" for name in SERVICES), "nginx")
ROOM = {"TTS_TRUSTED_NETWORKS": "172.16.0.0/12,192.168.0.0/16,10.0.0.0/8", "SOCKETS_PER_PERSON": "300"}


class Desk:
    """One deployment that runs."""

    def __init__(self, home: Home) -> None:
        self.home, self.address = home, Address.of(home)
        self.admin_email = "root@tts.test"
        self._admin_password = ""

    def tts(self, *arguments: str, timeout: float = 900, **environment: str) -> subprocess.CompletedProcess[str]:
        """``Scripts/tts …`` on this deployment."""
        return subprocess.run(
            self.command(*arguments), env=self.environment(**environment), capture_output=True, text=True, timeout=timeout
        )

    def command(self, *arguments: str) -> list[str]:
        """The words of a call of the tool."""
        return [sys.executable, "-m", "production.cli", *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        """What the tool runs with."""
        python_path = os.pathsep.join([str(ROOT / "Scripts"), str(ROOT)])
        return {**os.environ, "PYTHONPATH": python_path, "TTS_HOME": str(self.home.path), **more}

    def told(self, *arguments: str) -> Any:
        """What the tool answers as data; it must succeed."""
        done = self.tts(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    @property
    def records(self) -> list[dict[str, Any]]:
        """The record of deployments, the oldest first."""
        path = self.home.state / "deployments.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []

    @property
    def state(self) -> dict[str, tuple[str, str, str]]:
        """Service → colour, release, release before."""
        return {name: (entry.colour, entry.release, entry.previous) for name, entry in State.load(self.home).services.items()}

    def running(self) -> dict[str, str]:
        """The names of the web and worker containers that run, with their releases."""
        found = Compose(self.home).containers()
        names = (f"{self.home.project}-{name}" for name in DEPLOYABLE)
        mine = tuple(names)
        return {c.name: c.image.rsplit(":", 1)[1] for c in found if c.state == "running" and c.name.startswith(mine)}

    def admin(self) -> dict[str, str]:
        """A fresh login of somebody who may do everything."""
        if not self._admin_password:
            self._admin_password = secrets.token_urlsafe(18)
            container = f"{self.home.project}-auth" + ("-green" if self.state["auth"][0] == "green" else "")
            command = ["docker", "exec", "-i", container, "python", "manage.py", "create_first_admin", "--password-stdin"]
            person = ["--email", self.admin_email, "--name", "Root"]
            subprocess.run([*command, *person], input=self._admin_password + "\n", text=True, check=True, capture_output=True)
        with self.address.client() as client:
            body = {"email": self.admin_email, "password": self._admin_password}
            answer = client.post("/api/v1/auth/token/", json=body, extensions={"sni_hostname": self.address.host})
        answer.raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['access']}"}

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """One request as the admin."""
        with self.address.client(**self.admin()) as client:
            return client.request(method, path, extensions={"sni_hostname": self.address.host}, **request)


def build(service: str, release: str, *instructions: str, files: Mapping[str, str] | None = None, base: str = FIRST, folder: Path) -> None:
    """A release made FROM another one: the given instructions, with the given files to copy."""
    context = folder / f"{service}-{release}"
    context.mkdir(parents=True, exist_ok=True)
    for name, text in (files or {}).items():
        (context / name).write_text(text)
    lines = [f"FROM {REGISTRY}/{service}:{base}", f"LABEL release={release}", *instructions]
    (context / "Dockerfile").write_text("\n".join(lines) + "\n")
    subprocess.run(["docker", "build", "--quiet", "--tag", f"{REGISTRY}/{service}:{release}", context], check=True, capture_output=True)


def build_good(releases: Sequence[str], folder: Path) -> None:
    """Every service in these releases; the front end with a file of its own, named by the release."""
    for release in releases:
        for service in DEPLOYABLE:
            asset = f"only-{release}.js"
            copied = [f"COPY --chmod=0644 {asset} /usr/share/nginx/html/assets/"] if service == "frontend" else []
            build(service, release, *copied, files={asset: f"// {release}\n"}, folder=folder)


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """Build the first release, start all of it but the backups, and take it away afterwards."""
    with running(folder, TTS_REGISTRY=REGISTRY, TTS_RELEASE=FIRST, **ROOM) as stack:
        upstreams.write(stack.home, State.load(stack.home))
        stack.compose.run("build", "--quiet", *COMPOSE_NAMES.values(), "nginx", "db", capture=True)
        stack.up(*EVERYTHING)
        yield Desk(stack.home)
