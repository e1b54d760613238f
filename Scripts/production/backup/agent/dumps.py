"""Logical dumps: one of each database, and what belongs to the whole cluster."""

import subprocess
from typing import Any

from production.backup.agent import postgres
from production.backup.agent.postgres import PostgresFailed
from production.backup.agent.store import Vault

GLOBALS = "globals.sql"


def take(vault: Vault, stamp: str) -> dict[str, Any]:
    """Dump every database under ``dumps/<stamp>/`` and read each dump back. Raises PostgresFailed, Broken."""
    sizes: dict[str, int] = {}
    for database in postgres.existing_databases():
        name = name_of(stamp, database)
        sizes[database] = vault.keep(name, postgres.output_of("nice", "pg_dump", "--format=custom", "--lock-wait-timeout=30s", database))
        check(vault, name)
    vault.keep(f"dumps/{stamp}/{GLOBALS}", postgres.output_of("pg_dumpall", "--globals-only"))
    vault.mirror("dumps/")
    return {"stamp": stamp, "bytes": sum(sizes.values()), "databases": sizes}


def name_of(stamp: str, database: str) -> str:
    """The dump of a database in the store."""
    return f"dumps/{stamp}/{database}.dump"


def newest(vault: Vault, database: str, before: str = "~") -> str:
    """The name of the newest dump of a database made before a stamp; empty if there is none."""
    names = [name for name in vault.names("dumps/") if name.endswith(f"/{database}.dump") and name.split("/")[1] <= before]
    return names[-1] if names else ""


def check(vault: Vault, name: str) -> None:
    """The dump opens to its end, and pg_restore finds its contents. Raises Broken, PostgresFailed."""
    feed(vault, name, "pg_restore", "--list")


def feed(vault: Vault, name: str, *command: str) -> None:
    """Give a sealed file to a program's input. Raises Broken, PostgresFailed."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None  # noqa: S101  (both are pipes)
        assert process.stderr is not None  # noqa: S101
        is_reading = True
        for chunk in vault.read(name):
            try:
                if is_reading:
                    process.stdin.write(chunk)
            except BrokenPipeError:  # it has read what it wanted; the rest is still checked
                is_reading = False
        try:
            process.stdin.close()
        except BrokenPipeError:
            is_reading = False
        said = process.stderr.read().decode(errors="replace").strip()
    if process.returncode:
        raise PostgresFailed(f"{command[0]}: {said[-400:] or f'exit code {process.returncode}'}")
