"""What changes while the edge serves: reloads, upstreams, addresses, maintenance, services that go."""

import json
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPSConnection
from pathlib import Path

import httpx
import pytest

from Docker.tests.edge.stack import COMPOSE_NAMES, DOMAIN, EdgeStack, edge_stack, eventually
from production import announcement
from production.home import Home

pytestmark = [pytest.mark.docker, pytest.mark.slow]

PAGE = {"Accept": "text/html"}
HANDSHAKE = "GET /ws/{query} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n\r\n"
ANONYMOUS = "awk '/^(total_rss|anon) / {print $2}' /sys/fs/cgroup/memory/memory.stat /sys/fs/cgroup/memory.stat 2>/dev/null | head -1"


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeStack]:
    with edge_stack(tmp_path_factory.mktemp("edge"), *COMPOSE_NAMES.values()) as stack:
        yield stack


@dataclass
class Load:
    """Clients that keep their connections, as browsers do, and send a GET again when the server closed under them."""

    statuses: Counter[int] = field(default_factory=Counter)
    closed: int = 0  # kept-open connections that were closed as a request went out; the second try counts above
    is_over: bool = False

    def run(self, edge: EdgeStack) -> None:
        connection = HTTPSConnection("127.0.0.1", edge.https_port, context=Named(), timeout=20)
        while not self.is_over:
            try:
                connection.request("GET", "/api/v1/tickets/", headers={"Host": edge.authority})
                answer = connection.getresponse()
                answer.read()
                self.statuses[answer.status] += 1
            except (OSError, HTTPException):
                self.closed += 1
                connection.close()
            time.sleep(0.01)
        connection.close()


class Named(ssl.SSLContext):
    """Shows the public name in SNI, whatever address is called."""

    def __new__(cls) -> "Named":
        context = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context

    def wrap_socket(self, sock, *args, **options):  # type: ignore[no-untyped-def]  # http.client's call
        return super().wrap_socket(sock, *args, **{**options, "server_hostname": DOMAIN})


@contextmanager
def load(edge: EdgeStack, clients: int = 8) -> Iterator[Load]:
    """Load in the background for as long as the block lasts."""
    running = Load()
    threads = [threading.Thread(target=running.run, args=(edge,)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield running
    finally:
        running.is_over = True
        for thread in threads:
            thread.join()


class Socket:
    """A browser's WebSocket."""

    def __init__(self, edge: EdgeStack, query: str = "") -> None:
        self.connection = edge.connect()
        self.connection.sendall(HANDSHAKE.replace("{query}", query).replace("{host}", edge.authority).encode())
        assert self.connection.recv(4096).startswith(b"HTTP/1.1 101 ")

    def echoes(self, text: bytes = b"hello") -> bool:
        """Whether a message comes back."""
        self.connection.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)
        try:
            return self.connection.recv(4096).endswith(text)
        except OSError:
            return False


def upstreams(edge: EdgeStack) -> Path:
    return edge.home / "state" / "upstreams.conf"


def default_upstreams(edge: EdgeStack) -> str:
    return edge.sh("cat /etc/nginx/upstreams.default.conf")


def write(path: Path, text: str) -> None:
    """Put a file in place in one step, as the tool does."""
    temporary = path.with_suffix(".next")
    temporary.write_text(text)
    temporary.chmod(0o644)
    temporary.rename(path)


def test_twenty_reloads_under_load_fail_no_request_and_close_no_socket(edge: EdgeStack) -> None:
    with ExitStack() as stack:
        sockets = [Socket(edge) for _ in range(50)]
        for opened in sockets:
            stack.enter_context(opened.connection)
        with load(edge) as running:
            before = int(edge.sh(ANONYMOUS))
            for _ in range(20):
                edge.sh('kill -HUP "$(cat /run/nginx/nginx.pid)"')
                time.sleep(0.5)
            after = int(edge.sh(ANONYMOUS))
        assert all(opened.echoes() for opened in sockets)
    print(f"\n{running.statuses} {running.closed} kept-open connections closed, anonymous memory {before >> 20} → {after >> 20} MiB")  # noqa: T201
    assert set(running.statuses) == {200}
    assert running.statuses[200] > 2000
    assert running.closed <= 20 * 8
    assert after < 64 << 20
    assert eventually(lambda: workers(edge) == 2, 30)


def workers(edge: EdgeStack) -> int:
    """How many worker processes of nginx there are."""
    return int(edge.sh("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -c '^nginx: worker process'"))


def test_upstreams_are_taken_over_at_once_and_by_itself(edge: EdgeStack) -> None:
    switched = default_upstreams(edge).replace("ticket-service:8000", "workflow-api:8000")
    with load(edge) as running:
        write(upstreams(edge), switched)
        assert edge.refresh() == 0
        assert edge.get("/api/v1/tickets/").json()["service"] == "workflow"
        write(upstreams(edge), default_upstreams(edge))
        assert eventually(lambda: edge.get("/api/v1/tickets/").json()["service"] == "ticket")
    assert set(running.statuses) == {200}


BAD = {
    "nonsense": "unexpected end of file, expecting ';' or '}'",
    "map $nothing": "unexpected end of file, expecting ';' or '}'",
    "": "unknown 'release_cookie' variable",
    "upstream x { }": "no servers are inside upstream",
    "include /etc/shadow;": "open() '/etc/shadow' failed",
}


@pytest.mark.parametrize(("text", "reason"), BAD.items())
def test_a_bad_upstreams_file_is_refused_and_the_old_one_served_on(edge: EdgeStack, text: str, reason: str) -> None:
    write(upstreams(edge), default_upstreams(edge))
    assert edge.refresh() == 0
    write(upstreams(edge), text)
    assert (edge.refresh(), edge.refresh()) == (1, 1)
    assert f"refused /etc/nginx/state/upstreams.conf: {reason}" in edge.log()
    assert edge.get("/api/v1/tickets/").json()["service"] == "ticket"
    write(upstreams(edge), default_upstreams(edge))
    assert edge.refresh() == 0


def test_a_start_with_a_bad_upstreams_file_serves_by_the_default(edge: EdgeStack) -> None:
    write(upstreams(edge), "nonsense")
    edge.compose("restart", "nginx")
    assert eventually(lambda: answers(edge, "/api/v1/tickets/"), 20)
    assert edge.get("/api/v1/tickets/").json()["service"] == "ticket"
    upstreams(edge).unlink()
    assert eventually(lambda: edge.refresh() == 0)


def answers(edge: EdgeStack, path: str, status: int = 200) -> bool:
    try:
        return edge.get(path).status_code == status
    except httpx.TransportError:  # while nothing listens
        return False


def test_a_service_that_comes_back_with_another_address_is_found_again(edge: EdgeStack) -> None:
    before = edge.get("/api/v1/tickets/")
    edge.compose("rm", "--stop", "--force", "ticket-service")
    edge.compose("run", "--detach", "--name", f"{edge.project}-squatter", "--entrypoint", "sleep", "ticket-service", "60")
    edge.compose("up", "--detach", "--no-build", "ticket-service")
    started = time.monotonic()
    assert eventually(lambda: answers(edge, "/api/v1/tickets/"), 15)
    print(f"\nfound again after {time.monotonic() - started:.1f} s")  # noqa: T201
    assert before.json()["service"] == edge.get("/api/v1/tickets/").json()["service"] == "ticket"
    assert eventually(lambda: "upstream ticket-service.8000" in edge.sh("cat /run/nginx/current/peers.conf"), 5)


def test_an_upstream_without_a_pool_is_looked_up_with_each_request(edge: EdgeStack) -> None:
    edge.sh(r"sed -i '/^    workflow-api:8000/d' /run/nginx/current/peers.conf && kill -HUP $(cat /run/nginx/nginx.pid)")
    time.sleep(0.5)
    assert edge.get("/api/v1/tasks/").json()["service"] == "workflow"


def test_a_canary_keeps_its_users_and_only_while_there_is_one(edge: EdgeStack) -> None:
    assert "Set-Cookie" not in edge.get("/api/v1/tickets/").headers
    tried = default_upstreams(edge).replace('$release_cookie { default "";', '$release_cookie { default "tts_release=abc; Path=/; Secure";')
    write(upstreams(edge), tried)
    assert edge.refresh() == 0
    assert edge.get("/api/v1/tickets/").headers.get_list("Set-Cookie") == ["tts_release=abc; Path=/; Secure"]
    assert "Set-Cookie" not in edge.get("/api/v1/nothing/").headers
    upstreams(edge).unlink()
    assert edge.refresh() == 0


def test_a_page_of_the_release_before_finds_its_files(edge: EdgeStack) -> None:
    write(
        upstreams(edge),
        default_upstreams(edge).replace("$frontend_previous { default frontend:1000;", "$frontend_previous { default auth-service:8000;"),
    )
    assert edge.refresh() == 0
    assert edge.get("/assets/of-the-release-before.js").json()["service"] == "auth"
    assert edge.get("/missing.js").status_code == 404
    upstreams(edge).unlink()
    assert edge.refresh() == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DJANGO_BASE_URL", "http://tickets.tts.test"),
        ("DJANGO_BASE_URL", "https://Tickets.tts.test"),
        ("DJANGO_BASE_URL", "https://tickets.tts.test/path"),
        ("DJANGO_BASE_URL", "https://tickets.tts.test;}"),
        ("DJANGO_BASE_URL", "https://tickets.tts.test\nhttps://evil; }"),
        ("TTS_TRUSTED_NETWORKS", "10.0.0.0/8,everybody"),
        ("TTS_TRUSTED_NETWORKS", "0.0.0.0/0 1; } map $a $b {"),
    ],
)
def test_settings_that_cannot_be_used_stop_the_start_and_are_named(edge: EdgeStack, name: str, value: str) -> None:
    container = f"{edge.project}-wrong"
    edge.compose("run", "--detach", "--no-deps", "--name", container, "--env", f"{name}={value}", "nginx")
    assert subprocess.check_output(["docker", "wait", container], text=True) == "2\n"
    said = subprocess.run(["docker", "logs", container], capture_output=True, text=True, check=False).stderr
    subprocess.run(["docker", "rm", container], capture_output=True, check=True)
    assert f"{name} " in said


def test_a_restart_under_open_sockets_takes_no_longer_than_ten_seconds(edge: EdgeStack) -> None:
    with Socket(edge).connection:
        started = time.monotonic()
        edge.compose("restart", "nginx")
        assert eventually(lambda: answers(edge, "/api/v1/tickets/"))
        print(f"\nserves again after {time.monotonic() - started:.1f} s")  # noqa: T201
        assert time.monotonic() - started < 10


def test_maintenance_begins_and_ends_with_a_file_and_without_a_reload(edge: EdgeStack) -> None:
    masters = edge.sh("cat /run/nginx/seen; ls /run/nginx")
    with Socket(edge).connection:
        write(edge.home / "state" / "maintenance", "{}")
        program, page = edge.get("/api/v1/tickets/"), edge.get("/tickets/T-1", headers=PAGE)
        assert (program.status_code, program.headers["Retry-After"], program.json()["code"]) == (503, "120", "maintenance")
        assert program.json()["detail"] == "The system is being worked on and comes back by itself. Nothing is lost."
        assert (page.status_code, page.headers["Retry-After"], page.headers["Content-Type"]) == (503, "120", "text/html")
        assert "<h1>Under maintenance</h1>" in page.text
        assert edge.get("/edge/page.css").status_code == 200
        assert edge.request("POST", "/api/v1/tickets/", content=b"x").status_code == 503
        assert edge.get("/api/v1/tickets/", host=f"api.{DOMAIN}").json()["code"] == "maintenance"
        announcement.put_up(Home(edge.home), "Back at <9> & sooner")
        assert edge.get("/api/v1/tickets/").json()["detail"].endswith("Nothing is lost. Back at <9> & sooner")
        assert '<p class="announcement">Back at &lt;9&gt; &amp; sooner</p>' in edge.get("/tickets/T-1", headers=PAGE).text
        announcement.take_down(Home(edge.home))
        assert edge.get("/api/v1/tickets/").status_code == 200
    assert edge.sh("cat /run/nginx/seen; ls /run/nginx") == masters


def test_a_silent_socket_lives_by_pings_and_dies_without(edge: EdgeStack) -> None:
    with Socket(edge, "?ping=25").connection as pinged, Socket(edge).connection as silent:
        started, pings = time.monotonic(), 0
        silent.settimeout(90)
        assert silent.recv(1) == b""
        assert 70 < time.monotonic() - started < 80
        pinged.settimeout(30)
        while pings < 4:
            assert pinged.recv(2) == bytes([0x89, 0])
            pings += 1
        assert time.monotonic() - started > 95


def test_the_status_page_is_served_while_everything_else_is_down(edge: EdgeStack) -> None:
    status = edge.home / "state" / "status"
    status.mkdir()
    status.chmod(0o755)
    (status / "index.html").write_text("<title>Status</title>")
    (status / "status.json").write_text('{"ok": false}')
    edge.compose("stop", "--timeout", "1", "frontend", *COMPOSE_NAMES.values())
    try:
        page, data = edge.get("/status/"), edge.get("/status/status.json")
        assert (page.status_code, page.text, page.headers["Cache-Control"]) == (200, "<title>Status</title>", "no-store")
        assert (data.status_code, data.json(), data.headers["Content-Type"]) == (200, {"ok": False}, "application/json")
        assert edge.get("/status").headers["Location"] == "/status/"
        home, program = edge.get("/", headers=PAGE), edge.get("/api/v1/tickets/")
        assert (home.status_code, home.headers["Content-Type"], home.headers["Retry-After"]) == (503, "text/html", "5")
        assert (program.status_code, program.json()["code"], program.headers["Retry-After"]) == (503, "unavailable", "5")
        assert json.loads(edge.compose("ps", "--format", "json", "nginx"))["Health"] == "healthy"
    finally:
        edge.compose("start", "frontend", *COMPOSE_NAMES.values())
    assert eventually(lambda: answers(edge, "/api/v1/tickets/") and answers(edge, "/"), 15)
