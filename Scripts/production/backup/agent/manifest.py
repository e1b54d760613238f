"""What a backup holds, counted: a restore is held against it."""

import json
from datetime import UTC, datetime
from typing import Any

from production.backup.agent import postgres
from production.backup.agent.settings import Settings
from production.backup.agent.store import Vault

TABLES = "SELECT coalesce(json_agg(tablename ORDER BY tablename), '[]') FROM pg_tables WHERE schemaname = 'public'"
SEQUENCES = "SELECT coalesce(json_object_agg(sequencename, last_value), '{}') FROM pg_sequences WHERE last_value IS NOT NULL"
HEADS = "SELECT coalesce(json_object_agg(app, head), '{}') FROM (SELECT app, max(name) AS head FROM django_migrations GROUP BY app) heads"
MEDIA = (
    "SELECT json_build_object('rows', count(*), 'contents', count(DISTINCT sha256), 'bytes', coalesce(sum(size), 0)) "
    "FROM attachments_attachment"
)
SERVER = (
    "SELECT json_build_object('version', current_setting('server_version'), 'major', current_setting('server_version_num')::int / 10000)"
)
FEW = 10  # a table with fewer rows may well be empty a day later


def count(settings: Settings) -> dict[str, Any]:
    """The present content of the databases: rows, sequences, schema heads, files. Raises PostgresFailed."""
    databases = {name: _database(name) for name in postgres.existing_databases()}
    has_files = "attachments_attachment" in databases.get("ticket_db", {}).get("tables", {})
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "release": settings.release,
        "postgres": postgres.ask("postgres", SERVER),
        "databases": databases,
        "media": postgres.ask("ticket_db", MEDIA) if has_files else {"rows": 0, "contents": 0, "bytes": 0},
    }


def keep(vault: Vault, label: str, counted: dict[str, Any]) -> str:
    """Store the manifest of a base backup; its name."""
    name = f"manifests/{label}.json"
    whole = {**counted, "label": label, "configuration": newest_configuration(vault)}
    vault.keep(name, [json.dumps(whole).encode()])
    vault.mirror("manifests/")
    return name


def read(vault: Vault, name: str) -> dict[str, Any]:
    """A sealed JSON file. Raises Missing, Broken."""
    content: dict[str, Any] = json.loads(b"".join(vault.read(name)))
    return content


def newest_configuration(vault: Vault) -> dict[str, Any] | None:
    """What is known of the newest saved configuration: its time, release, and the fingerprint of the signing key."""
    names = [name for name in vault.names("configuration/") if name.endswith(".json")]
    return read(vault, names[-1]) if names else None


def compare(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What of the manifest is not there: tables, rows of tables that had many, sequence numbers. Nothing if all is well."""
    faults: list[str] = []
    for database, wanted in before["databases"].items():
        found = after["databases"].get(database)
        faults += [f"{database} is missing"] if found is None else _compare(database, wanted, found)
    return faults


def _compare(database: str, wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Numbers of a sequence never sink, so a smaller one tells of lost rows; counts may, as rows are purged, but not to nothing."""
    faults = [f"{database}.{table} is missing" for table in wanted["tables"] if table not in found["tables"]]
    faults += [
        f"{database}.{table} is empty, and had {rows} rows"
        for table, rows in wanted["tables"].items()
        if rows >= FEW and found["tables"].get(table) == 0
    ]
    return faults + [
        f"{database}.{sequence} stands at {found['sequences'].get(sequence)}, and stood at {value}"
        for sequence, value in wanted["sequences"].items()
        if (found["sequences"].get(sequence) or 0) < value
    ]


def _database(name: str) -> dict[str, Any]:
    tables = postgres.ask(name, TABLES)
    return {
        "tables": postgres.ask(name, _counts(tables), seconds=600) if tables else {},
        "sequences": postgres.ask(name, SEQUENCES),
        "heads": postgres.ask(name, HEADS) if "django_migrations" in tables else {},
    }


def _counts(tables: list[str]) -> str:
    """One statement, so one moment."""
    rows = " UNION ALL ".join(f"SELECT '{table}' AS name, count(*) AS rows FROM public.\"{table}\"" for table in tables)  # noqa: S608
    return f"SELECT json_object_agg(name, rows) FROM ({rows}) AS counted"  # noqa: S608
