"""Sending: in chunks, again after failures of the moment, on from where a killed run stopped."""

import json
from pathlib import Path

import httpx
import pytest

from ops.importer import run as importer
from ops.importer import sending
from ops.importer.progress import Cursor, Progress
from ops.importer.rows import BadRow
from ops.importer.run import Job, run_import
from ops.importer.sending import ImportApi, Refused
from ops.importer.target import Login, NoTarget, base_url_of, demo_login


class Server:
    """Answers as the import endpoint does, and remembers what it was given."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.requests: list[dict[str, object]] = []
        self.failures: list[int] = []
        self.logins = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v1/auth/token/":
            self.logins += 1
            return httpx.Response(200, json={"access": f"token-{self.logins}", "refresh": "r", "expires_in": 600})
        if self.failures:
            status = self.failures.pop(0)
            return httpx.Response(status, json={"status": status, "code": "not_now", "detail": "later"})
        body = json.loads(request.content)
        self.requests.append(body)
        bad = [row for row in body["rows"] if row["subject"] == "refused"]
        fresh = {row["external_id"] for row in body["rows"] if row not in bad} - self.known
        existing = len(body["rows"]) - len(bad) - len(fresh)
        if not body["dry_run"]:
            self.known |= fresh
        errors = [{"external_id": row["external_id"], "field": "subject", "message": "refused"} for row in bad]
        return httpx.Response(200, json={"created": len(fresh), "existing": existing, "errors": errors})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setattr(importer, "CHUNK", 2)
    monkeypatch.setattr(sending.time, "sleep", lambda seconds: None)
    return Server()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tickets.csv"
    path.write_text("title,body,urgency,impact\n" + "".join(f"t{number},body,3,4\n" for number in range(5)))
    return path


def do(server: Server, file: Path, tmp_path: Path, *, dry_run: bool = False, tell=lambda progress, errors: None) -> Progress:  # type: ignore[no-untyped-def]
    api = ImportApi("http://test", Login("root@demo.tts", "x"), transport=httpx.MockTransport(server))
    cursor = Cursor(tmp_path / "import", file, "old-desk", "closed")
    return run_import(Job(file, "old-desk", "closed", "others", dry_run), api, cursor, tell)


def test_five_rows_go_in_three_requests_and_a_second_run_creates_nothing(server: Server, file: Path, tmp_path: Path) -> None:
    assert do(server, file, tmp_path) == Progress(rows=5, created=5, existing=0, failed=0)
    assert [len(request["rows"]) for request in server.requests] == [2, 2, 1]  # type: ignore[arg-type]
    assert do(server, file, tmp_path) == Progress(rows=5, created=0, existing=5, failed=0)


def test_a_killed_run_goes_on_after_the_last_answered_request(server: Server, file: Path, tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    def kill_after_second(progress: Progress, errors: list[BadRow]) -> None:
        if progress.rows == 4:
            raise Killed

    with pytest.raises(Killed):
        do(server, file, tmp_path, tell=kill_after_second)
    server.requests.clear()
    assert do(server, file, tmp_path) == Progress(rows=5, created=5, existing=0, failed=0)
    assert [[row["subject"] for row in request["rows"]] for request in server.requests] == [["t4"]]  # type: ignore[union-attr, attr-defined]
    assert list((tmp_path / "import").glob("*.json")) == []


def test_a_dry_run_sends_all_rows_as_such_and_leaves_nothing_behind(server: Server, file: Path, tmp_path: Path) -> None:
    assert do(server, file, tmp_path, dry_run=True) == Progress(rows=5, created=5)
    assert {request["dry_run"] for request in server.requests} == {True}
    assert list((tmp_path / "import").iterdir()) == []


def test_rows_bad_here_and_rows_refused_there_are_all_in_the_file_of_errors(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "tickets.csv"
    file.write_text("title,body,urgency,impact\na,body,3,4\nb,body,x,4\nrefused,body,1,1\n")
    assert do(server, file, tmp_path) == Progress(rows=3, created=1, existing=0, failed=2)
    lines = (tmp_path / "import" / "old-desk-errors.csv").read_text().splitlines()
    assert [(line.split(",")[0], line.split(",")[2:]) for line in lines] == [
        ("row", ["field", "message"]),
        ("2", ["urgency", "is not a whole number: 'x'"]),
        ("3", ["subject", "refused"]),
    ]


def test_failures_of_the_moment_are_tried_again_and_an_expired_token_is_renewed(server: Server, file: Path, tmp_path: Path) -> None:
    server.failures = [503, 401, 502]
    assert do(server, file, tmp_path).created == 5
    assert server.logins == 2


def test_a_refusal_ends_the_import_with_the_servers_words(server: Server, file: Path, tmp_path: Path) -> None:
    server.failures = [403]
    with pytest.raises(Refused, match="HTTP 403 not_now: later"):
        do(server, file, tmp_path)
    assert server.known == set()


def test_a_server_that_stays_away_is_given_up_and_the_cursor_stays(server: Server, file: Path, tmp_path: Path) -> None:
    def fall_silent(progress: Progress, errors: list[BadRow]) -> None:
        server.failures = [503] * sending.TRIES

    with pytest.raises(Refused, match="given up after 6 tries"):
        do(server, file, tmp_path, tell=fall_silent)
    server.failures = []
    assert do(server, file, tmp_path) == Progress(rows=5, created=5)


def test_the_running_instance_names_its_address_and_superuser(tmp_path: Path) -> None:
    with pytest.raises(NoTarget):
        base_url_of(tmp_path)
    (tmp_path / "instance.json").write_text('{"url": "http://localhost:8080/"}')
    (tmp_path / "demo-logins.json").write_text(
        '[{"role": "platform.superuser", "email": "root@demo.tts", "password": "p", "name": "Root"}]'
    )
    assert base_url_of(tmp_path) == "http://localhost:8080"
    assert demo_login(tmp_path) == Login("root@demo.tts", "p")
    with pytest.raises(NoTarget):
        demo_login(tmp_path, "tts.agent")
