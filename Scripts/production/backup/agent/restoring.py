"""The way back: which base, the databases, the files, and whether all of it is there."""

import subprocess
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from production.backup.agent import dumps, manifest, postgres, repository
from production.backup.agent.contents import hash_of, place_of
from production.backup.agent.repository import PgBackRestFailed, Said
from production.backup.agent.settings import Settings
from production.backup.agent.store import Missing, Vault

CONTENTS = "SELECT coalesce(json_agg(DISTINCT sha256), '[]') FROM attachments_attachment"
REPLAYED = """
SELECT json_build_object('last_commit', pg_last_xact_replay_timestamp(), 'is_recovering', pg_is_in_recovery(),
    'timeline', timeline_id, 'lsn', coalesce(pg_last_wal_replay_lsn(), checkpoint_lsn)) FROM pg_control_checkpoint()
"""


@dataclass(frozen=True)
class Target:
    """What to go back to: ``time`` None is the end of the archive. ``timeline`` empty is the newest."""

    time: datetime | None = None
    timeline: str = ""


def plan(vault: Vault, target: Target) -> dict[str, Any]:
    """The bases that lead to the target, the best first, each with its manifest (None if it has none); and what else decides."""
    known = [base for base in repository.bases() if not base.is_damaged]
    fit = [base for base in known if target.time is None or base.ended_at <= target.time]
    fit.sort(key=lambda base: (-base.ended_at.timestamp(), base.repository))
    oldest = min((base.ended_at for base in known), default=None)
    return {
        "bases": [{**base.as_json(), "manifest": _manifest_of(vault, base.label)} for base in fit],
        "oldest": f"the oldest ended at {oldest.isoformat()}" if oldest else "",
        "major": int(postgres.run("postgres", "--version").split()[2].partition(".")[0]),
    }


def listing(vault: Vault) -> dict[str, Any]:
    """Bases, dumps and saved configurations."""
    dumped = sorted({name.split("/")[1] for name in vault.names("dumps/")}, reverse=True)
    kept = sorted((name for name in vault.names("configuration/") if name.endswith(".tar")), reverse=True)
    return {"bases": [base.as_json() for base in repository.bases()], "dumps": dumped, "configurations": kept}


def mark() -> dict[str, Any]:
    """Commit one more transaction and have its segment archived: a recovery to any moment before it knows where to stop."""
    sql = "SELECT json_build_object('xid', pg_current_xact_id()::text, 'timeline', timeline_id) FROM pg_control_checkpoint()"
    told: dict[str, Any] = postgres.ask("postgres", sql)
    postgres.ask("postgres", "SELECT to_json(pg_switch_wal()::text)")
    return told


def restore_database(settings: Settings, label: str, number: int, target: Target, *, is_drill: bool, said: Said) -> None:
    """Bring the cluster's files to where recovery starts from; PostgreSQL does the rest when it starts. Raises PgBackRestFailed.

    Files that are there and right are kept. In a drill the cluster must never write into the archive.
    """
    options = ["restore", f"--repo={number}", f"--set={label}", "--delta", "--process-max=2", "--log-level-console=detail"]
    if target.time:
        options += ["--type=time", f"--target={target.time.isoformat(sep=' ')}", "--target-action=promote"]
    if target.timeline:
        options.append(f"--target-timeline={target.timeline}")
    if is_drill:
        options.append("--archive-mode=off")
    if postgres.is_answering():
        raise PgBackRestFailed("the database runs: its files cannot be replaced under it")
    (settings.data / "postmaster.pid").unlink(missing_ok=True)  # of a server that was killed
    repository.call(*options, said=said)


def restore_dump(vault: Vault, database: str, name: str) -> str:
    """Load a dump into a fresh database beside the present one; the fresh one's name. Raises PostgresFailed, Broken, Missing.

    Nothing is changed that anybody uses: ``exchange`` does that.
    """
    fresh = f"{database}_restored"
    for sql in (f'DROP DATABASE IF EXISTS "{fresh}"', f'CREATE DATABASE "{fresh}" OWNER migrator TEMPLATE template0'):
        postgres.run("psql", "--no-psqlrc", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-c", sql)
    try:
        dumps.feed(vault, name, "pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={fresh}")
        postgres.run("psql", "--no-psqlrc", "-q", "-d", fresh, "-c", "ANALYZE")
    except BaseException:
        postgres.run("psql", "--no-psqlrc", "-q", "-d", "postgres", "-c", f'DROP DATABASE IF EXISTS "{fresh}"')
        raise
    return fresh


def exchange(database: str, stamp: str) -> str:
    """Put the restored database in the place of the present one, which keeps its data under another name; that name."""
    old = f"{database}_before_{stamp}"
    sql = f"""
        BEGIN;
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('{database}', '{database}_restored');
        ALTER DATABASE "{database}" RENAME TO "{old}";
        ALTER DATABASE "{database}_restored" RENAME TO "{database}";
        COMMIT;
    """  # noqa: S608  (the names are ours)
    postgres.run("psql", "--no-psqlrc", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres", data=sql)
    return old


def replayed() -> dict[str, Any]:
    """How far recovery is or went: the time of the last transaction, the timeline. Raises PostgresFailed."""
    told: dict[str, Any] = postgres.ask("postgres", REPLAYED, seconds=10)
    return told


def audit(settings: Settings, vault: Vault, label: str, *, amcheck: bool) -> dict[str, Any]:
    """Hold the running databases and files against the manifest of a base. Every list is empty if all is well."""
    wanted = _manifest_of(vault, label)
    found = manifest.count(settings)
    faults = manifest.compare(wanted, found) if wanted else [f"the base {label} has no manifest"]
    return {
        "counts": faults,
        "media": audit_media(settings) if found["media"]["rows"] else {"contents": 0, "missing": [], "damaged": []},
        "amcheck": check_structure() if amcheck else None,
        "found": found,
        "wanted": wanted,
        **replayed(),
    }


def audit_media(settings: Settings) -> dict[str, Any]:
    """Every attachment's content against the media folder."""
    contents: list[str] = postgres.ask("ticket_db", CONTENTS)
    places = {digest: place_of(settings.media, digest) for digest in contents}
    missing = [digest for digest, place in places.items() if not place.is_file()]
    damaged = [digest for digest, place in places.items() if place.is_file() and hash_of(place) != digest]
    return {"contents": len(contents), "missing": missing, "damaged": damaged}


def check_structure() -> list[str]:
    """Tables and indexes of all databases, read through; what pg_amcheck complains of."""
    command = ["pg_amcheck", "--all", "--install-missing", "--exclude-database=template0", "--no-strict-names"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    return [line for line in (done.stdout + done.stderr).splitlines() if line.strip()][:20] or [f"pg_amcheck ended with {done.returncode}"]


def _manifest_of(vault: Vault, label: str) -> dict[str, Any] | None:
    try:
        return manifest.read(vault, f"manifests/{label}.json")
    except Missing:
        return None
