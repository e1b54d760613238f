"""The behavioural gate of a release: do the tests of the release before pass on the schema of this one?

``Scripts/release/schema REF [SERVICE…]``: the expanding migrations of the tree as it stands are applied to a fresh database for each
service, and the tests of REF run on it. Exit code 0 when all pass, 1 when a service's do not, 2 for wrong use.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from bootstrap.paths import ROOT, SCRIPTS, SERVICES
from quality.environment import offline_environment
from servicekit.testing.postgres import start_postgres

TEST_DATABASE = "test_postgres"  # Django's name for the tests' copy of the database that TEST_DATABASE_URL names


def main() -> None:
    """Read the command line, run, and say how it went."""
    if len(sys.argv) < 2 or not set(sys.argv[2:]) <= set(SERVICES):
        sys.stderr.write(f"Scripts/release/schema REF [{' '.join(SERVICES)}]\n")
        sys.exit(2)
    reference, services = sys.argv[1], sys.argv[2:] or SERVICES
    server = os.environ.get("TEST_DATABASE_URL") or start_postgres()
    with tree_of(reference) as old:
        failed = [service for service in services if not bears(old, service, server)]
    told = f"fails on this schema: {', '.join(failed)}" if failed else f"{len(services)} services pass on this schema"
    sys.stdout.write(f"{reference}: {told}\n")
    sys.exit(bool(failed))


@contextmanager
def tree_of(reference: str) -> Iterator[Path]:
    """The sources of another commit, for a while. Exits with 2 when there is no such commit."""
    with tempfile.TemporaryDirectory(prefix="tts-old-") as folder:
        archive = subprocess.run(["git", "archive", reference], cwd=ROOT, capture_output=True, check=False)
        if archive.returncode:
            sys.stderr.write(archive.stderr.decode())
            sys.exit(2)
        subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)
        yield Path(folder)


def bears(old: Path, service: str, server: str) -> bool:
    """Whether the old tests of a service pass on the new schema."""
    _fresh_database(server)
    _expand(service, _named(server, TEST_DATABASE))
    command = [sys.executable, "-m", "pytest", "-q", "--reuse-db", "-p", "no:cacheprovider", "tests"]
    path = os.pathsep.join([str(old), str(old / "Scripts")])
    done = subprocess.run(command, cwd=old / service, env={**os.environ, "PYTHONPATH": path, "TEST_DATABASE_URL": server}, check=False)
    return done.returncode == 0


def _expand(service: str, url: str) -> None:
    """This tree's migrations, as a deployment applies them."""
    path = os.pathsep.join([str(ROOT), str(SCRIPTS)])
    environment = {**os.environ, **offline_environment(service), "PYTHONPATH": path, "DATABASE_URL": url}
    subprocess.run([sys.executable, "manage.py", "expand"], cwd=ROOT / service, env=environment, stdout=subprocess.DEVNULL, check=True)


def _fresh_database(server: str) -> None:
    link = psycopg2.connect(server)
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {TEST_DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {TEST_DATABASE}")
    link.close()


def _named(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


if __name__ == "__main__":
    main()
