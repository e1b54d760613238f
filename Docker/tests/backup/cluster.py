"""The databases and their backup alone, and what one does to them."""

import json
from typing import Any

from Docker.tests.stack import Stack, docker, wait_for
from production.backup import databases
from production.backup.container import Agent
from production.backup.databases import Target


class Cluster:
    """``db`` and ``backup`` of a stack, with a table of notes in ticket_db."""

    def __init__(self, stack: Stack) -> None:
        self.stack, self.agent = stack, Agent(stack.compose)

    def start(self) -> None:
        """Up, with roles and databases, and the first layers made."""
        self.stack.compose.run("up", "--detach", "--wait", "db", "backup", capture=True)
        self.stack.compose.run("run", "--rm", "--no-deps", "--no-TTY", "provision", capture=True, input="")
        self.sql("CREATE TABLE IF NOT EXISTS notes (id bigserial PRIMARY KEY, note text NOT NULL)")
        wait_for(lambda: self.layer("check")["at"] is not None, 180)

    def sql(self, statement: str, database: str = "ticket_db") -> str:
        """What psql prints for a statement, as the superuser."""
        return self.stack.compose.exec("db", "psql", "-U", "postgres", "-d", database, "-v", "ON_ERROR_STOP=1", "-Atqc", statement).strip()

    def note(self, text: str) -> None:
        """One committed row."""
        self.sql(f"INSERT INTO notes (note) VALUES ('{text}')")  # noqa: S608

    def notes(self) -> list[str]:
        """All of them, in order."""
        return self.sql("SELECT note FROM notes ORDER BY id").splitlines()

    def archive_everything(self) -> None:
        """Until the archive holds what has been committed so far."""
        segment = self.sql("SELECT pg_walfile_name(pg_switch_wal())", "postgres")
        wait_for(lambda: self.sql("SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver", "postgres")[:24] >= segment, 60)

    def layer(self, name: str) -> dict[str, Any]:
        """What is told of a layer."""
        told: dict[str, Any] = json.loads(self.stack.compose.exec("backup", "cat", "/backup/state/backup.json"))
        found: dict[str, Any] = told["layers"][name]
        return found

    def in_backup(self, command: str) -> str:
        """What a shell in the backup container prints."""
        return self.stack.compose.exec("backup", "sh", "-c", command).strip()

    def lose_the_volume(self) -> None:
        """The database's files are gone, as with a disk; the container is killed first."""
        docker("rm", "--force", self.stack.container("db").id)
        self.release("provision", "backup")
        docker("volume", "rm", f"{self.stack.home.project}_postgres_data")

    def release(self, *services: str) -> None:
        """Take containers away that hold the volume."""
        held = [container.id for container in self.stack.compose.containers() if container.service in services]
        if held:
            docker("rm", "--force", *held)

    def restore(self, target: Target | None = None) -> dict[str, Any]:
        """What ``tts restore`` does to the databases: the base that was used."""
        self.release("db", "backup")
        target = target or Target()
        base = databases.bring_back(self.agent, target, self.plan(target), lambda _: None)
        databases.recover(self.stack.compose, self.agent, lambda _: None, timeout=300)
        return base

    def plan(self, target: Target) -> list[dict[str, Any]]:
        """The bases that lead there."""
        bases: list[dict[str, Any]] = self.agent.once("plan", *target.arguments)["bases"]
        return bases
