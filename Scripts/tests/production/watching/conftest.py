"""A look at a deployment as somebody could have found it, and an engine that answers over a socket."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from production.containers import Container
from production.watching.certificates import Certificate
from production.watching.engine import Use
from production.watching.exposition import Samples
from production.watching.host import Clock, Host
from production.watching.memory import Memory
from production.watching.probes import PATHS, Probe
from production.watching.reading import PARTS, Reading
from production.watching.scrape import Answer, Answers, Page

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC).timestamp()
GIB = 1024**3
WELL = Host(
    memory=2 * GIB,
    memory_available=GIB,
    disk=50 * GIB,
    disk_free=40 * GIB,
    disk_read=3 * GIB,
    disk_written=5 * GIB,
    network_received=7 * GIB,
    network_sent=9 * GIB,
    swapped_in_pages=0,
    oom_kills=0,
    load=0.5,
    cpus=2,
    uptime_seconds=86400.0,
    clock=Clock(0.001, is_synchronized=True),
)
#: what every service says when all is well
HEALTHY = {
    "database_up": 1,
    "database_connections": 30,
    "database_connections_limit": 80,
    "outbox_oldest_seconds": 0.2,
    "dead_letters": 0,
    "scheduled_job_lag_seconds": 1,
    "worker_heartbeat_age_seconds": 3,
    "wal_archive_age_seconds": 40,
}


def samples(**values: float) -> Samples:
    """A page with these metrics, none of them with labels."""
    found = Samples()
    for name, value in values.items():
        found.add(name, value)
    return found


@pytest.fixture
def container() -> Callable[..., Container]:
    """``container("auth-service", health="unhealthy")``."""

    def make(service: str, **changes: Any) -> Container:
        found = Container(
            id=service,
            name=f"tts-{service}",
            service=service,
            state="running",
            health="healthy",
            image="tts/auth:1.4.0",
            image_id="sha256:1",
            exit_code=0,
            restarts=0,
            was_killed_for_memory=False,
            created_at="2026-03-01T00:00:00Z",
            started_at="2026-03-14T08:00:00.123456789Z",
            addresses=("10.0.0.9",),
            memory_limit=200 * 1024**2,
            config_hash="1",
        )
        return replace(found, **changes)

    return make


@pytest.fixture
def reading(container: Callable[..., Container]) -> Callable[..., Reading]:
    """``reading(unready={"auth": "database does not answer"}, auth={"dead_letters": 2})``: all is well but for what is said."""

    def make(*, minutes: float = 0, **changes: Any) -> Reading:
        services = {name: {**HEALTHY, **changes.pop(name, {})} for name in ("auth", "ticket", "workflow", "messaging", "notification")}
        answers = [Answer(Page("web", name, "", 0), samples(**values)) for name, values in services.items()]
        answers += [Answer(Page(role, role, "", 0), page) for role, page in changes.pop("pages", {}).items()]
        found = Reading(
            at=NOON + minutes * 60,
            host=WELL,
            containers=[container(part) for part in PARTS],
            use={f"tts-{part}": Use(50 * 1024**2, 10.0) for part in PARTS},
            pages=Answers(answers),
            unready=dict.fromkeys(services, ""),
            probes=[Probe(target, "", 0.02) for target in PATHS],
            certificate=Certificate(
                datetime(2026, 3, 14, 12, tzinfo=UTC) + timedelta(days=60), "CN=CA", is_self_signed=False, matches=True
            ),
            drills=[{"at": "2026-03-10T03:00:00+00:00", "ok": True, "rto_seconds": 212.0, "rpo_seconds": 14.9}],
        )
        return replace(found, **changes)

    return make


@pytest.fixture
def memory() -> Memory:
    """Nothing remembered yet."""
    return Memory(at=NOON)


class FakeEngine(socketserver.ThreadingUnixStreamServer):
    """Answers ``path`` (and its query) with what ``answers`` holds for it; 404 else."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        self.answers: dict[str, Any] = {}
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        super().__init__(str(path), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: FakeEngine

    def address_string(self) -> str:
        return "socket"

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        self.server.asked.append((asked.path, parse_qs(asked.query)))
        answer = self.server.answers.get(asked.path)
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(404 if answer is None else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[FakeEngine]:
    """A Docker Engine that holds nothing yet."""
    with FakeEngine(tmp_path / "engine.sock") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
