"""The operator's tool on a real engine, from ``init`` to ``down``: what it shows, what it mends, what it refuses."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from Docker.tests.office import DOMAIN, Office, command, drift, environment, ids, initialised, tts
from Docker.tests.stack import docker, wait_for
from production.compose import Compose
from production.home import Home
from production.secret_files import SecretFiles

pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home."""
    with initialised(tmp_path_factory.mktemp("operator") / "home") as folder:
        yield folder


@pytest.fixture(scope="module")
def desk(folder: Path) -> Office:
    """The deployment, brought up by ``tts up`` that was killed half-way and run again."""
    with subprocess.Popen(
        command("up", "--build"), env=environment(folder), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as first:
        assert first.stderr is not None
        next(line for line in first.stderr if line.startswith("up: db well"))
        first.kill()
    assert first.returncode == -signal.SIGKILL
    done = tts(folder, "up")
    assert done.returncode == 0, done.stderr
    assert "There is no administrator yet." in done.stdout
    return Office(Home.find(folder))


def psql(desk: Office, database: str, statement: str) -> str:
    return Compose(desk.home).exec("db", "psql", "-XAtU", "postgres", "-d", database, "-c", statement).strip()


def change(desk: Office, name: str, value: str) -> None:
    """Edit the settings as an operator does."""
    lines = [line for line in desk.home.env_file.read_text().splitlines() if not line.startswith(f"{name}=")]
    desk.home.env_file.write_text("\n".join([*lines, f"{name}={value}"]) + "\n")


class TestLooking:
    def test_status_says_that_all_is_well_and_nothing_has_drifted(self, desk):
        report = desk.told("status")
        assert (report["well"], report["drift"], report["environment"]) == (True, [], "staging")
        assert {container["state"] for container in report["containers"]} == {"healthy"}
        assert {event["service"]: event["dead_letters"] for event in report["events"]} == dict.fromkeys(
            ("auth", "ticket", "workflow", "messaging", "notification"), 0
        )

    def test_the_doctor_finds_no_error(self, desk):
        done = desk.tts("doctor", "--json")
        report = json.loads(done.stdout)
        assert [verdict for verdict in report["verdicts"] if verdict["level"] == "error"] == []
        warned = sorted(verdict["what"] for verdict in report["verdicts"] if verdict["level"] == "warning")
        assert (done.returncode, warned) == (0, ["DNS", "certificate"])

    def test_up_again_touches_nothing(self, desk):
        before = ids(desk)
        assert desk.tts("up").returncode == 0
        assert ids(desk) == before

    def test_logs_and_management_commands_reach_a_service(self, desk):
        assert '"service":"auth"' in desk.tts("logs", "auth-worker", "-n", "50").stdout
        assert "System check identified no issues" in desk.tts("manage", "auth", "check", "--fail-level", "WARNING").stdout
        refused = desk.tts("logs", "nobody")
        assert (refused.returncode, refused.stderr.startswith("There is no nobody; there are: auth, ")) == (2, True)


class TestMail:
    def test_a_mail_goes_the_way_of_all_mail(self, desk):
        done = desk.tts("mail-test", "rosa@example.org")
        assert (done.returncode, done.stdout) == (0, "The server took the mail to rosa@example.org.\n")

    def test_a_failure_names_its_stage(self, desk):
        Compose(desk.home).run("stop", "mail", capture=True)
        try:
            done = desk.tts("mail-test", "rosa@example.org")
            verdicts = json.loads(desk.tts("doctor", "--json").stdout)["verdicts"]
        finally:
            Compose(desk.home).run("start", "mail", capture=True)
        assert (done.returncode, "Stage: connect." in done.stderr) == (1, True)
        (verdict,) = [verdict for verdict in verdicts if verdict["what"] == "mail server"]
        assert (verdict["level"], "Stage: connect." in verdict["found"]) == ("error", True)


class TestEvents:
    LETTER = (
        "INSERT INTO servicekit_deadletter (source, name, handler, reason, payload, raw, created_at, resolution) "
        "VALUES ('event', 'notice.created', 'h', 'boom', '{\"id\": \"7\"}', '', now(), '') RETURNING id"
    )

    def test_a_dead_letter_is_listed_shown_replayed_in_vain_and_dismissed(self, desk):
        number = psql(desk, "messaging_db", self.LETTER).splitlines()[0]
        (letter,) = desk.told("dlq", "list")
        assert (letter["service"], letter["id"], letter["reason"]) == ("messaging", int(number), "boom")
        shown = json.loads(desk.tts("dlq", "show", number, "--service", "messaging").stdout)
        assert shown["payload"] == {"id": "7"}
        replayed = desk.tts("dlq", "replay", number, "--service", "messaging")
        assert (replayed.returncode, f"messaging: CommandError: failed again: [{number}]" in replayed.stderr) == (1, True)
        assert desk.tts("dlq", "dismiss", number, "--service", "messaging").stdout == "messaging: 1\n"
        assert desk.told("dlq", "list") == []

    def test_what_the_broker_lost_is_published_again_and_nobody_acts_twice(self, desk):
        desk.admin()  # an account: events that others have handled
        count = "SELECT (SELECT count(*) FROM servicekit_inboxentry)"
        time.sleep(3)
        before = {name: psql(desk, f"{name}_db", count) for name in ("ticket", "workflow", "messaging", "notification")}
        done = desk.tts("outbox", "replay", "--since", "2020-01-01T00:00:00Z", "--service", "auth")
        assert (done.returncode, int(done.stdout.split()[1]) > 0) == (0, True)
        deadline = time.monotonic() + 60
        while desk.told("outbox", "list") and time.monotonic() < deadline:
            time.sleep(1)
        time.sleep(3)
        after = {name: psql(desk, f"{name}_db", count) for name in before}
        assert (desk.told("outbox", "list"), after, desk.told("dlq", "list")) == ([], before, [])


class TestDrift:
    def test_a_changed_setting_is_seen_and_brought_into_force(self, desk):
        change(desk, "SOCKETS_PER_PERSON", "299")
        name = desk.home.project
        expected = [f"{name}-messaging{role}: it was started with other settings than those declared now" for role in ("", "-worker")]
        assert drift(desk) == sorted(expected)
        assert desk.tts("up").returncode == 0
        assert drift(desk) == []

    def test_a_changed_secret_is_seen_and_brought_into_force(self, desk):
        path = desk.home.secrets / "email_password"
        SecretFiles(desk.home.secrets).store("email_password", "another-pass-phrase")
        expected = [f"{desk.home.project}-notification{role}: changed since it started: email_password" for role in ("", "-worker")]
        assert (drift(desk), path.stat().st_mode & 0o777) == (sorted(expected), 0o444)
        assert desk.tts("up").returncode == 0
        assert drift(desk) == []

    def test_a_container_that_is_gone_is_an_outage(self, desk):
        Compose(desk.home).run("rm", "--stop", "--force", "ticket-worker", capture=True)
        done = desk.tts("status", "--json")
        report = json.loads(done.stdout)
        assert (done.returncode, report["well"], [entry["what"] for entry in report["drift"]]) == (1, False, ["ticket-worker"])
        assert desk.tts("up").returncode == 0
        assert desk.told("status")["well"]


class TestPreflight:
    def test_a_running_system_passes(self, desk):
        done = desk.tts("preflight", "--json")
        assert (done.returncode, json.loads(done.stdout)["ready"]) == (0, True)

    @pytest.mark.parametrize(
        ("name", "value", "subject"),
        [
            ("TTS_RELEASE", "9.9.9", "images"),
            ("DJANGO_EMAIL_HOTS", "x", "DJANGO_EMAIL_HOTS"),
            ("DJANGO_BASE_URL", "http://a.b", "DJANGO_BASE_URL"),
            ("TTS_CERTIFICATE", "own", "certificate"),
            ("TTS_CERTIFICATE", "acme", "DNS"),
        ],
    )
    def test_what_is_wrong_is_found_before_anything_is_touched(self, desk, name, value, subject):
        before, settings = ids(desk), desk.home.env_file.read_text()
        change(desk, name, value)
        try:
            done, up = desk.tts("preflight", "--json"), desk.tts("up")
        finally:
            desk.home.env_file.write_text(settings)
        wrong = {finding["subject"] for finding in json.loads(done.stdout)["findings"] if finding["level"] == "error"}
        assert (done.returncode, up.returncode, subject in wrong, ids(desk)) == (3, 3, True, before)

    def test_a_database_that_migrations_could_not_change_is_found(self, desk):
        psql(desk, "postgres", "ALTER DATABASE ticket_db OWNER TO postgres")
        done = desk.tts("preflight", "--json")
        psql(desk, "postgres", "ALTER DATABASE ticket_db OWNER TO migrator")
        problems = [finding["problem"] for finding in json.loads(done.stdout)["findings"]]
        assert (done.returncode, "ticket_db belongs to postgres, not to migrator" in problems) == (3, True)

    def test_a_certificate_whose_key_is_another_ones_is_refused_and_a_good_one_served(self, desk, tmp_path):
        for number in (1, 2):
            subject = ["-subj", f"/CN={DOMAIN}", "-addext", f"subjectAltName=DNS:{DOMAIN}", "-days", "60"]
            files = ["-keyout", tmp_path / f"key{number}", "-out", tmp_path / f"chain{number}"]
            kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
            subprocess.run(["openssl", "req", "-x509", *kind, *subject, *files], check=True, capture_output=True)
        wrong = desk.tts("certificate", "install", str(tmp_path / "chain1"), str(tmp_path / "key2"))
        assert (wrong.returncode, "the certificate and its key do not belong together" in wrong.stderr) == (3, True)
        right = desk.tts("certificate", "install", str(tmp_path / "chain1"), str(tmp_path / "key1"))
        assert (right.returncode, right.stdout) == (0, "Installed; 59 days left.\n")
        deadline = time.monotonic() + 30
        while (found := self.certificate(desk)) != ("ok", "served, 59 days left") and time.monotonic() < deadline:
            time.sleep(1)
        assert found == ("ok", "served, 59 days left")

    def certificate(self, desk):
        (verdict,) = [v for v in json.loads(desk.tts("doctor", "--json").stdout)["verdicts"] if v["what"] == "certificate"]
        return verdict["level"], verdict["found"]


class TestJobs:
    """What prepares databases and queues runs when it has to, and before anything that serves is touched."""

    def everything(self, desk):
        return {c.service: c for c in Compose(desk.home).containers()}

    @contextmanager
    def image(self, desk, *instructions):
        """Another image under the name that the ticket service starts from."""
        name = self.everything(desk)["ticket-service"].image
        docker("tag", name, "tts-operator/kept")
        try:
            docker("build", "--quiet", "--tag", name, "-", input="\n".join([f"FROM {name}", *instructions]))
            yield
        finally:
            docker("tag", "tts-operator/kept", name)
            docker("rmi", "tts-operator/kept")

    def test_an_up_that_has_nothing_to_do_repeats_no_job_and_is_soon_over(self, desk):
        assert desk.tts("up").returncode == 0  # whatever an earlier test left
        before, began = self.everything(desk), time.monotonic()
        assert desk.tts("up").returncode == 0
        assert (self.everything(desk), time.monotonic() - began < 30) == (before, True)

    def test_a_job_of_a_new_image_that_fails_leaves_everything_that_serves_as_it_is(self, desk):
        before = ids(desk)
        with self.image(desk, r"""ENTRYPOINT ["sh", "-c", "test $0 != migrate && exec ./entrypoint.sh \"$0\" \"$@\""]"""):
            done = desk.tts("up")
            assert (done.returncode, "ticket-migrate" in done.stderr, ids(desk)) == (1, True, before)
            assert desk.ask("GET", "/api/v1/tickets/").status_code == 200
        assert desk.tts("up").returncode == 0
        assert (ids(desk), drift(desk)) == (before, [])

    def test_the_jobs_of_a_new_image_end_before_what_runs_it_starts_and_the_others_run_on(self, desk):
        before = self.everything(desk)
        with self.image(desk, "LABEL again=1"):
            assert desk.tts("up").returncode == 0
            after = self.everything(desk)
            assert drift(desk) == []
        ended = [job["State"]["FinishedAt"] for job in inspected(*(c.id for name, c in after.items() if name.endswith("-migrate")))]
        new = {name for name in before if after[name].id != before[name].id and after[name].state == "running"}
        assert new == {"ticket-service", "ticket-worker"}
        assert max(ended) < min(after[name].created_at for name in new)
        assert desk.tts("up").returncode == 0


def inspected(*ids: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(docker("inspect", *ids))
    return found


def test_people_see_the_maintenance_page_as_long_as_it_is_on(desk):
    assert desk.tts("maintenance", "on", "--message", "new disks").returncode == 0
    try:
        closed = desk.ask_anybody("/api/v1/tickets/")
    finally:
        assert desk.tts("maintenance", "off").returncode == 0
    assert closed.json()["detail"].endswith("Nothing is lost. new disks")
    assert (closed.status_code, closed.json()["code"], desk.ask_anybody("/api/v1/tickets/").status_code) == (503, "maintenance", 401)


def test_a_service_gets_a_second_worker_and_gives_it_up_again(desk):
    queue = "queue of workflow"

    def found():
        return {v["what"]: v["found"] for v in json.loads(desk.tts("doctor", "--json").stdout)["verdicts"]}[queue]

    assert desk.tts("scale", "workflow", "2").stdout == "workflow has 2 workers.\n"
    assert (f"{desk.home.project}-workflow-worker-2" in ids(desk), found().startswith("taken from by 2,")) == (True, True)
    assert drift(desk) == []
    assert desk.tts("scale", "workflow", "1").stdout == "workflow has 1 worker.\n"
    assert f"{desk.home.project}-workflow-worker-2" not in ids(desk)
    wait_for(lambda: found().startswith("taken from by 1,"), 30)  # the broker's count is a few seconds old


def test_everything_stops_and_comes_back_with_its_data(desk):
    began, done = time.monotonic(), desk.tts("down")
    assert (done.returncode, time.monotonic() - began < 40, ids(desk)) == (0, True, {}), done.stderr
    assert desk.tts("up").returncode == 0
    assert desk.ask("GET", "/api/v1/tickets/").status_code == 200
