"""Migrations, queues and seeds of the five services; skipped where nothing changed since the last time."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bootstrap import stamps
from bootstrap.paths import ROOT, SERVICES
from bootstrap.pythons import python_of
from ops.instance import Instance
from ops.services import Services

DRIVER = Path(__file__).with_name("prepare_service.py")


class PreparationError(Exception):
    """A service could not be prepared; the message holds what it said."""


def prepare(instance: Instance, services: Services, place: str) -> list[str]:
    """Prepare the services that changed, two at a time; give back their names.

    ``place`` identifies the databases and the broker: others are prepared anew.
    """
    wanted = {service: _fingerprint(service, place) for service in SERVICES}
    record = instance.data / "prepared.json"
    done = json.loads(record.read_text()) if record.is_file() else {}
    stale = [service for service in SERVICES if done.get(service) != wanted[service] or _lacks_logins(instance, service)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(lambda service: _prepare(instance, services, service), stale))
    record.write_text(json.dumps(wanted, indent=2))
    return stale


def _prepare(instance: Instance, services: Services, service: str) -> None:
    command: list[str | Path] = [python_of(service), DRIVER, service]
    if service == "auth":
        command.append(instance.logins_file)
    result = subprocess.run(
        command,
        cwd=ROOT / service,
        env=services.environment(service),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    (instance.logs / f"{service}-prepare.log").write_text(result.stdout)
    if result.returncode:
        raise PreparationError(f"{service} could not be prepared:\n{result.stdout[-3000:]}")


def _lacks_logins(instance: Instance, service: str) -> bool:
    return service == "auth" and not instance.logins_file.is_file()


def _fingerprint(service: str, place: str) -> str:
    return stamps.fingerprint([*ROOT.joinpath(service).rglob("*.py"), *ROOT.joinpath("servicekit").rglob("*.py")], place, sys.version)
