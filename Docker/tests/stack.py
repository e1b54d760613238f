"""A deployment for the tests, under a project name and ports of its own, on the engine of this machine."""

import json
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from Docker.tests.home import make_home
from production.compose import Compose
from production.containers import Container
from production.home import Home

WEB = {"auth": "auth-service", "ticket": "ticket-service", "workflow": "workflow-api", "messaging": "messaging-service"} | {
    "notification": "notification-service"
}
FOLDERS = {"auth": "auth", "ticket": "ticket_service", "workflow": "workflow_api", "messaging": "messaging"} | {
    "notification": "notification_service"
}


@dataclass(frozen=True)
class Stack:
    """A deployment: its home, and what one does to it."""

    home: Home
    compose: Compose

    def up(self, *services: str) -> float:
        """Start (the named services, else all) and wait until all is well; the seconds that took."""
        began = time.monotonic()
        self.compose.run("up", "--detach", *services, capture=True)
        self.wait_until_well()
        return time.monotonic() - began

    def wait_until_well(self, seconds: float = 180.0) -> float:
        """Wait until every container that is not a job is healthy; the seconds that took. Fails with what is not."""
        began = time.monotonic()
        while sick := [c for c in self.containers() if not c.is_well or c.health != "healthy"]:
            if time.monotonic() - began > seconds:
                logs = self.compose.run("logs", "--no-color", "--tail", "20", sick[0].service, capture=True).stdout
                raise AssertionError(f"not well after {seconds:.0f} s: {[(c.name, c.state, c.health) for c in sick]}\n{logs}")
            time.sleep(0.5)
        return time.monotonic() - began

    def containers(self) -> list[Container]:
        """Those that run all the time."""
        return [c for c in self.compose.containers() if not c.service.endswith("-migrate") and c.service != "provision"]

    def container(self, service: str) -> Container:
        """The container of a service."""
        return next(c for c in self.compose.containers() if c.service == service)

    def inspect(self, service: str) -> dict[str, Any]:
        """What the engine knows of a service's container."""
        found: list[dict[str, Any]] = json.loads(self.compose.docker("inspect", self.container(service).id))
        return found[0]

    def python(self, service: str, code: str) -> str:
        """What some Python prints in the container of a service."""
        return self.compose.exec(service, "python", "-c", code).strip()

    def crash(self, *services: str) -> None:
        """End the first process of each at once, as a power cut would, and wait until the engine has started them again."""
        before = {service: self.inspect(service)["State"] for service in services}
        for state in before.values():
            os.kill(state["Pid"], signal.SIGKILL)
        wait_for(lambda: all(self.container(s).started_at != before[s]["StartedAt"] for s in services), 60)

    def logs(self, service: str, *options: str) -> str:
        """What a service wrote."""
        return self.compose.run("logs", "--no-color", "--no-log-prefix", *options, service, capture=True).stdout


@contextmanager
def running(folder: Path, overlays: Sequence[str] = (), **settings: str) -> Iterator[Stack]:
    """A deployment that is taken away afterwards with everything it kept; it is not started yet."""
    project = f"tts-test-{secrets.token_hex(3)}"
    home = make_home(folder / "home", project, free_port(), free_port(), **settings)
    stack = Stack(home, Compose(home, overlays))
    try:
        yield stack
    finally:
        stack.compose.run("--profile", "*", "down", "--volumes", "--timeout", "5", "--remove-orphans", capture=True)


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    """Look once a second until it is so; fail after that many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not so after {seconds:.0f} s"
        time.sleep(1)


def free_port() -> int:
    """A TCP port that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


def base_images() -> Mapping[str, str]:
    """The base images that TTS_IMAGES_ENV names; without it those of the Compose file."""
    path = os.environ.get("TTS_IMAGES_ENV")
    lines = Path(path).read_text().splitlines() if path else []
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def docker(*arguments: str, check: bool = True, input: str | None = None) -> str:
    """What ``docker …`` prints."""
    done = subprocess.run(["docker", *arguments], input=input, capture_output=True, text=True, check=False)
    assert not check or done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stdout}{done.stderr}"
    return (done.stdout + done.stderr).strip()
