"""Runs a service's manage.py with the environment of an instance."""

import subprocess
from pathlib import Path

from bootstrap.paths import ROOT
from bootstrap.pythons import python_of
from ops.instance import Instance, read_state
from ops.secret_files import SecretFiles
from ops.services import Backing, Services


class ManageFailed(Exception):
    """A management command ended with an error; the message is its last line."""


def manage(data: Path, service: str, *arguments: str) -> str:
    """What one management command of a service prints, run for the instance in ``data``. Raises ManageFailed."""
    python = python_of(service)
    result = subprocess.run(
        [python, "manage.py", *arguments], cwd=ROOT / service, env=environment(data, service), capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise ManageFailed(f"{service}: {(result.stderr.strip() or 'no message').splitlines()[-1]}")
    return result.stdout


def environment(data: Path, service: str) -> dict[str, str]:
    """The environment of a service's processes in the instance in ``data``."""
    state = read_state(data)
    if state is None:
        raise ManageFailed(f"no instance was started in {data}")
    secrets = SecretFiles(data / "secrets")
    instance = Instance(data=data, port=state["port"], base_url=state["url"])
    backing = Backing(
        database_urls={service: (secrets.folder / f"{service}.database_url").read_text()},
        broker_url=(secrets.folder / "broker_url").read_text(),
    )
    return Services(instance, secrets, backing).environment(service)
