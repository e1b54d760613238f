"""Questions to the database server, by psql, as its superuser over the inner network."""

import json
import subprocess
from collections.abc import Iterator
from typing import Any

from production.backup.agent.settings import DATABASES

CHUNK = 256 * 1024


class PostgresFailed(Exception):
    """A program of PostgreSQL ended with an error; the message is what it said."""


def ask(database: str, sql: str, *, seconds: int = 60) -> Any:
    """The one JSON value that a statement yields, None for NULL. Raises PostgresFailed, also after ``seconds``."""
    text = run("psql", "--no-psqlrc", "-Atq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql, seconds=seconds).strip()
    return json.loads(text) if text else None


def run(*command: str, seconds: int | None = None, data: str | None = None) -> str:
    """What a program prints. Raises PostgresFailed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds, input=data)
    except subprocess.TimeoutExpired:
        raise PostgresFailed(f"{command[0]} has not ended within {seconds} s") from None
    if done.returncode:
        raise PostgresFailed(f"{command[0]}: {done.stderr.strip()[-400:] or f'exit code {done.returncode}'}")
    return done.stdout


def output_of(*command: str) -> Iterator[bytes]:
    """What a program prints, piece by piece. Raises PostgresFailed at the end if it failed: what was made of it is then no good."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None  # noqa: S101  (both are pipes)
        assert process.stderr is not None  # noqa: S101
        try:
            while chunk := process.stdout.read(CHUNK):
                yield chunk
        except GeneratorExit:
            process.kill()
            raise
        said = process.stderr.read().decode(errors="replace").strip()
    if process.returncode:
        raise PostgresFailed(f"{command[0]}: {said[-400:] or f'exit code {process.returncode}'}")


def is_answering() -> bool:
    """Whether the server takes connections."""
    return subprocess.run(["pg_isready", "-q", "-t", "3"], check=False).returncode == 0


def existing_databases() -> list[str]:
    """Those of the five that are there."""
    found = ask("postgres", "SELECT coalesce(json_agg(datname), '[]') FROM pg_database")
    return [name for name in DATABASES if name in found]
