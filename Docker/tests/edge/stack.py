"""The edge and the front end of docker-compose.prod.yml on a real engine, before stand-ins for the services."""

import json
import os
import secrets
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

DOCKER = Path(__file__).resolve().parents[2]
STANDINS = DOCKER / "tests" / "edge" / "standins.yml"
DOMAIN = "tickets.tts.test"
SERVICES = {"auth": 8000, "ticket": 8000, "workflow": 8000, "messaging": 8001, "notification": 8001}
COMPOSE_NAMES = {
    "auth": "auth-service",
    "ticket": "ticket-service",
    "workflow": "workflow-api",
    "messaging": "messaging-service",
    "notification": "notification-service",
}
ASK = "import sys, urllib.request; print(urllib.request.urlopen(f'http://127.0.0.1:{sys.argv[1]}{sys.argv[2]}').read().decode())"


@dataclass(frozen=True)
class EdgeStack:
    """One running edge."""

    home: Path
    project: str
    http_port: int
    https_port: int
    overlays: tuple[Path, ...]

    # the stack

    def compose(self, *words: str, check: bool = True, input: str | None = None, **extra: str) -> str:
        """What ``docker compose …`` prints; ``extra`` are environment variables."""
        images = os.environ.get("TTS_IMAGES_ENV")
        files = [DOCKER / "docker-compose.prod.yml", *self.overlays]
        command = ["docker", "compose", "--project-name", self.project, "--project-directory", str(DOCKER)]
        command += [word for file in files for word in ("-f", str(file))]
        command += [word for file in (self.home / ".env.production", images) if file for word in ("--env-file", str(file))]
        environment = {**os.environ, "TTS_HOME": str(self.home), **extra}
        done = subprocess.run([*command, *words], env=environment, input=input, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def sh(self, script: str, service: str = "nginx", check: bool = True, input: str | None = None) -> str:
        """What a shell script within a container prints."""
        return self.compose("exec", "-T", service, "sh", "-c", script, check=check, input=input)

    def log(self) -> str:
        """What nginx and its scripts wrote."""
        return self.compose("logs", "--no-log-prefix", "--no-color", "nginx")

    def refresh(self) -> int:
        """The exit code of refresh.sh, as the operator's tool sees it."""
        return int(self.sh("/edge/refresh.sh >/dev/null 2>&1; echo $?").strip())

    def ask(self, service: str, path: str) -> Any:
        """What a stand-in answers when it is asked directly."""
        return json.loads(self.compose("exec", "-T", COMPOSE_NAMES[service], "python", "-c", ASK, str(SERVICES[service]), path))

    def visitor(self, *words: str, name: str = "visitor") -> dict[str, Any]:
        """What somebody with an address of his own saw."""
        found: dict[str, Any] = json.loads(self.compose("exec", "-T", name, "python", "/visitor.py", *words))
        return found

    # requests

    @property
    def authority(self) -> str:
        """The public name and port."""
        return f"{DOMAIN}:{self.https_port}"

    def request(self, method: str, path: str, *, host: str = "", is_plain: bool = False, **options: Any) -> httpx.Response:
        """One request from this machine, whose address no limit counts. ``host`` goes into SNI and the Host header."""
        name = host or DOMAIN
        port = self.http_port if is_plain else self.https_port
        headers = {"Host": f"{name}:{port}", **options.pop("headers", {})}
        scheme = "http" if is_plain else "https"
        with httpx.Client(verify=unverified(), trust_env=False, timeout=30) as client:
            request = client.build_request(method, f"{scheme}://127.0.0.1:{port}", headers=headers, **options)
            request.url = request.url.copy_with(raw_path=path.encode("latin-1"))
            request.extensions["sni_hostname"] = name
            return client.send(request)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """One GET."""
        return self.request("GET", path, **options)

    def connect(self, *, is_plain: bool = False, name: str = DOMAIN) -> socket.socket:
        """A connection to say anything over."""
        raw = socket.create_connection(("127.0.0.1", self.http_port if is_plain else self.https_port), timeout=30)
        return raw if is_plain else unverified().wrap_socket(raw, server_hostname=name)

    def raw(self, text: str, *, seconds: float = 3.0, is_plain: bool = False) -> str:
        """Whatever comes back within some seconds; {host} stands for the public name."""
        with self.connect(is_plain=is_plain) as connection:
            connection.sendall(text.replace("{host}", self.authority).encode("latin-1"))
            return everything(connection, seconds)


def everything(connection: socket.socket, seconds: float) -> str:
    """What is received until the other side closes, or for some seconds."""
    received, deadline = b"", time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        connection.settimeout(left)
        try:
            more = connection.recv(65536)
        except (TimeoutError, ConnectionError):
            break
        if not more:
            break
        received += more
    return received.decode("latin-1")


def unverified() -> ssl.SSLContext:
    """The certificate is looked at where it matters."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def eventually(is_so: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Whether something becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.2)
    return is_so()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_home(folder: Path, http_port: int, https_port: int, **more: str) -> None:
    """The settings that the edge needs, and those without which Compose reads no file."""
    values = {
        "TTS_DOMAIN": DOMAIN,
        "TTS_ADMIN_EMAIL": f"admin@{DOMAIN}",
        "DJANGO_BASE_URL": f"https://{DOMAIN}:{https_port}",
        "DJANGO_ALLOWED_HOSTS": DOMAIN,
        "DJANGO_EMAIL_HOST": "mail",
        "DJANGO_DEFAULT_FROM_EMAIL": f"tickets@{DOMAIN}",
        "HTTP_PORT": str(http_port),
        "HTTPS_PORT": str(https_port),
        **more,
    }
    (folder / ".env.production").write_text("".join(f"{name}={value}\n" for name, value in values.items()))


@contextmanager
def edge_stack(folder: Path, *services: str, overlays: tuple[Path, ...] = ()) -> Iterator[EdgeStack]:
    """Build and start the edge with some other services; this machine's own address is not counted by the limits."""
    project, http_port, https_port = f"tts-edge-{secrets.token_hex(3)}", free_port(), free_port()
    network = f"10.{200 + secrets.randbelow(50)}.{secrets.randbelow(256)}"
    folder.chmod(0o755)
    (folder / "state").mkdir()
    (folder / "state").chmod(0o711)
    write_home(folder, http_port, https_port, TTS_PROJECT=project, TEST_NETWORK=network, TTS_TRUSTED_NETWORKS=f"{network}.1/32")
    stack = EdgeStack(folder, project, http_port, https_port, (STANDINS, *overlays))
    try:
        stack.compose("build", "--quiet", "nginx", "frontend")
        stack.compose("up", "--detach", "--no-build", "--wait", "nginx", "frontend", *services)
        yield stack
    finally:
        stack.compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "2", check=False)
