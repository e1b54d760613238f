"""The edge's configuration, read by the newest nginx that a wheel brings: what a later image would say of it."""

import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bootstrap.paths import ROOT
from Docker.tests.edge.authority import pair
from ops import binaries
from production import announcement
from production.home import Home
from servicekit.testing.postgres import free_port

SETTINGS = {
    "settings/site.conf": 'map "" $site { default "tickets.tts.test:8443"; }\nmap "" $site_port { default ":8443"; }\n'
    "ssl_ecdh_curve X25519:prime256v1:secp384r1;\n",
    "settings/site_name.conf": "server_name tickets.tts.test;\n",
    "settings/www_name.conf": "server_name www.tickets.tts.test;\n",
    "settings/api_name.conf": "server_name api.tickets.tts.test;\n",
    "settings/all_names.conf": "server_name tickets.tts.test www.tickets.tts.test api.tickets.tts.test;\n",
    "settings/trusted_networks.conf": "203.0.113.7/32 1;\n2001:db8::/48 1;\n",
    "current/upstreams.conf": "include upstreams.default.conf;\n",
    "current/peers.conf": "map $upstream $peer { default $upstream; }\n"
    "map $frontend_previous $previous_peer { default $frontend_previous; }\n",
}
PLAIN, PORT = free_port(), free_port()
PAGE = {"Accept": "text/html"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The configuration with everything below one folder, and the ports of nobody."""
    etc, run = tmp_path / "etc", tmp_path / "run"
    shutil.copytree(ROOT / "Docker" / "nginx", etc)
    (etc / "mime.types").write_text("types { text/html html; text/css css; }\n")
    for path in etc.rglob("*.conf"):
        text = path.read_text()
        for there, here in (("/run/nginx", run), ("/etc/nginx", etc), ("/var/cache/nginx", tmp_path), ("/var/log/nginx", tmp_path)):
            text = text.replace(there, str(here))
        path.write_text(text.replace("listen 80", f"listen 127.0.0.1:{PLAIN}").replace("listen 443", f"listen 127.0.0.1:{PORT}"))
    for name, text in SETTINGS.items():
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_text(text)
    (run / "current" / "tls").mkdir()
    chain, key = pair("tickets.tts.test")
    (run / "current" / "tls" / "fullchain.pem").write_text(chain)
    (run / "current" / "tls" / "privkey.pem").write_text(key)
    return etc


def test_a_newer_nginx_takes_the_configuration_without_a_word(folder: Path) -> None:
    command = [str(binaries.nginx()), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-t", "-q"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def ask(folder: Path, tmp_path: Path) -> Iterator[Callable[..., httpx.Response]]:
    """``ask("/api/v1/tickets/", "POST", headers…)``: an answer of an nginx that runs with the configuration, and finds nobody behind it."""
    configuration = folder / "nginx.conf"
    (folder / "state").mkdir()
    account = "user root;\n" if os.getuid() == 0 else ""  # whom the tests' folders are open to
    configuration.write_text(f"{account}daemon off;\n{configuration.read_text()}".replace("worker_rlimit_nofile 8192;", ""))
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with subprocess.Popen([binaries.nginx(), "-p", folder, "-c", configuration], stderr=subprocess.DEVNULL) as process:
        with httpx.Client(base_url=f"https://127.0.0.1:{PORT}", verify=context, headers={"Host": "tickets.tts.test"}) as client:

            def answer(path: str, method: str = "GET", **headers: str) -> httpx.Response:
                return client.request(method, path, headers=headers, extensions={"sni_hostname": "tickets.tts.test"})

            _await(answer)
            yield answer
        process.terminate()


def _await(answer: Callable[..., httpx.Response]) -> None:
    for _ in range(100):
        try:
            answer("/edge/page.css")
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx does not start")


class TestMaintenance:
    """What people and programs are told while the page is up."""

    MESSAGE = 'Back at <b>9</b> & "sooner" \\ <!--#echo var="host" --> – ok'
    USUAL = "The system is being worked on and comes back by itself. Nothing is lost."

    @pytest.fixture
    def home(self, folder: Path) -> Home:
        return Home(folder)

    @pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
    def test_a_program_is_told_in_a_problem_whatever_it_asks(self, ask, home, method):
        announcement.put_up(home, self.MESSAGE)
        found = ask("/api/v1/tickets/", method)
        assert (found.status_code, found.headers["Content-Type"], found.headers["Retry-After"]) == (503, "application/problem+json", "120")
        assert found.json() == {
            "type": "urn:tts:problem:maintenance", "title": "Under maintenance", "status": 503, "code": "maintenance",
            "detail": f"{self.USUAL} {self.MESSAGE}", "fields": {}, "request_id": found.headers["X-Request-ID"],
        }  # fmt: skip

    def test_a_person_sees_it_on_the_page_as_it_was_written(self, ask, home):
        announcement.put_up(home, self.MESSAGE)
        found = ask("/tickets/T-1", **PAGE)
        assert (found.status_code, found.headers["Content-Type"]) == (503, "text/html")
        written = "Back at &lt;b&gt;9&lt;/b&gt; &amp; &quot;sooner&quot; \\ &lt;!--#echo var=&quot;host&quot; --&gt; – ok"
        assert f'<p class="announcement">{written}</p>' in found.text

    def test_without_a_message_only_the_usual_is_said(self, ask, home):
        (home.state / "maintenance").touch()  # by hand
        assert ask("/api/v1/tickets/").json()["detail"] == self.USUAL
        assert '<p class="announcement"></p>' in ask("/", **PAGE).text

    def test_it_ends_with_the_maintenance_and_other_failures_do_not_tell_it(self, ask, home):
        announcement.put_up(home, self.MESSAGE)
        assert ask("/status/nothing").json()["code"] == "not_found"
        announcement.take_down(home)
        assert ask("/api/v1/tickets/").json()["code"] == "unavailable"
        assert "announcement" not in ask("/", **PAGE).text

    def test_the_text_alone_is_nobodys_to_ask_for(self, ask, home):
        announcement.put_up(home, self.MESSAGE)
        assert [ask(f"/edge/{name}").status_code for name in ("announcement.html", "announcement.json", "maintenance")] == [404, 404, 404]
