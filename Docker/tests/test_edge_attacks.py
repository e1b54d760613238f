"""What the edge keeps off: forged names, smuggled requests, weak TLS, floods and clients that hold on to connections."""

import re
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from Docker.tests.edge.stack import COMPOSE_NAMES, DOMAIN, EdgeStack, edge_stack

pytestmark = [pytest.mark.docker, pytest.mark.slow]

#: what Mozilla's intermediate profile leaves of TLS 1.2 for an ECDSA certificate
SUITES = {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"}
SUITES_13 = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
#: seconds after which a visitor has all of his allowance again: 20 at 10 a second, 10 at 5
RESTED = 2.2


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeStack]:
    with edge_stack(tmp_path_factory.mktemp("edge"), *COMPOSE_NAMES.values(), "visitor", "neighbour") as stack:
        yield stack


# TLS


def shake_hands(edge: EdgeStack, *options: str) -> str:
    """What ``openssl s_client`` saw; its own floor is lowered, so that only the server refuses."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{edge.https_port}", *options]
    return subprocess.run(command, input="", capture_output=True, text=True, check=False).stdout


def suite(output: str) -> str:
    """The cipher suite that was agreed on, or "(NONE)"."""
    found = re.search(r"Cipher is (\S+)", output)
    return found[1] if found else "(NONE)"


@pytest.mark.parametrize(("version", "is_taken"), [("-tls1", False), ("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)])
def test_tls_begins_with_1_2(edge: EdgeStack, version: str, is_taken: bool) -> None:
    output = shake_hands(edge, "-servername", DOMAIN, version, "-cipher", "ALL:@SECLEVEL=0")
    assert (suite(output) != "(NONE)") is is_taken


def test_the_suites_are_those_of_the_intermediate_profile_and_no_other(edge: EdgeStack) -> None:
    listed = subprocess.check_output(["openssl", "ciphers", "-tls1_2", "-s", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"], text=True)
    known = [name for name in listed.strip().split(":") if not name.startswith("TLS_")]
    assert len(known) > 20
    taken = {name for name in known if suite(shake_hands(edge, "-servername", DOMAIN, "-tls1_2", "-cipher", f"{name}:@SECLEVEL=0")) == name}
    assert taken == SUITES
    assert {name for name in SUITES_13 if suite(shake_hands(edge, "-servername", DOMAIN, "-ciphersuites", name)) == name} == SUITES_13


@pytest.mark.parametrize("curve", ["X25519", "P-256", "P-384"])
def test_the_curves_of_the_intermediate_profile_are_taken(edge: EdgeStack, curve: str) -> None:
    assert suite(shake_hands(edge, "-servername", DOMAIN, "-groups", curve)) != "(NONE)"
    assert suite(shake_hands(edge, "-servername", DOMAIN, "-groups", "P-521")) == "(NONE)"


def test_nothing_is_compressed_renegotiated_or_kept_in_tickets(edge: EdgeStack) -> None:
    output = shake_hands(edge, "-servername", DOMAIN, "-tls1_2")
    assert "Compression: NONE" in output
    assert "TLS session ticket:" not in output
    with edge.connect() as connection:
        assert isinstance(connection, ssl.SSLSocket)
        assert connection.compression() is None
    renegotiated = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{edge.https_port}", "-servername", DOMAIN, "-tls1_2"],
        input="R\n", capture_output=True, text=True, check=False, timeout=20,
    )  # fmt: skip
    assert "no renegotiation" in renegotiated.stderr


@pytest.mark.parametrize("name", ["evil.example.org", f"x.{DOMAIN}", "127.0.0.1", "-noservername"])
def test_a_name_that_is_not_ours_gets_no_certificate(edge: EdgeStack, name: str) -> None:
    output = shake_hands(edge, *(["-noservername"] if name == "-noservername" else ["-servername", name]))
    assert "BEGIN CERTIFICATE" not in output
    assert suite(output) == "(NONE)"


# names and addresses


@pytest.mark.parametrize(
    "host", ["evil.example.org", "tickets.tts.test.evil.org", "127.0.0.1", "tickets.tts.test:80@evil.org", "localhost"]
)
def test_a_forged_host_reaches_nobody(edge: EdgeStack, host: str) -> None:
    edge.ask("ticket", "/_seen")
    for is_plain in (False, True):
        answer = edge.raw(f"GET /api/v1/tickets/ HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n", is_plain=is_plain)
        assert answer.split(" ")[1] in {"421", "400"}
        assert "Location" not in answer
    absolute = edge.raw(f"GET https://{host}/api/v1/tickets/ HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\n\r\n")
    assert absolute.split(" ")[1] in {"421", "400"}
    assert edge.ask("ticket", "/_seen") == []


def test_without_or_with_two_hosts_nothing_is_served(edge: EdgeStack) -> None:
    for lines in ("", "Host: {host}\r\nHost: {host}\r\n"):
        assert edge.raw(f"GET / HTTP/1.1\r\n{lines}Connection: close\r\n\r\n").startswith("HTTP/1.1 400 ")


# smuggling

CHUNKED = "0\r\n\r\nGET /api/v1/tickets/smuggled HTTP/1.1\r\nHost: {host}\r\n\r\n"


@pytest.mark.parametrize(
    "lines",
    [
        f"Content-Length: {len(CHUNKED)}\r\nTransfer-Encoding: chunked",
        f"Transfer-Encoding: chunked\r\nContent-Length: {len(CHUNKED)}",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5, 5",
        "Content-Length: +5",
        "Content-Length: -1",
        "Content-Length: 0x5",
        "Content-Length : 5",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding\x0b: chunked",
        "X: y\r\n Transfer-Encoding: chunked",
        "Content-Length: 5\nTransfer-Encoding: chunked",
        f"X: y\nTransfer-Encoding: chunked\r\nContent-Length: {len(CHUNKED)}",
        "X: y\n Transfer-Encoding: chunked",
        "X: y\x00z",
    ],
)
def test_a_request_of_two_lengths_is_refused_and_the_connection_closed(edge: EdgeStack, lines: str) -> None:
    edge.ask("ticket", "/_seen")
    answer = edge.raw(f"POST /api/v1/tickets/ HTTP/1.1\r\nHost: {{host}}\r\n{lines}\r\n\r\n{CHUNKED}")
    assert answer.split(" ")[1] in {"400", "501"}
    assert answer.count("HTTP/1.1 ") == 1
    assert edge.ask("ticket", "/_seen") == []


def test_chunks_are_counted_before_a_service_sees_them(edge: EdgeStack) -> None:
    chunked = "POST /api/v1/tickets/ HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    assert '"size": 5' in edge.raw(f"{chunked}5\r\nhello\r\n0\r\n\r\n")
    edge.ask("ticket", "/_seen")
    for body in (
        "5\r\nhelloX\r\n0\r\n\r\n",
        "g\r\nhello\r\n0\r\n\r\n",
        "ffffffffffffffff1\r\nhello\r\n0\r\n\r\n",
        "-5\r\nhello\r\n0\r\n\r\n",
    ):
        assert edge.raw(f"{chunked}{body}").startswith("HTTP/1.1 400 ")
    assert edge.ask("ticket", "/_seen") == []


def test_bare_line_feeds_make_one_request_and_the_service_sees_proper_ones(edge: EdgeStack) -> None:
    edge.ask("ticket", "/_seen")
    answer = edge.raw("GET /api/v1/tickets/ HTTP/1.1\nHost: {host}\nContent-Length: 0\nConnection: close\n\n")
    assert (answer.count("HTTP/1.1 "), answer.split(" ")[1]) == (1, "200")
    assert edge.ask("ticket", "/_seen") == ["GET /api/v1/tickets/"]


def test_a_line_feed_in_a_header_ends_it_for_the_edge_so_that_the_service_sees_no_more_than_the_edge_did(edge: EdgeStack) -> None:
    edge.ask("ticket", "/_seen")
    first = "GET /api/v1/tickets/a HTTP/1.1\r\nHost: {host}\r\nX:\n\n"
    answer = edge.raw(f"{first}GET /api/v1/tickets/b HTTP/1.1\nHost: {{host}}\r\nConnection: close\r\n\r\n")
    assert answer.count("HTTP/1.1 200 ") == 2
    assert '["X", ""]' in answer
    assert edge.ask("ticket", "/_seen") == ["GET /api/v1/tickets/a", "GET /api/v1/tickets/b"]


def test_chunks_that_end_in_bare_line_feeds_are_refused_or_passed_on_as_one_body_of_known_length(edge: EdgeStack) -> None:
    """nginx refuses them from 1.29.4 on."""
    edge.ask("ticket", "/_seen")
    head = "POST /api/v1/tickets/ HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    answer = edge.raw(f"{head}5\nhello\n0\n\n")
    assert answer.count("HTTP/1.1 ") == 1
    assert answer.startswith("HTTP/1.1 400 ") or '["Content-Length", "5"]' in answer
    assert edge.ask("ticket", "/_seen") in ([], ["POST /api/v1/tickets/"])


def test_only_a_socket_of_the_messaging_service_is_upgraded(edge: EdgeStack) -> None:
    for protocol in ("websocket", "h2c"):
        for path in ("/api/v1/tickets/", "/admin/tickets/", "/api/v1/comments/"):
            said = edge.get(path, headers={"Upgrade": protocol, "Connection": "Upgrade, HTTP2-Settings", "HTTP2-Settings": "x"}).json()
            assert not {"Upgrade", "Connection"} & {name for name, _ in said["headers"]}


# floods


def passed(seen: dict[str, Any], in_advance: int, a_second: int) -> bool:
    """Whether one request and those in advance were let through, and what the burst's own duration gave back; the rest got 429."""
    statuses = seen["statuses"]
    assert set(statuses) <= {"200", "429"}
    return bool(1 + in_advance <= statuses["200"] <= 1 + in_advance + a_second * seen["seconds"])


def test_an_address_gets_ten_requests_a_second_and_twenty_in_advance(edge: EdgeStack) -> None:
    time.sleep(RESTED)
    assert passed(edge.visitor("burst", edge.authority, "60", "/api/v1/tickets/"), 20, 10)
    assert edge.visitor("burst", edge.authority, "20", "/api/v1/tickets/", name="neighbour")["statuses"] == {"200": 20}


SPELT = ["/api/v1/auth/x/", "//api/v1/auth/x/", "/api/v1/%61uth/x/", "/api/v1/auth%2Fx/", "/api/./v1/auth/x/", "/api/v1/tickets/../auth/x/"]


def test_a_log_in_gets_five_a_second_and_ten_in_advance_however_its_path_is_spelt(edge: EdgeStack) -> None:
    time.sleep(RESTED)
    assert passed(edge.visitor("burst", edge.authority, "40", *SPELT), 10, 5)
    since = time.monotonic()
    again = edge.visitor("burst", f"api.{edge.authority}", "20", "/api/v1/auth/x/")["statuses"]
    assert again["200"] <= 5 * (time.monotonic() - since) + 1  # what the time between gave back


def test_an_address_holds_at_most_250_sockets(edge: EdgeStack) -> None:
    assert edge.visitor("sockets", edge.authority, "260")["statuses"] == {"101": 250, "429": 10}


# clients that hold on


DRIPPING = "GET / HTTP/1.1\r\nHost: {host}\r\nX: "
SILENT = "POST /api/v1/tickets/ HTTP/1.1\r\nHost: {host}\r\nContent-Length: 99\r\n\r\nx"


def test_slow_clients_are_cut_off_and_keep_nobody_waiting(edge: EdgeStack) -> None:
    with ExitStack() as connections:
        held = {beginning: [connections.enter_context(edge.connect()) for _ in range(150)] for beginning in (DRIPPING, SILENT)}
        for beginning in held:
            for connection in held[beginning]:
                connection.sendall(beginning.replace("{host}", edge.authority).encode())
        slowest, deadline = 0.0, time.monotonic() + 40
        while time.monotonic() < deadline and any(held.values()):
            held[DRIPPING] = [connection for connection in held[DRIPPING] if still_open(connection, b"x")]
            held[SILENT] = [connection for connection in held[SILENT] if still_open(connection, b"")]
            started = time.monotonic()
            assert edge.get("/api/v1/tickets/").status_code == 200
            slowest = max(slowest, time.monotonic() - started)
            time.sleep(0.5)
        assert held == {DRIPPING: [], SILENT: []}
        assert slowest < 5.0


def still_open(connection: socket.socket, drop: bytes) -> bool:
    """Whether the other side still listens, after one more byte."""
    connection.settimeout(0.001)
    try:
        connection.sendall(drop)
        return connection.recv(1) != b""
    except TimeoutError:
        return True
    except OSError:
        return False
