"""Start the deployment and wait until every part of it is well."""

import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from production import broker, drift, jobs
from production.children import bound
from production.compose import Compose, ComposeFailed
from production.console import Steps, progress, say
from production.containers import Container
from production.redaction import redact
from production.state import COMPOSE_NAMES, SERVICES
from production.watching import preparation

PAUSE = 1.0  # seconds between looks
LOG_LINES = "15"


@dataclass(frozen=True)
class Part:
    """A Compose service that must come up; a job must end well instead."""

    service: str
    is_job: bool

    def is_done(self, containers: Sequence[Container]) -> bool:
        """Whether it is as it should be."""
        own = [container for container in containers if container.service == self.service]
        if self.is_job:
            return any(container.state == "exited" and container.exit_code == 0 for container in own)
        return bool(own) and all(container.is_well for container in own)

    def has_failed(self, containers: Sequence[Container]) -> bool:
        """Whether there is nothing to wait for any more."""
        own = [container for container in containers if container.service == self.service]
        return self.is_job and bool(own) and all(container.state == "exited" and container.exit_code for container in own)


def parts(configuration: Mapping[str, Any]) -> list[Part]:
    """Everything that the configuration wants to run now. A colour that does not serve has the scale 0."""
    services = sorted(configuration["services"].items())
    return [Part(name, service.get("restart") == "no") for name, service in services if service.get("scale", 1) != 0]


def start(compose: Compose, *, timeout: float) -> float:
    """Start everything and wait; the seconds it took. Whoever runs on old secrets or files is started anew.

    Raises ComposeFailed that names what is not well, with the end of its log.
    """
    began, configuration = time.monotonic(), compose.config()
    if "alertmanager" in configuration["services"]:
        preparation.prepare(compose.home)
    containers = compose.containers()
    keep_broker_told(compose, containers)
    work = _bring_up_to_date if any(_serves(container) for container in containers) else _start_from_rest
    work(compose, configuration, containers, began + timeout)
    return time.monotonic() - began


def _serves(container: Container) -> bool:
    return container.state == "running" and any(container.service.startswith((COMPOSE_NAMES[name], f"{name}-worker")) for name in SERVICES)


def _start_from_rest(compose: Compose, configuration: Mapping[str, Any], containers: Sequence[Container], deadline: float) -> None:
    """Nobody is served yet: all at once, in the order in which the services wait for jobs and the jobs for data.

    What lasts is made beforehand as if it stood alone: else it would look changed to a later start that leaves the jobs out.
    """
    _forget_jobs(compose, configuration, containers)
    compose.run("up", "--no-start", "--no-deps", "--quiet-pull", *_lasting(configuration), capture=True)
    _up(compose, ["--no-recreate"], parts(configuration), deadline)


def _bring_up_to_date(compose: Compose, configuration: Mapping[str, Any], containers: Sequence[Container], deadline: float) -> None:
    """The jobs first and alone, if they are due: Compose would take what serves away before they have run, and also if they fail."""
    if jobs.are_due(compose, configuration, containers):
        _forget_jobs(compose, configuration, containers)
        names = jobs.names(configuration)
        _up(compose, names, [Part(name, is_job=True) for name in names], deadline)
    if stale := sorted(container.service for container, _ in drift.outdated(configuration, compose.containers())):
        say(f"Secrets or files changed: {', '.join(stale)}")
        compose.run("up", "--detach", "--no-deps", "--force-recreate", *stale, capture=True)
    _up(compose, ["--no-deps", *_lasting(configuration)], [part for part in parts(configuration) if not part.is_job], deadline)


def _lasting(configuration: Mapping[str, Any]) -> list[str]:
    return sorted(configuration["services"].keys() - set(jobs.names(configuration)))


def _forget_jobs(compose: Compose, configuration: Mapping[str, Any], containers: Sequence[Container]) -> None:
    """Their ended containers: what an earlier one did would count for the one to come."""
    wanted = jobs.names(configuration)
    if ended := [container.name for container in containers if container.service in wanted and container.state != "running"]:
        compose.docker("rm", *ended)


def _up(compose: Compose, arguments: Sequence[str], wanted: Sequence[Part], deadline: float) -> None:
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output, progress("up", len(wanted)) as steps:
        command = [*compose.command, "up", "--detach", "--quiet-pull", *arguments]
        process = subprocess.Popen(
            bound(command), env=compose.environment(), stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
        try:
            _wait(compose, wanted, steps, process, output, deadline)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()


def keep_broker_told(compose: Compose, containers: Sequence[Container]) -> None:
    """Bring the broker's users and rights as this version of the tool has them into force, also in one that runs. Raises ComposeFailed."""
    broker.write_definitions(compose.home)
    for container in containers:
        if container.service == "rabbitmq" and container.is_well and not broker.is_told(compose.home, container.started):
            broker.tell(compose)


def recreate(compose: Compose, services: Sequence[str], *, timeout: float) -> None:
    """New containers for services, and wait until they are well. Raises ComposeFailed with the end of the log of one that is not."""
    bring_up(compose, services, "--force-recreate", timeout=timeout)


def bring_up(compose: Compose, services: Sequence[str], *options: str, timeout: float) -> None:
    """Start services alone, and wait until they are well. Raises ComposeFailed."""
    compose.run("up", "--detach", "--no-deps", *options, *services, capture=True)
    wanted, deadline = [Part(service, is_job=False) for service in services], time.monotonic() + timeout
    while missing := [part for part in wanted if not part.is_done(containers := compose.containers())]:
        if time.monotonic() > deadline:
            raise ComposeFailed(_failure(compose, missing, containers, f"Not well in time: {', '.join(part.service for part in missing)}."))
        time.sleep(PAUSE)


def _wait(
    compose: Compose, wanted: Sequence[Part], steps: Steps, process: subprocess.Popen[bytes], output: IO[str], deadline: float
) -> None:
    done: set[str] = set()
    while True:
        ended = process.poll()  # before the look: what is well then, is well after it
        containers = compose.containers()
        for part in wanted:
            if part.service not in done and part.is_done(containers):
                done.add(part.service)
                steps.advance(f"{part.service} {'done' if part.is_job else 'well'}")
        if ended:
            raise ComposeFailed(_failure(compose, wanted, containers, f"`docker compose up` failed:\n{_end_of(output, compose)}"))
        missing = [part for part in wanted if not part.is_done(containers)]  # anew: one that was well may have been replaced since
        if ended == 0 and not missing:
            return
        if ended == 0 and (failed := [part for part in missing if part.has_failed(containers)]):
            raise ComposeFailed(_failure(compose, failed, containers, f"Failed: {', '.join(part.service for part in failed)}."))
        if time.monotonic() > deadline:
            names = ", ".join(part.service for part in missing)
            raise ComposeFailed(_failure(compose, missing, containers, f"Not well in time: {names}."))
        steps.now(f"waiting for {', '.join(part.service for part in missing[:3])}")
        time.sleep(PAUSE)


def _end_of(output: IO[str], compose: Compose) -> str:
    output.seek(0)
    return redact(output.read()[-2000:].strip(), compose.home)


def _failure(compose: Compose, parts: Sequence[Part], containers: Sequence[Container], text: str) -> str:
    """The text, and the end of the log of whatever has gone wrong."""
    suspects = [c for c in containers if c.health == "unhealthy" or c.state == "restarting" or (c.state == "exited" and c.exit_code)]
    wanted = {part.service for part in parts}
    for container in [c for c in suspects if c.service in wanted][:2]:
        said = redact(compose.docker("logs", "--tail", LOG_LINES, container.name, check=False), compose.home)
        text += f"\n--- {container.name} ({container.state}{', ' + container.health if container.health else ''})\n{said.strip()}"
    return text
