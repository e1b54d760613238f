"""All checks, in the order in which a remedy helps: settings, secrets, machine, engine, network, certificate, data."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from production import certificate, environment, secret_checks
from production.compose import Compose, ComposeFailed
from production.console import progress
from production.containers import Container
from production.deployment import checks
from production.errors import RefusedByPreflight
from production.findings import Finding, as_table, errors
from production.home import Home
from production.preflight import backups, certificates, database, engine, machine, migrations, network, ports


@dataclass(frozen=True)
class Situation:
    """What the checks look at. ``needs_images`` is off where images are about to be built or fetched."""

    home: Home
    compose: Compose
    containers: tuple[Container, ...]
    needs_images: bool = True

    @cached_property
    def certificate(self) -> tuple[str, str] | None:
        """Chain and key that nginx is to serve."""
        return certificate.on_disk(self.compose)

    def runs(self, service: str) -> bool:
        """Whether a container of a Compose service runs."""
        return any(container.service == service and container.state == "running" for container in self.containers)


def find(home: Home, *, needs_images: bool = True) -> list[Finding]:
    """Everything that is wrong. Touches nothing."""
    compose = Compose(home)
    broken = engine.engine(compose)
    situation = Situation(home, compose, () if broken else tuple(_containers(compose)), needs_images)
    findings = list(broken)
    chosen = {name: check for name, check in CHECKS.items() if not (broken and name in ON_ENGINE)}
    with progress("preflight", len(chosen)) as steps:
        for name, check in chosen.items():
            steps.now(name)
            findings += check(situation)
            steps.advance(name)
    return findings


def insist(home: Home, *, needs_images: bool = True) -> list[Finding]:
    """The warnings. Raises RefusedByPreflight with the table of all findings where one of them forbids to go on."""
    findings = find(home, needs_images=needs_images)
    if wrong := errors(findings):
        lines = "\n".join(f"  {finding.problem}\n      {finding.remedy}" for finding in wrong)
        raise RefusedByPreflight(f"Preflight found {len(wrong)} of these; nothing was touched:\n{lines}")
    return findings


def _containers(compose: Compose) -> list[Container]:
    try:
        return compose.containers()
    except ComposeFailed:
        return []


def _settings(situation: Situation) -> list[Finding]:
    return environment.check(situation.home.values, situation.home.faults)


def _secrets(situation: Situation) -> list[Finding]:
    return secret_checks.check(situation.home)


def _memory(situation: Situation) -> list[Finding]:
    return machine.memory_of_this_machine(is_running=situation.runs("db"))


def _disk(situation: Situation) -> list[Finding]:
    places = [situation.home.path]
    with suppress(ComposeFailed):  # told by the check of the engine
        places.append(Path(situation.compose.docker("info", "--format", "{{.DockerRootDir}}").strip()))
    return machine.disk_of(*places)


def _ports(situation: Situation) -> list[Finding]:
    compose = situation.compose
    own = ports.held_by_the_deployment(compose)
    return ports.taken(each for each in ports.published(compose.files, situation.home.values) if each.port not in own)


def _clock(situation: Situation) -> list[Finding]:
    return machine.clock(situation.home.values.get("ACME_SERVER") or machine.LETS_ENCRYPT)


def _dns(situation: Situation) -> list[Finding]:
    values = situation.home.values
    if not values.get("TTS_DOMAIN"):
        return []
    own = network.own_addresses(values.get("TTS_PUBLIC_ADDRESS", ""))
    is_first = values.get("TTS_CERTIFICATE") == "acme" and situation.certificate is None  # later it must start also while DNS is away
    return network.dns(values["TTS_DOMAIN"], own, is_needed=is_first)


def _certificate(situation: Situation) -> list[Finding]:
    pair = situation.certificate
    if pair is None and situation.home.values.get("TTS_CERTIFICATE") != "own":
        return []  # the first start makes a self-signed one
    chain, key = pair or ("", "")
    return certificates.check(chain, key, situation.home.values.get("TTS_DOMAIN", ""))


def _images(situation: Situation) -> list[Finding]:
    return engine.images(situation.compose) if situation.needs_images else []


def _database(situation: Situation) -> list[Finding]:
    return database.check(situation.compose) if situation.runs("db") else []


def _migrations(situation: Situation) -> list[Finding]:
    return migrations.check(situation.compose, situation.containers) if situation.runs("db") else []


def _deployment(situation: Situation) -> list[Finding]:
    return checks.findings(situation.home)


def _backups(situation: Situation) -> list[Finding]:
    found = backups.passphrase(situation.home)
    return found + (backups.state(situation.compose) if situation.runs("backup") else [])


CHECKS: dict[str, Callable[[Situation], list[Finding]]] = {
    "settings": _settings,
    "secrets": _secrets,
    "memory": _memory,
    "disk": _disk,
    "ports": _ports,
    "clock": _clock,
    "DNS": _dns,
    "certificate": _certificate,
    "images": _images,
    "database": _database,
    "migrations": _migrations,
    "deployment": _deployment,
    "backups": _backups,
}
ON_ENGINE = frozenset({"certificate", "images", "database", "migrations"})

__all__ = ["CHECKS", "Situation", "as_table", "find", "insist"]
