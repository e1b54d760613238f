"""One look at a deployment: everything that can be known from outside and inside, gathered before anything is judged."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any

from production import lock
from production.containers import Container
from production.deployment import cut_off
from production.home import Home
from production.lock import Work
from production.state import COMPOSE_NAMES, DEPLOYABLE, SERVICES
from production.watching import certificates, edge_log, host, probes, scrape
from production.watching.certificates import Certificate
from production.watching.edge_log import Traffic
from production.watching.engine import Engine, EngineSilent, Use
from production.watching.probes import Probe
from production.watching.scrape import Answers

FIRST_LOOK_BACK, LONGEST_LOOK_BACK = 60.0, 600.0  # seconds of the access log
CERTIFICATE = "/etc/nginx/certificates/fullchain.pem"
#: Compose service → it must run, always; the other ones of the project come and go
PARTS = ("db", "rabbitmq", *(COMPOSE_NAMES[name] for name in DEPLOYABLE), *(f"{name}-worker" for name in SERVICES), "nginx", "backup")
#: work of the operator's tool that interrupts; every other leaves the system in service
PLANNED, LONGEST_WORK = ("up", "down", "restore"), 3600.0
MONITORING = ("prometheus", "alertmanager")


@dataclass(frozen=True)
class Reading:
    """What was found at ``at`` (seconds since 1970). ``containers`` is None where Docker does not answer."""

    at: float
    host: host.Host
    containers: Sequence[Container] | None
    use: dict[str, Use] = field(default_factory=dict)
    pages: Answers = field(default_factory=Answers)
    #: short name of a service → what its /readyz says: empty when it is ready
    unready: dict[str, str] = field(default_factory=dict)
    probes: Sequence[Probe] = ()
    certificate: Certificate | None = None
    #: what came in since the last look
    traffic: Traffic = field(default_factory=Traffic)
    backup: dict[str, Any] = field(default_factory=dict)
    drills: Sequence[dict[str, Any]] = ()
    deployments: Sequence[dict[str, Any]] = ()
    is_maintenance: bool = False
    maintenance_text: str = ""
    #: a deployment whose tool was killed, and how it is ended; empty without one
    cut_off: str = ""
    #: what the operator's tool does to the deployment at this moment
    work: Work | None = None
    parts: tuple[str, ...] = PARTS

    @property
    def moment(self) -> datetime:
        """When it was."""
        return datetime.fromtimestamp(self.at, UTC)

    def of(self, compose_name: str) -> list[Container]:
        """The containers of a Compose service, in either colour."""
        return [c for c in self.containers or () if c.service.removesuffix("-green") == compose_name]

    def is_well(self, compose_name: str) -> bool:
        """At least one container of it runs and is healthy."""
        return any(container.is_well for container in self.of(compose_name))

    @property
    def is_running(self) -> bool:
        """Anything of the deployment runs at all."""
        return any(container.state == "running" for container in self.containers or ())

    @property
    def is_planned(self) -> bool:
        """All of it is being started, stopped or restored: what does not answer meanwhile is meant not to. An hour is the most."""
        return self.work is not None and self.work.command in PLANNED and self.at - self.work.began < LONGEST_WORK


def take(home: Home, *, edge_read_until: float = 0.0, engine: Engine | None = None) -> Reading:
    """Look at everything, for a few seconds at most. Never fails for what it finds."""
    at, engine = time.time(), engine or Engine()
    try:
        containers: list[Container] | None = engine.containers(home.project)
    except EngineSilent:
        containers = None
    running = [container for container in containers or () if container.state == "running"]
    with ThreadPoolExecutor(max_workers=4) as pool:
        pages = pool.submit(scrape.read_all, scrape.pages_of(running))
        unready = pool.submit(_unready, running)
        probed = pool.submit(probes.probe_all, home)
        seen = pool.submit(_certificate, home, engine, running)
        return Reading(
            at=at,
            host=host.look(home.path),
            containers=containers,
            use=_use(engine, running),
            pages=pages.result(),
            unready=unready.result(),
            probes=probed.result(),
            certificate=seen.result(),
            traffic=_traffic(engine, running, edge_read_until, at),
            backup=read_object(home.state / "backup.json"),
            drills=[*read_lines(home.state / "drills.jsonl")],
            deployments=[*read_lines(home.state / "deployments.jsonl")],
            is_maintenance=(home.state / "maintenance").exists(),
            maintenance_text=str(read_object(home.state / "maintenance").get("message") or ""),
            work=lock.under_way(home),
            cut_off=_cut_off(home),
            parts=PARTS + (MONITORING if "monitoring" in home.values.get("TTS_OVERLAYS", "") else ()),
        )


def _cut_off(home: Home) -> str:
    left = cut_off.find(home)
    return f"{left.problem}. {left.remedy}" if left else ""


def read_object(path: Path) -> dict[str, Any]:
    """A file with one JSON object; empty where there is none that can be read."""
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file with one in each line; a line that cannot be read, as after a power cut, is passed over."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:
        with suppress(ValueError):
            found = json.loads(line)
            if isinstance(found, dict):
                yield found


def moment_of(entry: Mapping[str, Any], name: str) -> float | None:
    """A time that a record tells in ISO 8601, in seconds since 1970; None if it tells none."""
    try:
        return datetime.fromisoformat(entry[name]).timestamp()
    except (KeyError, TypeError, ValueError):
        return None


def _use(engine: Engine, running: Sequence[Container]) -> dict[str, Use]:
    found = {}
    for container in running:
        with suppress(EngineSilent):
            found[container.name] = engine.use(container)
    return found


def _traffic(engine: Engine, running: Sequence[Container], read_until: float, at: float) -> Traffic:
    since = max(read_until, at - LONGEST_LOOK_BACK) if read_until else at - FIRST_LOOK_BACK
    traffic = Traffic()
    for container in (c for c in running if c.service == "nginx"):
        with suppress(EngineSilent):
            traffic.add(edge_log.count(engine.log(container, since, at)))
    return traffic


def _unready(running: Sequence[Container]) -> dict[str, str]:
    """Asked of each service's web container; with two colours, the better answer counts."""
    answers: dict[str, str] = {}
    for page in (page for page in scrape.pages_of(running) if page.role == "web"):
        problem = _ask_ready(page)
        answers[page.service] = problem and answers.get(page.service, problem)
    return answers


def _ask_ready(page: scrape.Page) -> str:
    try:
        status, body = scrape.get(page.address, page.port, "/readyz", page.host)
        checks = json.loads(body)["checks"] if status == 503 else {}
    except (OSError, HTTPException):
        return "does not answer"
    except (ValueError, KeyError, TypeError):
        return "answers 503"
    if status == 200:
        return ""
    return ", ".join(f"{name} {state}" for name, state in checks.items() if state != "ok") or f"answers {status}"


def _certificate(home: Home, engine: Engine, running: Sequence[Container]) -> Certificate | None:
    served = probes.served_certificate(home)
    if served is None:
        return None
    on_disk = None
    for container in (c for c in running if c.service == "nginx"):
        with suppress(EngineSilent):
            on_disk = engine.file(container, CERTIFICATE)
    return certificates.judge(served, on_disk)
