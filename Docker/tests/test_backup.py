"""Backups of a running database, and what becomes of them when something breaks. F-57 to F-59."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from Docker.tests.backup.cluster import Cluster
from Docker.tests.stack import docker, running, wait_for
from production.backup.container import BackupFailed
from production.backup.databases import Target, TargetUnreached

pytestmark = [pytest.mark.docker, pytest.mark.slow]
CANARY = "canary-7f3a9c-nobody-may-read-this"


@pytest.fixture(scope="module")
def cluster(images: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Databases and backup, running, with every layer made once."""
    with running(tmp_path_factory.mktemp("backup")) as stack:
        cluster = Cluster(stack)
        cluster.start()
        yield cluster


def test_every_layer_is_made_at_the_first_start_and_healthy(cluster: Cluster) -> None:
    layers = {name: cluster.layer(name) for name in ("wal", "base", "dump", "media", "reconcile", "check")}
    assert {name: (layer["ok"], layer["error"]) for name, layer in layers.items()} == dict.fromkeys(layers, (True, ""))
    assert layers["base"]["kind"] == "full"
    assert sorted(layers["dump"]["databases"]) == ["auth_db", "messaging_db", "notification_db", "ticket_db", "workflow_db"]
    assert cluster.stack.container("backup").health == "healthy"


def test_nothing_can_be_read_in_the_repository_without_the_passphrase(cluster: Cluster) -> None:
    cluster.note(CANARY)
    cluster.archive_everything()
    cluster.in_backup("tts-backup base >/dev/null 2>&1 && tts-backup dump >/dev/null")
    assert cluster.in_backup(f"grep -rlF {CANARY} /backup || true") == ""
    assert cluster.in_backup("grep -rlF 'CREATE ROLE' /backup || true") == ""
    assert cluster.in_backup("find /backup -type f -perm /007") == ""


def test_prometheus_finds_every_layer_on_the_inner_network(cluster: Cluster) -> None:
    code = "import urllib.request as u; print(u.urlopen('http://backup:9854/metrics', timeout=5).read().decode())"
    page = cluster.in_backup(f'python3 -c "{code}"')
    assert 'backup_failing{layer="base"} 0' in page
    assert "wal_archive_failed_total 0" in page


def test_a_second_job_waits_for_the_first(cluster: Cluster) -> None:
    both = cluster.in_backup("(tts-backup dump & tts-backup dump & wait) 2>/dev/null").splitlines()
    assert len({json.loads(line)["stamp"] for line in both if line.startswith("{")}) >= 1
    assert cluster.layer("dump")["ok"]


def test_f57_a_restore_to_a_moment_before_a_bad_delete_brings_the_rows_back(cluster: Cluster) -> None:
    for number in range(3):
        cluster.note(f"kept {number}")
    before = cluster.notes()
    time.sleep(1.5)
    moment = datetime.now(UTC)
    time.sleep(1.5)
    cluster.sql("DELETE FROM notes")
    cluster.note("after the delete")
    cluster.archive_everything()
    cluster.restore(Target(moment))
    assert cluster.notes() == before
    cluster.note("life goes on")
    assert cluster.notes() == [*before, "life goes on"]


def test_f57_what_a_restore_gave_up_can_be_had_back_by_its_timeline(cluster: Cluster) -> None:
    cluster.archive_everything()
    now_there = cluster.notes()
    cluster.restore(Target(timeline="1"))
    assert "after the delete" in cluster.notes()
    cluster.restore(Target(timeline="2"))
    assert cluster.notes() == now_there


def test_a_moment_after_the_end_of_the_archive_is_told_apart_from_damage(cluster: Cluster) -> None:
    cluster.archive_everything()
    target = Target(datetime.now(UTC))
    with pytest.raises(TargetUnreached):
        cluster.restore(target)
    cluster.restore()
    assert cluster.sql("SELECT pg_is_in_recovery()") == "f"


def test_a_restore_that_was_killed_can_be_done_again(cluster: Cluster) -> None:
    cluster.note("before the kill")
    cluster.archive_everything()
    notes = cluster.notes()
    cluster.release("db", "backup")
    project = cluster.stack.home.project
    base = cluster.plan(Target())[0]
    words = ["--label", base["label"], "--repository", str(base["repository"])]
    command = ["run", "--detach", "--name", f"{project}-killed", "--no-deps", "restore", "restore-database", *words]
    cluster.stack.compose.run("--profile", "restore", *command, capture=True)
    time.sleep(0.7)
    docker("rm", "--force", f"{project}-killed")
    cluster.restore()
    assert cluster.notes() == notes


def test_f58_an_archive_that_refuses_is_seen_within_three_minutes_and_catches_up_without_a_gap(cluster: Cluster) -> None:
    cluster.in_backup("tts-backup base >/dev/null 2>&1")
    cluster.in_backup("chmod -R u-w /backup/pgbackrest/archive/tts/15-1")
    began = time.monotonic()
    for number in range(4):
        cluster.note(f"while the archive refuses {number}")
        cluster.sql("SELECT pg_switch_wal()", "postgres")
    wait_for(lambda: not cluster.layer("wal")["ok"], 180)
    seen_after = time.monotonic() - began
    print(f"F-58: an archive that refuses was seen after {seen_after:.0f} s")  # noqa: T201
    assert cluster.layer("wal")["waiting"] >= 4
    assert "is refused by the archive" in cluster.layer("wal")["error"]
    cluster.in_backup("chmod -R u+w /backup/pgbackrest/archive/tts/15-1")
    wait_for(lambda: cluster.layer("wal")["ok"] and cluster.layer("wal")["waiting"] == 0, 180)
    assert json.loads(cluster.in_backup("tts-backup check 2>/dev/null"))["verified"] == [1]
    assert seen_after < 180


def test_a_gap_in_the_archive_is_found_by_the_check(cluster: Cluster) -> None:
    for _ in range(3):
        cluster.note("a segment")
        cluster.archive_everything()
    folder = cluster.in_backup("ls -d /backup/pgbackrest/archive/tts/15-1/*/ | tail -1")
    segment = cluster.in_backup(f"ls {folder} | grep zst | tail -2 | head -1")
    cluster.in_backup(f"mv {folder}{segment} /tmp/")
    with pytest.raises(BackupFailed, match=f"1 WAL segments are missing, the first is {segment[:24]}"):
        cluster.agent.ask("check")
    wait_for(lambda: not cluster.layer("check")["ok"], 20)
    cluster.in_backup(f"cp /tmp/{segment} {folder}")
    cluster.agent.ask("check")


def test_f59_a_damaged_base_is_found_by_the_check_and_an_older_one_restores(cluster: Cluster) -> None:
    older = cluster.agent.ask("base", "--kind", "full")[0]["label"]
    cluster.note("between the bases")
    newer = cluster.agent.ask("base", "--kind", "full")[0]["label"]
    cluster.note("after both")
    cluster.archive_everything()
    notes = cluster.notes()
    damage = "printf '\\377\\376\\375' | dd of=$f bs=1 seek=70000 conv=notrunc 2>&1"
    cluster.in_backup(f"for f in /backup/pgbackrest/backup/tts/{newer}/bundle/*; do {damage}; done")
    with pytest.raises(BackupFailed, match=f"backup: {newer}, status: invalid"):
        cluster.agent.ask("check")
    cluster.lose_the_volume()
    base = cluster.restore()
    assert base["label"] == older
    assert cluster.notes() == notes


def test_after_damage_a_new_full_base_is_made_by_itself(cluster: Cluster) -> None:
    began = datetime.now(UTC).replace(microsecond=0)
    wait_for(lambda: cluster.layer("base")["ok"] and datetime.fromisoformat(cluster.layer("base")["at"]) > began, 240)
    assert cluster.layer("base")["kind"] == "full"


def test_an_audit_after_a_restore_finds_what_is_missing(cluster: Cluster) -> None:
    label = cluster.agent.ask("base")[0]["label"]
    assert cluster.agent.ask("audit", "--label", label)["counts"] == []
    assert cluster.agent.ask("audit", "--label", label)["amcheck"] == []
    for number in range(20):
        cluster.note(f"row {number}")
    label = cluster.agent.ask("base")[0]["label"]
    cluster.sql("DELETE FROM notes")
    (fault,) = cluster.agent.ask("audit", "--label", label, "--quick")["counts"]
    assert fault.startswith("ticket_db.notes is empty, and had ")


def test_another_cluster_never_writes_into_the_archive_of_the_lost_one(cluster: Cluster) -> None:
    cluster.archive_everything()
    bases = cluster.agent.ask("list")["bases"]
    cluster.lose_the_volume()
    cluster.stack.compose.run("up", "--detach", "--wait", "db", "backup", capture=True)  # a fresh, empty cluster
    cluster.sql("SELECT pg_switch_wal()", "postgres")
    wait_for(lambda: not cluster.layer("wal")["ok"], 120)
    with pytest.raises(BackupFailed):
        cluster.agent.ask("base")
    assert cluster.agent.ask("list")["bases"] == bases
    cluster.restore()
    assert cluster.sql("SELECT count(*) FROM notes") == "0"


def test_a_container_that_is_stopped_during_a_base_ends_cleanly_and_the_next_one_works(cluster: Cluster) -> None:
    cluster.stack.compose.run("exec", "--detach", "backup", "tts-backup", "base", "--kind", "full", capture=True)
    time.sleep(1)
    began = time.monotonic()
    cluster.stack.compose.run("restart", "backup", capture=True)
    assert time.monotonic() - began < 15
    wait_for(lambda: cluster.stack.container("backup").is_well, 60)
    assert cluster.agent.ask("base", "--kind", "full")[0]["kind"] == "full"
