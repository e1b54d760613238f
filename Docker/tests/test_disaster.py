"""The whole system is lost and comes back. F-56; every figure is printed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from Docker.tests.backup.bucket import NAME, TestStore, start_store
from Docker.tests.backup.office import Promise, Writer, demo_logins, judge, lose_the_database, numbers
from Docker.tests.stack import Stack, base_images, docker, running, wait_for
from production.compose import Compose
from production.home import Home

pytestmark = [pytest.mark.docker, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
RPO, RTO = 60, 900  # seconds


@dataclass
class System:
    """A running deployment with a bucket beside it."""

    stack: Stack
    store: TestStore
    folder: Path
    logins: dict[str, str]

    def tts(self, *arguments: str, home: Path | None = None, code: int = 0) -> str:
        """What the operator's tool prints."""
        environment = {**os.environ, "TTS_HOME": str(home or self.stack.home.path), "PYTHONPATH": f"{ROOT}:{ROOT / 'Scripts'}"}
        command = [sys.executable, "-m", "production.cli", *arguments]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == code, f"tts {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + (done.stderr if code else "")

    def write(self, name: str, count: int) -> Writer:
        """People file tickets; returns once so many were accepted."""
        writer = Writer(self.stack, self.logins["employee@demo.tts"], self.folder / f"{name}.jsonl")
        writer.wait_for(count, 120)
        return writer

    @contextmanager
    def writing(self, name: str, count: int) -> Iterator[None]:
        """People file tickets meanwhile."""
        writer = self.write(name, count)
        try:
            yield
        finally:
            writer.stop()


@pytest.fixture(scope="module")
def system(images: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """Everything runs, and every layer of the backup was made in both stores."""
    folder = tmp_path_factory.mktemp("disaster")
    with running(folder, TTS_TIME_ZONE="UTC") as stack:
        project = stack.home.project
        docker("network", "create", f"{project}-store")
        store = start_store(folder / "store", f"{project}-store", f"{project}-store", base_images().get("PYTHON_IMAGE", ""))
        try:
            stack = _with_bucket(stack, store)
            system = System(stack, store, folder, {})
            _reach(stack, store)
            stack.up()
            _reach(stack, store)
            system.logins = demo_logins(stack)
            wait_for(lambda: _layer(stack, "base")["ok"] and _layer(stack, "base").get("repositories") == 2, 240)
            yield system
        finally:
            store.stop()
            docker("network", "disconnect", "--force", f"{project}_egress", store.container, check=False)
            docker("network", "rm", f"{project}-store", check=False)


def test_the_database_is_lost_under_writes_and_comes_back_within_its_promises(system: System) -> None:
    stack = system.stack
    writer = system.write("first", 40)
    stack.compose.run("stop", "messaging-worker", capture=True)  # what it should hear now waits in the broker, which is lost too
    writer.wait_for(180, 180)
    lost_at = lose_the_database(stack)
    promised = writer.stop()
    report = json.loads(system.tts("restore", "--latest", "--stop-everything", "--json"))
    _check_promises(stack, promised, lost_at, report["rto_seconds"])
    assert report["faults"] == []
    assert report["events_again"] > 0
    print(f"events published again: {report['events_again']}; steps: {report['steps']}")  # noqa: T201
    wait_for(lambda: _is_known_to_messaging(stack), 120)


def test_after_a_restore_nobody_is_logged_in_and_no_mail_leaves_until_it_is_confirmed(system: System) -> None:
    live = "SELECT count(*) FROM tokens_session WHERE revoked_at IS NULL AND created_at < now() - interval '1 hour'"
    assert _sql(system.stack, "auth_db", live) == "0"
    assert _sql(system.stack, "notification_db", "SELECT count(*) FROM mail_pause") == "1"
    was = json.loads(system.tts("restore", "--confirm", "--json"))
    assert was["since"] is not None
    assert _sql(system.stack, "notification_db", "SELECT count(*) FROM mail_pause") == "0"
    assert "Nothing was restored here" in system.tts("restore", "--confirm", code=1)


def test_a_running_system_is_not_restored_over(system: System) -> None:
    before = numbers(system.stack)
    assert "nothing was touched" in system.tts("restore", "--latest", code=3)
    assert numbers(system.stack) == before
    assert all(container.is_well for container in system.stack.containers())


def test_a_drill_beside_the_running_system_finds_everything_and_leaves_nothing(system: System) -> None:
    with system.writing("drill", 10):
        done = json.loads(system.tts("drill", "--json"))
    print(f"drill: RTO {done['rto_seconds']} s, RPO {done['rpo_seconds']} s, {done['steps']}")  # noqa: T201
    assert (done["ok"], done["faults"], done["error"]) == (True, [], "")
    assert done["ticket"]["number"] not in numbers(system.stack)
    assert done["rto_seconds"] <= RTO
    copy = f"{system.stack.home.project}-drill"
    assert docker("ps", "-aq", "--filter", f"label=com.docker.compose.project={copy}") == ""
    assert docker("volume", "ls", "-q", "--filter", f"label=com.docker.compose.project={copy}") == ""
    assert docker("volume", "ls", "-q", "--filter", f"name={system.stack.home.project}_backup_repo") != ""
    line = json.loads((system.stack.home.state / "drills.jsonl").read_text().splitlines()[-1])
    assert line["backup"] == done["backup"]


def test_one_database_comes_back_from_its_dump_and_the_present_one_is_kept(system: System) -> None:
    system.tts("backup", "now")
    before = _sql(system.stack, "ticket_db", "SELECT count(*) FROM tickets_ticket")
    _sql(system.stack, "ticket_db", "DELETE FROM servicekit_idempotencyrecord; TRUNCATE tickets_ticket CASCADE")
    assert "use ticket_db: nothing was touched" in system.tts("restore", "--db", "ticket_db", code=3)
    done = json.loads(system.tts("restore", "--db", "ticket_db", "--stop-everything", "--json"))
    assert _sql(system.stack, "ticket_db", "SELECT count(*) FROM tickets_ticket") == before
    assert _sql(system.stack, done["old"], "SELECT count(*) FROM tickets_ticket") == "0"
    assert _sql(system.stack, "ticket_db", "SELECT has_table_privilege('ticket_app', 'tickets_ticket', 'INSERT')") == "t"


def test_while_the_store_cannot_be_reached_the_volume_still_gets_everything(system: System) -> None:
    stack = system.stack
    system.store.pause()
    try:
        with system.writing("outage", 20):
            segment = _sql(stack, "postgres", "SELECT pg_walfile_name(pg_switch_wal())")
        listing = "ls /backup/pgbackrest/archive/tts/15-1/* | grep -c " + segment
        wait_for(
            lambda: stack.compose.run("exec", "-T", "backup", "sh", "-c", listing, capture=True, check=False).stdout.strip() == "1", 180
        )
    finally:
        system.store.unpause()
    wait_for(lambda: _layer(stack, "wal")["ok"] and _layer(stack, "wal")["waiting"] == 0, 240)


def test_a_new_machine_begins_from_the_store_alone(system: System) -> None:
    stack = system.stack
    system.tts("backup", "now")
    writer = system.write("last", 320)  # for longer than what may be lost
    stack.compose.run("kill", capture=True)
    lost_at = time.time()
    promised = writer.stop()
    secrets = {name: (stack.home.secrets / name).read_text() for name in ("backup_passphrase", "s3_key", "s3_key_secret")}
    stack.compose.run("--profile", "*", "down", "--volumes", "--remove-orphans", check=False, capture=True)
    home = system.folder / "new-machine"
    files = {name: system.folder / f"{name}.copy" for name in secrets}
    for name, value in secrets.items():
        files[name].write_text(value)
    words = [word for name, path in files.items() for word in ("--secret", f"{name}={path}")]
    words += [word for name, value in system.store.settings.items() if name.startswith("S3_") for word in ("--set", f"{name}={value}")]
    system.tts("restore", "--configuration", "--network", f"{stack.home.project}-store", *words, home=home)
    new = Home.find(home)
    assert {path.name for path in new.secrets.iterdir()} == {path.name for path in stack.home.secrets.iterdir()}
    _reach(stack, system.store)
    done = system.tts("restore", "--latest", "--json", home=home)
    report = json.loads(done)
    _check_promises(Stack(new, Compose(new)), promised, lost_at, report["rto_seconds"])


def _check_promises(stack: Stack, promised: list[Promise], lost_at: float, rto: float) -> None:
    verdict, load = judge(stack, promised, lost_at), os.getloadavg()[0]
    print(f"F-56: {len(promised)} promised, {verdict.lost} lost, RPO {verdict.rpo:.1f} s, RTO {rto:.1f} s, load {load:.1f}")  # noqa: T201
    assert verdict.holes == 0, "what is lost is the end, and nothing in between"
    assert verdict.rpo <= RPO
    assert rto <= RTO


def _with_bucket(stack: Stack, store: TestStore) -> Stack:
    text = stack.home.env_file.read_text() + "".join(f"{name}={value}\n" for name, value in store.settings.items())
    stack.home.env_file.write_text(text)
    for name, value in (("s3_key", store.key), ("s3_key_secret", store.secret)):
        path = stack.home.secrets / name
        path.unlink(missing_ok=True)
        path.write_text(value)
        path.chmod(0o444)
    home = Home.find(stack.home.path)
    return Stack(home, Compose(home))


def _reach(stack: Stack, store: TestStore) -> None:
    """The store is on the deployment's way out; the network is there once Compose has made it."""
    stack.compose.run("create", "backup", capture=True)
    network = f"{stack.home.project}_egress"
    if store.container not in docker("network", "inspect", network):
        docker("network", "connect", "--alias", NAME, network, store.container)


def _layer(stack: Stack, name: str) -> dict[str, object]:
    done = stack.compose.run("exec", "-T", "backup", "cat", "/backup/state/backup.json", capture=True, check=False)
    found: dict[str, object] = json.loads(done.stdout)["layers"][name] if done.stdout else {"ok": False}
    return found


def _sql(stack: Stack, database: str, statement: str) -> str:
    return stack.compose.exec("db", "psql", "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-Atqc", statement).strip()


def _is_known_to_messaging(stack: Stack) -> bool:
    """Whether the messaging service has handled every submission that the restored database tells of."""
    submitted = _sql(
        stack, "ticket_db", "SELECT string_agg(event_id::text, ',') FROM servicekit_outboxevent WHERE type = 'ticket.submitted'"
    )
    heard = set(_sql(stack, "messaging_db", "SELECT DISTINCT event_id FROM servicekit_inboxentry").splitlines())
    return set(submitted.split(",")) <= heard
