import json
import smtplib
import socket
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import psycopg2
import pytest

from ops import databases, nginx
from ops.instance import DATABASES, Instance
from ops.mailbox import Mailbox
from ops.postgres import EmbeddedPostgres
from ops.secret_files import SecretFiles
from ops.supervisor import Supervisor
from ops.valkey import EmbeddedValkey
from Scripts.tests.processes import eventually


def test_each_role_owns_its_database_and_sees_no_other(instance: Instance, supervisor: Supervisor) -> None:
    secrets = SecretFiles(instance.data / "secrets")
    postgres = EmbeddedPostgres(instance, secrets)
    assert postgres.prepare() is True
    assert postgres.prepare() is False
    supervisor.start([postgres.program()])
    databases.wait_until_open(postgres.admin_url)
    urls = databases.provision(postgres.admin_url, secrets)
    assert databases.provision(postgres.admin_url, secrets) == urls
    with closing(psycopg2.connect(urls["messaging"])) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database(), rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("tts_messaging", "tts_messaging", False, False)
        cursor.execute("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY extname")
        assert [name for (name,) in cursor.fetchall()] == ["btree_gist", "citext", "pg_trgm", "unaccent"]
        cursor.execute("CREATE TABLE own (id int)")
    for other in DATABASES.values():
        if other != "tts_auth":
            with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
                psycopg2.connect(urls["auth"].replace("/tts_auth", f"/{other}").replace(f"//{other}", "//tts_auth"))


def test_the_embedded_broker_answers_on_its_socket_only(instance: Instance, supervisor: Supervisor) -> None:
    valkey = EmbeddedValkey(instance)
    valkey.prepare()
    supervisor.start([valkey.program()])
    valkey.wait_until_open()
    assert valkey.url == f"redis+socket://{valkey.socket}"
    assert (instance.data / "valkey" / "appendonlydir").is_dir()


def test_the_mailbox_keeps_each_message_as_a_file(instance: Instance) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Assigned", "tickets@demo.tts", "agent@demo.tts"
    message["X-TTS-Event"] = "4711"
    message.set_content("Look at T-1.")
    mailbox = Mailbox(instance.mail, instance.port_of("mail"))
    mailbox.open()
    try:
        with smtplib.SMTP("127.0.0.1", instance.port_of("mail")) as client:
            client.send_message(message)
    finally:
        mailbox.close()
    (kept,) = instance.mail.iterdir()
    text = kept.read_text()
    assert kept.suffix == ".eml"
    assert text.startswith("X-Envelope-To: agent@demo.tts\n")
    assert "X-TTS-Event: 4711" in text


class Upstream(BaseHTTPRequestHandler):
    """Stands in for the ticket service."""

    def do_GET(self) -> None:
        if self.path == "/api/v1/attachments/1/content/":
            self.send_response(200)
            self.send_header("X-Accel-Redirect", "/protected-media/sha256/ab/file")
            self.send_header("Content-Type", "text/html")
            self.send_header("Cache-Control", "private, no-store")
            self.send_header("Content-Disposition", 'attachment; filename="page.html"')
            self.end_headers()
            return
        body = "\n".join(f"{name}: {value}" for name, value in self.headers.items()).encode()
        self.send_response(200)
        self.send_header("X-Frame-Options", "SAMEORIGIN")
        if self.path == "/api/v1/categories/":
            self.send_header("Cache-Control", "private, max-age=60")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def front(instance: Instance, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """A front door over a stand-in for the ticket service; no other service runs."""
    dist = instance.data / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("the application")
    (dist / "assets" / "index-1a2b.js").write_text("//")
    monkeypatch.setattr(nginx, "DIST", dist)
    file = instance.media / "sha256" / "ab" / "file"
    file.parent.mkdir(parents=True)
    file.write_text("<script>alert(1)</script>")
    upstream = ThreadingHTTPServer(("127.0.0.1", instance.port_of("ticket_service")), Upstream)
    Thread(target=upstream.serve_forever, daemon=True).start()
    supervisor.start([nginx.program(instance)])
    with httpx.Client(base_url=f"http://127.0.0.1:{instance.port}") as client:
        assert eventually(lambda: answers(client))
        yield client
    upstream.shutdown()
    upstream.server_close()


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/").status_code == 200
    except httpx.TransportError:
        return False


def test_any_path_that_is_no_file_gets_the_application_uncached(front: httpx.Client) -> None:
    answer = front.get("/tickets/T-1", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.text, answer.headers["Cache-Control"]) == (200, "the application", "no-cache")


def test_hashed_assets_are_cached_for_a_year(front: httpx.Client) -> None:
    answer = front.get("/assets/index-1a2b.js")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/javascript"


def test_a_missing_asset_is_not_cached(front: httpx.Client) -> None:
    answer = front.get("/assets/missing.js")
    assert (answer.status_code, answer.headers.get_list("Cache-Control")) == (404, ["no-cache"])


def test_an_answer_of_the_api_is_kept_by_nobody_unless_its_service_says_otherwise(front: httpx.Client) -> None:
    assert front.get("/api/v1/tickets/").headers.get_list("Cache-Control") == ["no-store"]
    assert front.get("/api/v1/categories/").headers.get_list("Cache-Control") == ["private, max-age=60"]
    assert front.get("/api/v1/attachments/1/content/").headers.get_list("Cache-Control") == ["private, no-store"]


@pytest.mark.parametrize("path", ["/", "/assets/index-1a2b.js", "/api/v1/tickets/", "/api/v1/auth/me/", "/livez"])
def test_every_answer_carries_the_security_headers_once(front: httpx.Client, path: str) -> None:
    headers = front.get(path).headers
    assert headers.get_list("X-Frame-Options") == ["DENY"]
    assert headers.get_list("X-Content-Type-Options") == ["nosniff"]
    assert headers.get_list("X-XSS-Protection") == ["0"]
    assert "script-src 'self'; style-src 'self';" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/metrics/", "/protected-media/sha256/ab/file"])
def test_the_machine_room_is_closed_to_the_public(front: httpx.Client, path: str) -> None:
    assert front.get(path).status_code == 404


def test_a_forged_client_address_and_request_id_are_replaced(front: httpx.Client) -> None:
    seen = front.get(
        "/api/v1/tickets/", headers={"X-Forwarded-For": "6.6.6.6", "X-Request-ID": "forged-id", "Forwarded": "for=6.6.6.6"}
    ).text
    assert "X-Forwarded-For: 127.0.0.1" in seen
    assert "6.6.6.6" not in seen
    assert "forged-id" not in seen


def test_a_stored_file_is_sent_by_the_front_door_and_can_run_nothing(front: httpx.Client) -> None:
    answer = front.get("/api/v1/attachments/1/content/")
    assert answer.text == "<script>alert(1)</script>"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="page.html"'
    assert answer.headers.get_list("Content-Security-Policy") == ["default-src 'none'; sandbox; frame-ancestors 'none'"]


def test_a_service_that_is_down_is_a_problem_503_to_be_tried_again(front: httpx.Client) -> None:
    answer = front.get("/api/v1/tasks/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert (answer.json()["code"], answer.headers["Retry-After"]) == ("unavailable", "5")


def test_a_body_of_more_than_26_mb_is_refused_as_a_problem(front: httpx.Client) -> None:
    connection = HTTPConnection("127.0.0.1", front.base_url.port or 0)
    with closing(connection):
        connection.putrequest("POST", "/api/v1/attachments/")
        connection.putheader("Content-Length", str(27 * 1024 * 1024))
        connection.endheaders()
        answer = connection.getresponse()
        assert (answer.status, json.load(answer)["code"]) == (413, "too_large")


@pytest.mark.parametrize("head", [b"GET / HTTP/1.1\r\nHost: a b", b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: x"])
def test_a_request_that_cannot_be_read_is_a_problem_400(front: httpx.Client, head: bytes) -> None:
    with socket.create_connection((front.base_url.host, front.base_url.port or 80), timeout=5) as raw:
        raw.sendall(head + b"\r\n\r\n")
        answer = raw.makefile("rb").read().decode()
    assert answer.startswith("HTTP/1.1 400 ")
    assert '"code":"malformed_request"' in answer
