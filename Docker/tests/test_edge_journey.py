"""The whole system behind the edge: people at their browsers, a file there and back, the admins; over TLS and under the strict policy."""

import json
import os
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bootstrap import frontend
from bootstrap.paths import FRONTEND
from Docker.tests.edge.authority import pair
from Docker.tests.stack import Stack, free_port, running
from production.certificate import install
from quality import machine

pytestmark = [pytest.mark.docker, pytest.mark.slow]

LOGINS = "/tmp/logins.json"  # noqa: S108 - within a container
#: the smallest picture there is
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d"
    "49444154789c63606060f80f00010401005f9b13c90000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A certificate for the name that every machine knows, and its key."""
    chain, key = pair("localhost")
    path = tmp_path_factory.mktemp("certificate") / "chain.pem"
    path.write_text(chain)
    return path, key


@pytest.fixture(scope="module")
def system(images: None, certificate: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything, with the operator's own certificate and the people of the demonstration."""
    port = str(free_port())
    settings = {"TTS_DOMAIN": "localhost", "DJANGO_ALLOWED_HOSTS": "localhost", "DJANGO_BASE_URL": f"https://localhost:{port}"}
    with running(tmp_path_factory.mktemp("journey"), HTTPS_PORT=port, **settings) as stack:
        stack.up()
        chain, key = certificate
        install(stack.compose, chain.read_text(), key)
        stack.compose.exec("nginx", "/edge/refresh.sh")
        stack.compose.exec("auth-service", "python", "manage.py", "seed_demo", "--out", LOGINS)
        yield stack


@pytest.fixture(scope="module")
def logins(system: Stack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(system.compose.exec("auth-service", "cat", LOGINS))
    return found


@pytest.fixture
def stranger(system: Stack, certificate: tuple[Path, str]) -> Iterator[httpx.Client]:
    """A program that trusts the certificate and is not logged in."""
    with httpx.Client(base_url=system.home.url, verify=ssl.create_default_context(cafile=str(certificate[0])), trust_env=False) as client:
        yield client


def log(system: Stack) -> list[str]:
    """The lines of the edge's access log."""
    return system.compose.exec("nginx", "cat", "/var/log/nginx/access.log").splitlines()


def test_people_do_their_work_in_browsers_that_find_nothing_against_the_policy(
    system: Stack, logins: list[dict[str, Any]], certificate: tuple[Path, str], tmp_path: Path
) -> None:
    (tmp_path / "logins.json").write_text(json.dumps(logins))
    environment = frontend.ensure_modules() | {
        "BASE_URL": system.home.url,
        "LOGINS": str(tmp_path / "logins.json"),
        "CHROMIUM": machine.ensure_chromium(),
        "CHROMIUM_ARGUMENTS": '["--ignore-certificate-errors"]',
        "NODE_EXTRA_CA_CERTS": str(certificate[0]),
    }
    command = ["node", "--test", "--test-concurrency=1", "e2e/journey.test.mjs"]
    done = subprocess.run(command, cwd=FRONTEND, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    answers = [line for line in log(system) if '"status":499' in line]
    assert done.returncode == 0, f"{done.stdout[-6000:]}{done.stderr[-2000:]}\n{answers}"
    assert "# fail 0\n" in done.stdout


def test_a_file_goes_up_and_comes_back_by_the_edge_and_only_to_whoever_may_see_it(
    stranger: httpx.Client, logins: list[dict[str, Any]]
) -> None:
    employee = next(login for login in logins if login["email"].startswith("employee"))
    login = stranger.post("/api/v1/auth/token/", json={"email": employee["email"], "password": employee["password"]})
    bearer = {"Authorization": f"Bearer {login.json()['access']}"}
    sent = stranger.post("/api/v1/attachments/", files={"file": ("dot.png", PICTURE, "image/png")}, headers=bearer)
    assert sent.status_code == 201, sent.text
    path = f"/api/v1/attachments/{sent.json()['id']}/content/"
    back = stranger.get(path, headers=bearer)
    assert (back.status_code, back.content, back.headers["Content-Type"]) == (200, PICTURE, "image/png")
    assert back.headers["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert back.headers.get_list("Cache-Control") == ["private, no-store"]
    stranger.cookies.clear()
    assert stranger.get(path).status_code == 401


def test_the_five_admins_send_a_stranger_to_the_login_and_show_their_styles(stranger: httpx.Client) -> None:
    for name in ("auth", "tickets", "workflows", "messaging", "notifications"):
        answer = stranger.get(f"/admin/{name}/")
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, f"/admin/{name}/login/")
        assert stranger.get(f"/admin/{name}/static/admin/css/base.css").status_code == 200
