"""What somebody outside would find: requests through the front door, with TLS, to each part of the system."""

import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection

from production.home import Home
from production.watching.edge_log import OWN_AGENT

PATIENCE = 5.0  # seconds
#: part → a path that it answers without a log-in, be it with "log in first"
PATHS = {
    "frontend": "/",
    "auth": "/.well-known/jwks.json",
    "ticket": "/api/v1/tickets/",
    "workflow": "/api/v1/tasks/",
    "messaging": "/api/v1/comments/",
    "notification": "/api/v1/notifications/",
}


@dataclass(frozen=True)
class Probe:
    """One request. ``problem`` is empty when the part answered: any status below 500 but 404, which only a wrong route gives."""

    target: str
    problem: str
    seconds: float

    @property
    def is_good(self) -> bool:
        """Somebody answered."""
        return not self.problem


class _Door(HTTPSConnection):
    """The front door of this host under its public name. The certificate is judged elsewhere, so here any will do."""

    def __init__(self, home: Home) -> None:
        self._trusting = ssl.create_default_context()
        self._trusting.check_hostname, self._trusting.verify_mode = False, ssl.CERT_NONE
        super().__init__("127.0.0.1", int(home.values.get("HTTPS_PORT") or 443), timeout=PATIENCE, context=self._trusting)
        self._name = home.values.get("TTS_DOMAIN") or "localhost"

    def connect(self) -> None:
        line = socket.create_connection((self.host, self.port), self.timeout)
        self.sock = self._trusting.wrap_socket(line, server_hostname=self._name)

    def ask(self, path: str) -> int:
        """The status of an answer that was read to its end."""
        self.request("GET", path, headers={"Host": self._name, "User-Agent": OWN_AGENT})
        answer = self.getresponse()
        answer.read()
        return answer.status

    def certificate(self) -> bytes:
        """The one that is served, in DER."""
        self.connect()
        assert isinstance(self.sock, ssl.SSLSocket)  # noqa: S101  (connect made it)
        return self.sock.getpeercert(binary_form=True) or b""


def probe_all(home: Home) -> list[Probe]:
    """Every part once, side by side."""
    with ThreadPoolExecutor(max_workers=len(PATHS)) as pool:
        return [*pool.map(lambda target: _probe(home, target), PATHS)]


def served_certificate(home: Home) -> bytes | None:
    """What the front door shows, in DER; None if it shows nothing."""
    door = _Door(home)
    try:
        return door.certificate() or None
    except OSError:
        return None
    finally:
        door.close()


def _probe(home: Home, target: str) -> Probe:
    door, started = _Door(home), time.monotonic()
    try:
        status = door.ask(PATHS[target])
        problem = f"answers {status}" if status >= 500 or status == 404 else ""
    except (OSError, HTTPException) as error:
        problem = "does not answer" if isinstance(error, ConnectionError) else f"does not answer: {error}"
    finally:
        door.close()
    return Probe(target, problem, time.monotonic() - started)
