"""A PostgreSQL server of our own, with the five databases and roles of the system."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg2

from tests.system.harness.processes import Process, free_port, wait_until

SCRIPTS = Path(__file__).resolve().parents[3] / "Scripts"
#: fsync is off, as the tests kill processes and not machines: what the kernel has, survives them
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "150",
    "shared_buffers": "64MB",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
    "restart_after_crash": "on",
    "log_min_messages": "warning",
}


def binaries() -> Path:
    """The folder of initdb and postgres, readable by the account that runs them."""
    if str(SCRIPTS) not in sys.path:
        sys.path.insert(0, str(SCRIPTS))
    from ops.binaries import postgres

    return postgres()


class Postgres:
    """Starts, crashes and hangs the server; answers questions about its databases."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.data = folder / "pgdata"
        self.user = "nobody" if os.geteuid() == 0 else None
        self._superuser_password = os.urandom(12).hex()
        self._folder = folder
        self._make_cluster()
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [str(binaries() / "postgres"), "-D", str(self.data), "-p", str(self.port), *options]
        self.process = Process(
            "postgres", command, log=folder / "postgres.log", env={"PATH": os.environ["PATH"], "LC_ALL": "C"}, user=self.user
        )

    def _make_cluster(self) -> None:
        self._folder.chmod(0o755)
        self.data.mkdir(mode=0o700)
        password_file = self._folder / "pg-password"
        password_file.write_text(self._superuser_password)
        if self.user:
            shutil.chown(self.data, self.user)
            shutil.chown(password_file, self.user)
        subprocess.run(
            [str(binaries() / "initdb"), "-D", str(self.data), "-U", "postgres", "-A", "scram-sha-256", "--pwfile", str(password_file),
             "-E", "UTF8", "--no-locale", "--no-sync"],
            check=True, capture_output=True, user=self.user, cwd="/", env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        )  # fmt: skip

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process.start()
        wait_until(self._answers, f"PostgreSQL answers\n{self.process.tail()}", seconds=30)

    def crash(self) -> None:
        """What ``pg_ctl stop -m immediate`` does: every server process ends at once and nothing is flushed."""
        os.kill(self.process.pid, signal.SIGQUIT)
        self.process.wait(20)

    def stop(self) -> None:
        """Close all sessions and end."""
        if self.process.is_running:
            os.kill(self.process.pid, signal.SIGINT)
        self.process.stop()

    def create_database(self, name: str) -> str:
        """A database with an owner of the same name; its URL."""
        password = os.urandom(12).hex()
        with closing(self.connect("postgres")) as session, session.cursor() as cursor:
            cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
            cursor.execute(f"CREATE DATABASE {name} OWNER {name}")
        return f"postgres://{name}:{password}@127.0.0.1:{self.port}/{name}"

    def connect(self, database: str) -> "psycopg2.extensions.connection":
        """A superuser's session in autocommit."""
        session = psycopg2.connect(
            host="127.0.0.1", port=self.port, user="postgres", password=self._superuser_password, dbname=database, connect_timeout=5
        )
        session.autocommit = True
        return session

    def rows(self, database: str, query: str, *values: object) -> list[tuple[object, ...]]:
        """What the query finds."""
        with closing(self.connect(database)) as session, session.cursor() as cursor:
            cursor.execute(query, values or None)
            return list(cursor.fetchall()) if cursor.description else []

    def _answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True
