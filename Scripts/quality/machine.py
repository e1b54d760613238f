"""What the tests need of the machine itself: RabbitMQ and a Chromium. Fetched on Debian as root, else asked for."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

RABBITMQ = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "/opt/rabbitmq/sbin/rabbitmq-server", "/usr/local/sbin/rabbitmq-server")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: Debian's switch: services are not started while they are installed, if this says so
POLICY = Path("/usr/sbin/policy-rc.d")


class Missing(Exception):
    """The machine lacks a program; the message says which and how to get it."""


def ensure_rabbitmq() -> None:
    """See to a RabbitMQ server's programs. Raises Missing."""
    if not _has_rabbitmq():
        _install("rabbitmq-server", "RabbitMQ", _has_rabbitmq)


def ensure_chromium() -> str:
    """See to a Chromium; give back its path. Raises Missing."""
    if not chromium():
        _install("chromium", "Chromium", lambda: bool(chromium()))
    return chromium()


def require_engine() -> None:
    """A container engine that answers, with Compose. Raises Missing."""
    commands = (["docker", "info"], ["docker", "compose", "version"])
    if not shutil.which("docker") or any(subprocess.run(command, capture_output=True, check=False).returncode for command in commands):
        raise Missing("no container engine with Compose answers: documentation/DEPLOYMENT_GUIDE.md says how to install one")


def chromium() -> str:
    """The path of a Chromium, or nothing."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), "")


def _has_rabbitmq() -> bool:
    return any(Path(path).exists() for path in RABBITMQ)


def _install(package: str, name: str, is_there: Callable[[], bool]) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Missing(f"{name} is missing. On Debian, as root: apt-get install {package}")
    with _services_stay_down():
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", package]):
            result = subprocess.run(["apt-get", *command], env=environment, capture_output=True, text=True, check=False)
    if not is_there():
        raise Missing(f"{name} could not be installed:\n{(result.stdout + result.stderr)[-2000:]}")


@contextmanager
def _services_stay_down() -> Iterator[None]:
    """The packages' own servers are not wanted: the tests start theirs."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
