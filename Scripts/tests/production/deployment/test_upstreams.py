"""The file for nginx, read by a real nginx: who serves whom, F-52."""

import http.client
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops import binaries
from production.deployment.upstreams import Routes, Trial, render, routes_of, shares, write
from production.home import Home
from production.state import State
from servicekit.testing.postgres import free_port

CONFIGURATION = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr emerg;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 100000;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
    include {folder}/upstreams.conf;
    server {{
        listen 127.0.0.1:{port};
        add_header Set-Cookie $release_cookie;
        location / {{ return 200 "$auth_upstream $frontend_upstream $frontend_previous"; }}
    }}
}}
"""


class Front:
    """nginx with a file of ours, that answers whom it would have asked."""

    def __init__(self, folder: Path, text: str) -> None:
        self.port = free_port()
        (folder / "upstreams.conf").write_text(text)
        (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, port=self.port))
        self.process = subprocess.Popen([binaries.nginx(), "-p", folder, "-c", "nginx.conf"])
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port)
        for _ in range(100):
            try:
                self.connection.connect()
                return
            except ConnectionRefusedError:
                assert self.process.poll() is None, "nginx does not take the file"
                time.sleep(0.05)

    def ask(self, **headers: str) -> tuple[list[str], str]:
        """Whom nginx would ask: auth, the front end, the front end before; and the cookie that it sets."""
        self.connection.request("GET", "/", headers=headers)
        answer = self.connection.getresponse()
        return answer.read().decode().split(), answer.getheader("Set-Cookie", "").split(";")[0]


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Callable[[Routes], Front]]:
    started: list[Front] = []

    def start(routes: Routes) -> Front:
        started.append(Front(tmp_path, render(routes)))
        return started[-1]

    yield start
    for each in started:
        each.connection.close()
        each.process.terminate()
        each.process.wait(10)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "state").mkdir()
    return Home(tmp_path, {"TTS_PROJECT": "desk"})


def routes(home: Home, percent: int | None = None) -> Routes:
    trials = {} if percent is None else {"auth": Trial(percent)}
    return routes_of(home, State.load(home), trials, pass_value="s3cret")


def test_without_a_trial_everybody_is_served_by_the_colour_of_the_state_and_gets_no_cookie(front, home):
    state = State.load(home)
    state.services["auth"].colour = "green"
    assert front(routes_of(home, state)).ask() == (["desk-auth-green:8000", "desk-frontend:1000", "desk-frontend:1000"], "")


def test_the_front_end_before_answers_for_its_files(front, home):
    state = State.load(home)
    state.services["frontend"].colour, state.services["frontend"].previous = "green", "1.0"
    assert front(routes_of(home, state)).ask()[0][1:] == ["desk-frontend-green:1000", "desk-frontend:1000"]


@pytest.mark.parametrize(("percent", "everybody"), [(0, "desk-auth:8000"), (100, "desk-auth-green:8000")])
def test_the_pass_leads_to_old_and_new_whoever_serves_everybody_else(front, home, percent, everybody):
    served = front(routes(home, percent))
    assert served.ask() == ([everybody, "desk-frontend:1000", "desk-frontend:1000"], "")
    assert served.ask(Cookie="tts_release=s3cret.new")[0][0] == "desk-auth-green:8000"
    assert served.ask(Cookie="tts_release=s3cret.old")[0][0] == "desk-auth:8000"
    assert served.ask(Cookie="tts_release=guessed.new")[0][0] == everybody


def test_a_canary_gets_its_share_and_nobody_flips(front, home):
    served = front(routes(home, 5))
    chosen = Counter()
    for _ in range(4000):
        (first, *_), cookie = served.ask()
        again = {served.ask(Cookie=cookie)[0][0] for _ in range(2)}
        assert again == {first}
        chosen[first] += 1
    assert chosen["desk-auth-green:8000"] / 4000 == pytest.approx(0.05, abs=0.01)


def test_who_was_tried_at_5_percent_is_tried_at_25(front, home):
    small = front(routes(home, 5))
    cookies = [cookie for found, cookie in (small.ask() for _ in range(500)) if found[0] == "desk-auth-green:8000"]
    large = front(routes(home, 25))
    assert {large.ask(Cookie=cookie)[0][0] for cookie in cookies} == {"desk-auth-green:8000"}


def test_a_program_stays_with_the_release_of_its_token(front, home):
    served = front(routes(home, 50))
    for number in range(50):
        assert len({served.ask(Authorization=f"Bearer {number}")[0][0] for _ in range(5)}) == 1


def test_the_share_of_a_trial_can_be_read_from_what_nginx_is_told(home):
    path = home.state / "upstreams.conf"
    path.write_text(render(routes_of(home, State.load(home), {"auth": Trial(25), "ticket": Trial(0), "frontend": Trial(5)}, "secret")))
    assert shares(home) == {"auth": 25, "frontend": 5}
    write(home, State.load(home))
    assert shares(home) == {}


def test_it_is_written_whole_and_readable_for_nginx(home):
    write(home, State.load(home))
    path = home.state / "upstreams.conf"
    assert path.read_text() == render(routes_of(home, State.load(home)))
    assert path.stat().st_mode & 0o777 == 0o644
