"""Watching a deployment from outside: is the system up, how do old and new answer, do events still flow."""

import re
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import httpx

from production.containers import Container
from production.deployment.colours import Slot
from production.deployment.edge import Address, Edge
from production.deployment.engine import Engine
from production.deployment.figures import Figures
from production.deployment.rules import Evidence
from production.state import PORTS, SERVICES

PROBE_PAUSE = 0.5  # seconds: each failed probe counts as so much downtime
SAMPLE_PAUSE = 0.14  # seconds: with the probes still below what the edge allows one address
EVENTS_EVERY = 5.0  # seconds between looks into a service's own figures
BACKLOG = 4_000_000  # bytes of log from before: what was usual
FIGURES = ("outbox_oldest_seconds", "dead_letters")
METRICS = (
    "import http.client as h; c = h.HTTPConnection('127.0.0.1', {port}, timeout=5); "
    "c.request('GET', '/metrics', headers={{'Host': 'localhost'}}); print(c.getresponse().read().decode())"
)


def paths_of(ticket: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What a sample asks each service for: answered from its database, and harmless."""
    number, ticket_id = ticket.get("number", "TTS-NONE"), ticket.get("id", "00000000-0000-0000-0000-000000000000")
    return {
        "auth": ("/.well-known/jwks.json", "/api/v1/auth/me/"),
        "ticket": ("/api/v1/tickets/", "/api/v1/categories/"),
        "workflow": (f"/api/v1/tasks/by-ticket/{number}/",),
        "messaging": (f"/api/v1/comments/?ticket={ticket_id}",),
        "notification": ("/api/v1/notifications/", "/api/v1/notifications/unread-count/"),
        "frontend": ("/",),
    }


@dataclass
class Probes:
    """The answers of the availability probe."""

    count: int = 0
    failed: int = 0

    @property
    def downtime(self) -> float:
        """Seconds that the system was away."""
        return self.failed * PROBE_PAUSE


class Observer:
    """Probes twice a second as anybody would, and on demand asks some services more often, so that there is something to judge."""

    def __init__(self, engine: Engine, edge: Edge, address: Address) -> None:
        self._engine, self._edge, self._address = engine, edge, address
        self.probes = Probes()
        self._headers: dict[str, str] = {}
        self._paths: dict[str, tuple[str, ...]] = paths_of({})
        self._sampled: tuple[str, ...] = ()
        self._events: dict[Slot, tuple[float, dict[str, float]]] = {}
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=loop, daemon=True) for loop in (self._probe, self._sample)]

    def __enter__(self) -> Self:
        self._edge.skip_log(BACKLOG)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(15)

    def be(self, headers: Mapping[str, str], ticket: Mapping[str, str]) -> None:
        """Ask as this person, who filed this ticket."""
        self._headers, self._paths = dict(headers), paths_of(ticket)

    def sample(self, services: Iterable[str] = ()) -> None:
        """Ask these services more often from now on."""
        self._sampled = tuple(services)

    def client(self) -> httpx.Client:
        """For requests of one's own."""
        return self._address.client()

    def ask(self, client: httpx.Client, service: str, turn: int, cookie: str = "") -> tuple[int, float]:
        """Status and seconds of one request to a service."""
        paths = self._paths[service]
        headers = self._headers | ({"Cookie": cookie} if cookie else {})
        return self._address.get(client, paths[turn % len(paths)], **headers)

    def events_of(self, slot: Slot, *, anew: bool = False) -> dict[str, float]:
        """The age of the outbox and the number of dead letters of a service; empty for one without, or that does not answer."""
        if slot.service not in SERVICES:
            return {}
        at, known = self._events.get(slot, (float("-inf"), {}))
        if anew or time.monotonic() - at > EVENTS_EVERY:
            known = self._read_events(slot)
            self._events[slot] = (time.monotonic(), known)
        return known

    def _read_events(self, slot: Slot) -> dict[str, float]:
        program = METRICS.format(port=PORTS[slot.service])
        text = self._engine.look(slot.container(self._engine.home.project), "python", "-c", program) or ""
        found = {name: re.search(rf"^{name} (\S+)$", text, re.MULTILINE) for name in FIGURES}
        return {name: float(match[1]) for name, match in found.items() if match}

    def evidence(
        self, slot: Slot, *, since: float, old: Figures, letters_before: int, bake: float = 0.0, failed_probes: int = 0, drag: float = 1.0
    ) -> Evidence:
        """All that is known of the container under trial. ``old``: what its predecessor did."""
        self._edge.read_log()
        found = self._engine.containers().get(slot.container(self._engine.home.project))
        events = self.events_of(slot)
        return Evidence(
            new=self._edge.figures([slot], since),
            old=old,
            restarts=found.restarts if found else 0,
            is_running=_is_running(found),
            failed_probes=failed_probes,
            outbox_age=events.get("outbox_oldest_seconds", 0.0),
            dead_letters=int(events.get("dead_letters", letters_before)),
            dead_letters_before=letters_before,
            drag=drag,
            baked=time.time() - since,
            bake=bake,
        )

    def _probe(self) -> None:
        services = tuple(self._paths)
        with self._address.client() as client:
            while not self._stopping.wait(PROBE_PAUSE):
                status, _ = self.ask(client, services[self.probes.count % len(services)], self.probes.count // len(services))
                self.probes.count += 1
                self.probes.failed += status == 0 or status >= 500

    def _sample(self) -> None:
        turn = 0
        with self._address.client() as client:
            while not self._stopping.wait(SAMPLE_PAUSE):
                if sampled := self._sampled:
                    self.ask(client, sampled[turn % len(sampled)], turn // len(sampled))
                    turn += 1


def _is_running(container: Container | None) -> bool:
    return container is not None and container.state in {"running", "restarting"}
