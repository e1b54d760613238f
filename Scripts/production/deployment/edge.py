"""The front door during a deployment: who serves, what it logged, and requests through it."""

import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from production.deployment import upstreams
from production.deployment.colours import BLUE, Slot
from production.deployment.engine import Engine
from production.deployment.figures import Figures, Log
from production.deployment.upstreams import READABLE, Routes, render
from production.errors import OperatorError
from production.files import write_atomically
from production.home import Home
from production.state import COMPOSE_NAMES, PORTS, State

REFRESH = "/edge/refresh.sh"
ACCESS_LOG = "/var/log/nginx/access.log"
REFRESH_TIMEOUT = 60.0  # seconds: on a machine that is out of breath too
TIMEOUT = 10.0  # seconds for a request of ours


class EdgeRefused(OperatorError):
    """nginx did not take the new file; the old one is in force again."""


class Edge:
    """nginx of one deployment."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._file = engine.home.state / "upstreams.conf"
        self._container = f"{engine.home.project}-nginx"
        self._offset = 0
        self.log = Log()

    def serve(self, routes: Routes) -> None:
        """Make nginx serve by these routes. Raises EdgeRefused, and nothing has changed."""
        before = self._file.read_text(encoding="utf-8") if self._file.is_file() else None
        write_atomically(self._file, render(routes), mode=READABLE)
        if not self._refresh():
            if before is not None:
                write_atomically(self._file, before, mode=READABLE)
                self._refresh()
            raise EdgeRefused(f"nginx refused {self._file}; the one before is in force again.\n{self._engine.log_of(self._container)}")

    def _refresh(self) -> bool:
        return self._engine.look(self._container, REFRESH, timeout=REFRESH_TIMEOUT) is not None

    def skip_log(self, backlog: int = 0) -> None:
        """Read the log from here on, or from some bytes before."""
        self._offset = max(0, self._size() - backlog)

    def read_log(self) -> None:
        """Take in what was logged since the last look; after a rotation from the new file's start."""
        size = self._size()
        if size < self._offset:
            self._offset = 0
        if size == self._offset:
            return
        told = self._engine.look(self._container, "tail", "-c", f"+{self._offset + 1}", ACCESS_LOG) or ""
        whole = told[: told.rfind("\n") + 1]
        self._offset += len(whole.encode())
        self.log.add(whole.splitlines())

    def figures(self, slots: Iterable[Slot], since: float, until: float = float("inf")) -> Figures:
        """What was read of some containers' answers."""
        return self.log.figures([name for slot in slots for name in self._names(slot)], since=since, until=until)

    def _names(self, slot: Slot) -> tuple[str, ...]:
        declared = f"{COMPOSE_NAMES[slot.service]}:{PORTS[slot.service]}"  # as nginx calls blue before any deployment
        return (slot.address(self._engine.home.project), *((declared,) if slot.colour == BLUE else ()))

    def _size(self) -> int:
        return int((self._engine.look(self._container, "stat", "-c", "%s", ACCESS_LOG) or "0").strip() or 0)


def follow_the_state(home: Home) -> None:
    """Have the routes as the state says them, whatever a deployment that was cut off left; nginx takes them over if it runs."""
    upstreams.write(home, State.load(home))
    Engine(home).look(f"{home.project}-nginx", REFRESH, timeout=REFRESH_TIMEOUT)


@dataclass(frozen=True)
class Address:
    """How to reach the front door from this machine, under its public name."""

    host: str
    port: int
    context: ssl.SSLContext = field(compare=False)

    @classmethod
    def of(cls, home: Home) -> "Address":
        """The published port on the loopback. Whether the certificate is good is preflight's to say; here it is only a lock."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return cls(urlsplit(home.url).hostname or "localhost", int(home.values.get("HTTPS_PORT") or 443), context)

    def client(self, **headers: str) -> httpx.Client:
        """Sends requests to the front door; each has to be answered within ten seconds."""
        transport = httpx.HTTPTransport(verify=self.context, retries=0)
        return httpx.Client(
            base_url=f"https://127.0.0.1:{self.port}", headers={"Host": self.host, **headers}, transport=transport, timeout=TIMEOUT
        )

    def get(self, client: httpx.Client, path: str, **headers: str) -> tuple[int, float]:
        """Status (0: no answer) and seconds of one GET."""
        started = time.monotonic()
        try:
            answer = client.get(path, headers=headers, extensions={"sni_hostname": self.host})
        except httpx.TransportError:
            return 0, time.monotonic() - started
        return answer.status_code, time.monotonic() - started
