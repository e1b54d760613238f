"""What the edge answers: every route, every header, every error, in its shape and once."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from Docker.tests.edge.stack import COMPOSE_NAMES, DOMAIN, EdgeStack, edge_stack
from ops.nginx import ROUTES

pytestmark = [pytest.mark.docker, pytest.mark.slow]

SHORT = {"ticket_service": "ticket", "workflow_api": "workflow", "notification_service": "notification"}
PAGE = {"Accept": "text/html,application/xhtml+xml"}
MEGABYTE = 1024 * 1024
SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
# fmt: off
NOT_PUBLIC = [
    "/livez", "/readyz", "/metrics", "/metrics/", "/healthz", "/internal/x", "/api/v1/nothing/", "/api/v1/ticketsx/", "/api/",
    "/api/v1/auth/../../../livez", "/api/v1/%2e%2e/%2e%2e/metrics", "//metrics", "/protected-media/sha256/ab/file",
    "/protected-media/", "/.git/config", "/.env", "/assets/.htaccess", "/api/v1/tickets/.git/config", "/.well-known/security.txt",
    "/.well-known/acme-challenge/x", "/backup.sql", "/assets/index.js.map", "/index.html~", "/docker-compose.yml",
    "/assets/missing.js", "/admin.php", "/status/../state.json", "/status/%2e%2e/upstreams.conf", "/edge/", "/edge/problem",
]
# fmt: on


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeStack]:
    with edge_stack(tmp_path_factory.mktemp("edge"), *COMPOSE_NAMES.values(), "visitor") as stack:
        yield stack


def policy(edge: EdgeStack) -> str:
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        f"connect-src 'self' wss://{edge.authority}; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; upgrade-insecure-requests"
    )


def insist_on_headers(answer: httpx.Response, expected_policy: str, *, is_plain: bool = False) -> None:
    """Every security header, each exactly once."""
    expected = {
        "Content-Security-Policy": expected_policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-XSS-Protection": "0",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-site",
        "Server": "nginx",
    }
    found = {name: answer.headers.get_list(name) for name in expected}
    assert found == {name: [value] for name, value in expected.items()}
    assert answer.headers.get_list("Strict-Transport-Security") == ([] if is_plain else ["max-age=63072000; includeSubDomains"])
    (request_id,) = answer.headers.get_list("X-Request-ID")
    assert len(request_id) == 32
    assert len(answer.headers.get_list("Cache-Control")) == 1


def insist_on_problem(answer: httpx.Response, status: int, code: str, title: str, detail: str = "") -> None:
    """A problem document with the id of the request, which nobody keeps."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert (answer.status_code, answer.json()) == (
        status,
        {
            "type": f"urn:tts:problem:{code}",
            "title": title,
            "status": status,
            "code": code,
            "detail": detail,
            "fields": {},
            "request_id": answer.headers["X-Request-ID"],
        },
    )


def parsed(text: str) -> httpx.Response:
    """An answer that came over a bare connection."""
    head, _, body = text.partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return httpx.Response(int(status.split(" ")[1]), headers=headers, content=body.encode("latin-1"))


@pytest.mark.parametrize("path", ROUTES)
def test_each_path_leads_to_its_service_with_its_query_and_nothing_the_client_says_of_itself(edge: EdgeStack, path: str) -> None:
    spoofed = {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil", "Forwarded": "for=1.2.3.4"}
    spoofed |= {"X-Real-IP": "1.2.3.4", "X-Request-ID": "chosen-by-the-client", "X-Accel-Redirect": "/protected-media/x", "Proxy": "evil"}
    answer = edge.get(f"{path}?page=2", headers=spoofed)
    said = answer.json()
    headers = {name.lower(): value for name, value in said["headers"]}
    assert (said["service"], said["target"]) == (SHORT.get(ROUTES[path], ROUTES[path]), f"{path}?page=2")
    assert headers["host"] == edge.authority
    assert headers["x-forwarded-proto"] == "https"
    assert headers["x-request-id"] == answer.headers["X-Request-ID"]
    assert headers["x-forwarded-for"].endswith(".1")
    assert "1.2.3.4" not in str(headers)
    assert not {"x-forwarded-host", "forwarded", "x-real-ip", "x-accel-redirect", "proxy", "upgrade", "connection"} & set(headers)
    insist_on_headers(answer, policy(edge))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 502, 503, 504])
def test_what_a_service_answers_is_passed_on_with_our_headers(edge: EdgeStack, status: int) -> None:
    answer = edge.get(f"/api/v1/tickets/?status={status}&header=Retry-After:7&header=Allow:GET")
    assert (answer.status_code, answer.json()["service"]) == (status, "ticket")
    assert (answer.headers.get_list("Retry-After"), answer.headers.get_list("Allow")) == (["7"], ["GET"])
    insist_on_headers(answer, policy(edge))


@pytest.mark.parametrize("path", ["/", "/login", "/tickets/T-1", "/admin", "/admin/", "/favicon.svg", "/edge/page.css", "/color-scheme.js"])
def test_pages_and_files_carry_the_headers(edge: EdgeStack, path: str) -> None:
    answer = edge.get(path, headers=PAGE)
    assert answer.status_code == 200
    insist_on_headers(answer, policy(edge))


def test_what_is_not_for_the_public_does_not_exist_and_no_service_hears_of_it(edge: EdgeStack) -> None:
    for service in COMPOSE_NAMES:
        edge.ask(service, "/_seen")
    for path in NOT_PUBLIC:
        answer = edge.get(path)
        insist_on_problem(answer, 404, "not_found", "There is no such thing, or you may not see it")
        insist_on_headers(answer, SANDBOX if path.startswith("/protected-media/") else policy(edge))
    assert [edge.ask(service, "/_seen") for service in COMPOSE_NAMES] == [[]] * 5


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "FOO"])
def test_a_method_that_nobody_knows_is_refused(edge: EdgeStack, method: str) -> None:
    answer = parsed(edge.raw(f"{method} /api/v1/tickets/ HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\n\r\n"))
    insist_on_problem(answer, 405, "method_not_allowed", "This cannot be done here")
    insist_on_headers(answer, policy(edge))
    assert answer.headers["Allow"] == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"


def test_what_cannot_be_read_is_told_so_with_every_header(edge: EdgeStack) -> None:
    answer = parsed(edge.raw("GET / HTTP/1.1\r\nHost: {host}\r\nContent-Length: many\r\n\r\n"))
    insist_on_problem(answer, 400, "malformed_request", "The request cannot be read")
    insist_on_headers(answer, policy(edge))
    assert parsed(edge.raw("nonsense\r\n\r\n")).status_code == 400


def test_plain_http_on_the_port_of_https_is_told_so(edge: EdgeStack) -> None:
    answer = httpx.get(f"http://127.0.0.1:{edge.https_port}/", headers={"Host": edge.authority}, trust_env=False)
    insist_on_problem(answer, 400, "malformed_request", "The request cannot be read")
    insist_on_headers(answer, policy(edge), is_plain=True)


def test_an_address_or_headers_without_end_are_refused(edge: EdgeStack) -> None:
    address = edge.get("/api/v1/tickets/?q=" + "x" * 9000)
    insist_on_problem(address, 414, "address_too_long", "The address is too long")
    insist_on_headers(address, policy(edge))
    headers = edge.get("/api/v1/tickets/", headers={f"X-{number}": "x" * 4000 for number in range(20)})
    insist_on_problem(headers, 431, "headers_too_large", "The headers of the request are too large")
    insist_on_headers(headers, policy(edge))
    many = edge.raw("GET /api/v1/tickets/ HTTP/1.1\r\nHost: {host}\r\n" + "X-1: y\r\n" * 10_000 + "\r\n")
    assert many.startswith("HTTP/1.1 431 ")


def test_a_body_of_2_mb_is_taken_and_one_byte_more_is_not(edge: EdgeStack) -> None:
    assert edge.request("POST", "/api/v1/tickets/", content=b"x" * (2 * MEGABYTE)).json()["size"] == 2 * MEGABYTE
    answer = edge.request("POST", "/api/v1/tickets/", content=b"x" * (2 * MEGABYTE + 1))
    detail = "At most 25 MB can be sent as an attachment, and 2 MB elsewhere."
    insist_on_problem(answer, 413, "too_large", "The request is too large", detail)
    insist_on_headers(answer, policy(edge))


def test_an_attachment_may_have_25_mb_and_its_form_and_no_more_however_it_is_sent(edge: EdgeStack) -> None:
    file = b"x" * (25 * MEGABYTE + 1000)
    assert edge.request("POST", "/api/v1/attachments/", content=file).json()["size"] == len(file)
    assert edge.request("POST", "/api/v1/attachments/", content=iter([file])).json()["size"] == len(file)
    assert edge.request("POST", "/api/v1/attachments/", content=b"x" * (27 * MEGABYTE)).status_code == 413
    assert edge.request("POST", "/api/v1/attachments/", content=iter([b"x" * MEGABYTE] * 27)).status_code == 413
    assert json.loads(edge.compose("ps", "--format", "json", "nginx"))["Health"] == "healthy"


def test_the_limit_answers_with_a_problem_and_says_when_to_come_back(edge: EdgeStack) -> None:
    seen = edge.visitor("burst", edge.authority, "30", "/api/v1/tickets/")
    answer = parsed(f"HTTP/1.1 {seen['last']}")
    insist_on_problem(answer, 429, "too_many_requests", "Too many requests", "Wait a second and try again.")
    insist_on_headers(answer, policy(edge))
    assert answer.headers["Retry-After"] == "1"


def test_a_stored_file_comes_only_by_way_of_the_ticket_service_and_runs_nothing(edge: EdgeStack) -> None:
    edge.sh("mkdir -p /app/media/sha256/ab && printf '<script>alert(1)</script>' >/app/media/sha256/ab/file", "ticket-service")
    sends = "header=X-Accel-Redirect:/protected-media/sha256/ab/file"
    kept = "header=Cache-Control:private,%20no-store&header=Content-Disposition:attachment"
    answer = edge.get(f"/api/v1/attachments/1/content/?{sends}&{kept}")
    assert (answer.status_code, answer.text) == (200, "<script>alert(1)</script>")
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["Cache-Control"] == "private, no-store"
    insist_on_headers(answer, SANDBOX)
    part = edge.get(f"/api/v1/attachments/1/content/?{sends}&{kept}", headers={"Range": "bytes=1-6"})
    assert (part.status_code, part.text) == (206, "script")
    for path in ("/api/v1/tickets/", "/api/v1/auth/", "/api/v1/comments/", "/admin/tickets/"):
        assert edge.get(f"{path}?{sends}").json()["target"] == f"{path}?{sends}"
    assert (
        edge.get("/api/v1/attachments/1/content/", headers={"X-Accel-Redirect": "/protected-media/sha256/ab/file"}).json()["service"]
        == "ticket"
    )


def test_hashed_files_are_kept_for_a_year_and_the_page_is_asked_for_each_time(edge: EdgeStack) -> None:
    page = edge.get("/tickets/T-1", headers=PAGE)
    assert (page.status_code, page.headers["Content-Type"], page.headers["Cache-Control"]) == (200, "text/html", "no-cache")
    script = page.text.split('src="/assets/')[1].split('"')[0]
    file = edge.get(f"/assets/{script}", headers={"Accept-Encoding": "identity"})
    assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert edge.get(f"/assets/{script}", headers={"If-None-Match": file.headers["ETag"], "Accept-Encoding": "identity"}).status_code == 304
    size = edge.sh(f"stat -c %s /usr/share/nginx/html/assets/{script}.gz", "frontend").strip()
    pressed = edge.get(f"/assets/{script}", headers={"Accept-Encoding": "gzip"})
    assert (pressed.headers["Content-Encoding"], pressed.headers["Content-Length"], pressed.text) == ("gzip", size, file.text)
    assert edge.get("/favicon.svg").headers["Cache-Control"] == "no-cache"


def test_an_answer_of_a_service_is_compressed_and_kept_by_nobody_unless_the_service_says_otherwise(edge: EdgeStack) -> None:
    answer = edge.get("/api/v1/tickets/?q=" + "x" * 2000, headers={"Accept-Encoding": "gzip"})
    assert (answer.headers["Content-Encoding"], answer.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert answer.headers.get_list("Cache-Control") == ["no-store"]
    assert edge.get("/api/v1/categories/?header=Cache-Control:private").headers.get_list("Cache-Control") == ["private"]


def test_http_leads_people_to_https_and_refuses_programs(edge: EdgeStack) -> None:
    for host in (DOMAIN, f"www.{DOMAIN}", f"api.{DOMAIN}"):
        answer = edge.get("/login?next=/tickets", host=host, is_plain=True)
        assert (answer.status_code, answer.headers["Location"]) == (308, f"https://{host}:{edge.https_port}/login?next=/tickets")
        insist_on_headers(answer, policy(edge), is_plain=True)
    for path in ("/api/v1/tickets/", "/ws/", "/.well-known/jwks.json"):
        refused = edge.get(path, is_plain=True)
        assert (refused.status_code, refused.json()["code"]) == (403, "https_required")
        insist_on_headers(refused, policy(edge), is_plain=True)


def test_www_leads_to_the_site_and_api_has_the_interfaces_alone(edge: EdgeStack) -> None:
    www = edge.get("/tickets?mine=1", host=f"www.{DOMAIN}")
    assert (www.status_code, www.headers["Location"]) == (308, f"https://{edge.authority}/tickets?mine=1")
    insist_on_headers(www, policy(edge))
    said = edge.get("/api/v1/tickets/", host=f"api.{DOMAIN}").json()
    assert (said["service"], dict(said["headers"])["Host"]) == ("ticket", edge.authority)
    insist_on_problem(edge.get("/", host=f"api.{DOMAIN}", headers=PAGE), 404, "not_found", "There is no such thing, or you may not see it")


def test_somebody_who_follows_a_link_into_nothing_sees_a_page_that_names_his_request(edge: EdgeStack) -> None:
    answer = edge.get("/missing.pdf", headers=PAGE)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html")
    assert "<h1>There is no such thing, or you may not see it</h1>" in answer.text
    assert f"<code>{answer.headers['X-Request-ID']}</code>" in answer.text
    insist_on_headers(answer, policy(edge))


def test_the_front_end_adds_little_to_its_base_and_holds_no_source_map(edge: EdgeStack) -> None:
    inspect = ["docker", "image", "inspect", "--format", "{{.Size}}"]
    ours, base = (int(subprocess.check_output([*inspect, image])) for image in ("tts/frontend:local", base_image()))
    print(f"\nlayers of the front end: {(ours - base) / 1e6:.2f} MB")  # noqa: T201
    assert ours - base <= 10_000_000
    assert (
        edge.sh("find / -xdev -name '*.map' 2>/dev/null; id -u; touch /usr/share/nginx/html/x 2>&1", "frontend", check=False).split()[0]
        == "10001"
    )
    assert edge.sh("ls /usr/share/nginx/html", "frontend").split() == [
        "assets",
        "color-scheme.js",
        "favicon.svg",
        "index.html",
        "index.html.gz",
    ]


def base_image() -> str:
    """The nginx that the images are built from."""
    images = os.environ.get("TTS_IMAGES_ENV")
    listed = dict(line.split("=", 1) for line in Path(images).read_text().splitlines() if "=" in line) if images else {}
    return listed.get("NGINX_IMAGE", "nginx:1.28.0-bookworm")


def test_the_log_has_a_line_of_json_for_each_request_and_no_query_string(edge: EdgeStack) -> None:
    answer = edge.get("/api/v1/tickets/?token=secret-canary", headers={"User-Agent": 'a"\x1b[31m\\'})
    refused = edge.get("/api/v1/nothing/?token=secret-canary")
    time.sleep(1)
    lines = [json.loads(line) for line in edge.sh("cat /var/log/nginx/access.log").splitlines()]
    by_id = {line["id"]: line for line in lines}
    line = by_id[answer.headers["X-Request-ID"]]
    assert (line["u"], line["m"], line["status"], line["upstream"]) == ("/api/v1/tickets/", "GET", 200, "ticket-service:8000")
    assert by_id[refused.headers["X-Request-ID"]]["upstream"] == ""
    assert "secret-canary" not in edge.sh("cat /var/log/nginx/access.log") + edge.log()
