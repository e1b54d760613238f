"""Where what runs is not what is declared: images, configuration, environment, secrets, routes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from production import broker
from production.compose import Compose, ComposeFailed
from production.containers import Container
from production.deployment import upstreams
from production.home import Home
from production.state import State

Services = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Drift:
    """One difference, and what ends it."""

    what: str
    difference: str
    remedy: str
    #: a part of the system is not there at all
    is_missing: bool = False


#: what the broker is told while it runs; the database reads passwords once in its life, the job ``provision`` keeps them right
TOLD, READ_ONCE = ("definitions.json",), ("db",)
UP = "`Scripts/tts up` brings what is declared into force."


def find(home: Home, compose: Compose, containers: Sequence[Container]) -> list[Drift]:
    """Every difference. Raises ComposeFailed where the declaration cannot be read."""
    configuration = compose.config()
    declared: Services = configuration["services"]
    running = [container for container in containers if container.state == "running"]
    return [
        *_presence(declared, running),
        *_configuration(compose.hashes(), running),
        *_images(compose, declared, running),
        *(Drift(c.name, f"changed since it started: {', '.join(names)}", UP) for c, names in outdated(configuration, running)),
        *_tools_own(home),
        *_broker(home, running),
    ]


def _presence(declared: Services, running: Sequence[Container]) -> Iterator[Drift]:
    present = {container.service for container in running}
    for name, service in sorted(declared.items()):
        if name not in present and service.get("restart") != "no" and service.get("scale", 1) != 0:
            yield Drift(name, "it is declared and does not run", UP, is_missing=True)
        if name in present and service.get("scale", 1) == 0:
            yield Drift(name, "it runs, and the state says that the other colour serves", UP)
    for container in running:
        if container.service not in declared:
            yield Drift(container.name, "it runs and is not declared", f"docker rm -f {container.name}, if nobody needs it.")


def _configuration(hashes: Mapping[str, frozenset[str]], running: Sequence[Container]) -> Iterator[Drift]:
    for container in running:
        if container.config_hash not in hashes.get(container.service, {container.config_hash}):
            yield Drift(container.name, "it was started with other settings than those declared now", UP)


def _images(compose: Compose, declared: Services, running: Sequence[Container]) -> Iterator[Drift]:
    ids = image_ids(compose, declared, [container.service for container in running if container.service in declared])
    for container in running:
        wanted = ids.get(container.service, "")
        if wanted and wanted != container.image_id:
            yield Drift(container.name, f"it runs another image than {container.image} is now", UP)


def image_ids(compose: Compose, declared: Services, services: Iterable[str]) -> dict[str, str]:
    """The image that each service would start with now; empty where it is not here."""
    names = {service: str(declared[service]["image"]) for service in services}
    ids = {name: _image_id(compose, name) for name in set(names.values())}
    return {service: ids[name] for service, name in names.items()}


def outdated(configuration: Mapping[str, Any], containers: Sequence[Container]) -> Iterator[tuple[Container, list[str]]]:
    """Running containers that go on with the old ones of secrets or mounted files, which changed since: with the files' names."""
    for container in containers:
        is_meant = container.state == "running" and container.service in configuration["services"]
        if is_meant and (changed := changed_files(configuration, container)):
            yield container, changed


def changed_files(configuration: Mapping[str, Any], container: Container) -> list[str]:
    """The names of secrets and mounted files that changed since a container started."""
    files = (path for path in _given_files(configuration, container.service) if path.is_file())
    return sorted(path.name for path in files if path.stat().st_mtime > container.started)


def _given_files(configuration: Mapping[str, Any], service: str) -> Iterator[Path]:
    """The files of the host that a service was given one by one and reads when it starts; a folder is seen as it changes."""
    declared = configuration["services"][service]
    for mount in declared.get("volumes") or []:
        if mount.get("type") == "bind" and mount["source"].rpartition("/")[2] not in TOLD:
            yield Path(mount["source"])
    for secret in declared.get("secrets") or []:
        if service not in READ_ONCE:
            yield Path(configuration["secrets"][secret["source"]]["file"])


def _tools_own(home: Home) -> Iterator[Drift]:
    path = home.state / "upstreams.conf"
    wanted = upstreams.render(upstreams.routes_of(home, State.load(home)))
    if not path.is_file() or path.read_text(encoding="utf-8") != wanted:
        yield Drift(
            "upstreams.conf",
            "nginx is told something else than the state says",
            "A deployment that was cut off: run it again, or roll back. `Scripts/tts up` brings the routes into force.",
        )


def _broker(home: Home, running: Sequence[Container]) -> Iterator[Drift]:
    if broker.is_outdated(home):
        yield Drift("definitions.json", "the broker's users have other passwords than secrets/, or other rights than they should", UP)
    for container in running:
        if container.service == "rabbitmq" and not broker.is_told(home, container.started):
            yield Drift(container.name, "it has not been told of changed users", UP)


def _image_id(compose: Compose, name: str) -> str:
    try:
        return compose.docker("image", "inspect", "--format", "{{.Id}}", name).strip()
    except ComposeFailed:
        return ""
