"""Which running system, and as whom."""

import json
from dataclasses import dataclass
from pathlib import Path


class NoTarget(RuntimeError):
    """Nobody said which system to talk to, and none runs from this folder."""


@dataclass(frozen=True)
class Login:
    """What a program logs in with."""

    email: str
    password: str


def base_url_of(data: Path) -> str:
    """The public address of the instance that lives in ``data``."""
    file = data / "instance.json"
    if not file.exists():
        raise NoTarget(f"{file} is missing: start the system with Scripts/run, or give --base-url")
    return str(json.loads(file.read_text())["url"]).rstrip("/")


def demo_login(data: Path, role: str = "platform.superuser") -> Login:
    """The demo person of that role on the instance that lives in ``data``."""
    file = data / "demo-logins.json"
    if not file.exists():
        raise NoTarget(f"{file} is missing: give --login and the password")
    for entry in json.loads(file.read_text()):
        if entry["role"] == role:
            return Login(entry["email"], entry["password"])
    raise NoTarget(f"{file} knows nobody with the role {role}")
