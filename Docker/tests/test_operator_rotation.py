"""New keys and passwords on a real engine, while people work."""

import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from Docker.tests.deployment.load import Load
from Docker.tests.office import Office, drift, initialised, tts
from production.compose import Compose
from production.home import Home
from production.secret_files import SecretFiles

pytestmark = [pytest.mark.docker, pytest.mark.slow]
LOAD = {"rate": 10, "sockets": 8}


@pytest.fixture(scope="module")
def desk(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A deployment, running."""
    with initialised(tmp_path_factory.mktemp("rotation") / "home") as folder:
        done = tts(folder, "up", "--build")
        assert done.returncode == 0, done.stderr
        yield Office(Home.find(folder))


class Watch:
    """Looks at every process list of the machine, again and again, for the secrets of a home: those of before, and those made meanwhile."""

    def __init__(self, home: Home) -> None:
        self._home, self._stop, self.seen = home, threading.Event(), set[str]()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.05):
            values = {path.name: path.read_bytes() for path in self._home.secrets.glob("*_password*") if path.stat().st_size > 20}
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    line = process.read_bytes()
                except OSError:
                    continue
                self.seen.update(name for name, value in values.items() if value in line)


class TestRotation:
    """While people work: no request fails, nobody is logged out, no message is missed, no secret is seen in a process list."""

    @pytest.mark.parametrize(
        "what", [("broker",), ("jwt",), ("database", "--service", "messaging"), ("django", "--service", "auth")], ids=lambda what: what[0]
    )
    def test_nobody_notices(self, desk, what):
        before = {path.name: path.read_text() for path in desk.home.secrets.iterdir()}
        held = desk.log_in()
        with Load(desk, **LOAD) as load, Watch(desk.home) as watch:
            done = desk.tts("rotate", *what)
            load.settle()
            missed = load.missed()
        after = {path.name: path.read_text() for path in desk.home.secrets.iterdir()}
        assert (done.returncode, load.outcome.failures, missed, watch.seen) == (0, [], [], set()), done.stderr
        assert {name for name in before if before[name] != after.get(name)} == self.changed(*what)
        assert desk.prolong(held).status_code == 200
        assert (desk.told("dlq", "list"), desk.told("outbox", "list"), set(after) - set(before)) == ([], [], set())
        assert drift(desk) == []

    def changed(self, what: str, _: str = "", service: str = "") -> set[str]:
        services = ("auth", "ticket", "workflow", "messaging", "notification")
        return {
            "broker": {f"{name}_broker_{kind}" for name in services for kind in ("password", "url")},
            "jwt": {"jwt_signing_key.pem", "jwt_retired_keys"},
            "database": {f"{service}_db_password", f"{service}_database_url"},
            "django": {f"{service}_django_secret_key"},
        }[what]

    def test_an_old_database_password_opens_nothing(self, desk):
        old = SecretFiles(desk.home.secrets).read("messaging_db_password")
        assert desk.tts("rotate", "database", "--service", "messaging").returncode == 0
        new = SecretFiles(desk.home.secrets).read("messaging_db_password")
        tries = {
            (role, password): self.enters(desk, role, {"old": old, "new": new}[password])
            for role in ("messaging_app", "messaging_app_alt")
            for password in ("old", "new")
        }
        assert tries == {(role, password): password == "new" for role, password in tries}

    def enters(self, desk, role, password):
        code = f"import os, psycopg2; psycopg2.connect(host='db', dbname='messaging_db', user='{role}', password=input()).close()"
        done = Compose(desk.home).run(
            "exec", "--no-TTY", Compose(desk.home).serving("messaging-service"), "python", "-c", code,
            capture=True, check=False, input=f"{password}\n",
        )  # fmt: skip
        return done.returncode == 0

    @pytest.mark.parametrize(
        "place",
        [
            "prepared ticket_db_password",
            "altered ticket",
            "write ticket_database_url",
            "write ticket_db_password",
            "renewed ticket",
        ],
    )
    def test_killed_at_any_step_the_system_runs_and_the_rotation_can_be_run_again(self, desk, place):
        killed = desk.tts("rotate", "database", "--service", "ticket", TTS_KILL_AT=place)
        assert (killed.returncode, desk.ask("GET", "/api/v1/tickets/").status_code) == (-signal.SIGKILL, 200)
        warnings = [finding["problem"] for finding in json.loads(desk.tts("env", "check", "--json").stdout)["findings"]]
        assert warnings == ["the rotation of ticket_db_password was cut off"]
        again = desk.tts("rotate", "database", "--service", "ticket")
        assert (again.returncode, desk.ask("GET", "/api/v1/tickets/").status_code) == (0, 200), again.stderr
        assert desk.tts("env", "check").stdout == "staging: settings and secrets are in order.\n"

    def test_a_compromised_key_lets_nobody_in_any_more(self, desk):
        held, headers = desk.log_in(), desk.admin()
        assert desk.tts("rotate", "jwt", "--compromised").returncode == 0
        assert desk.prolong(held).status_code == 401
        assert {
            path: desk.ask_anybody(path, headers).status_code for path in ("/api/v1/tickets/", "/api/v1/tasks/", "/api/v1/auth/me/")
        } == {
            "/api/v1/tickets/": 401,
            "/api/v1/tasks/": 401,
            "/api/v1/auth/me/": 401,
        }
        assert desk.ask("GET", "/api/v1/tickets/").status_code == 200  # whoever logs in anew comes in
