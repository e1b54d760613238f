"""Schema changes beside a running release: expand first, contract when nothing needs the old shape any more.

A migration that takes something away says ``phase = "contract"``. It, and all that depends on it, waits for ``expand --contract``.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

logger = logging.getLogger("tts.expand")
ONE_AT_A_TIME = 7_305_003  # the advisory lock of whoever changes the schema
LOCK_TIMEOUT = "2s"  # as long may a change stand in the way of those who wait behind it
PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds between tries
INVALID = "SELECT c.oid::regclass FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT i.indisvalid"


class SchemaInUse(Exception):
    """Somebody held a table for longer than all the tries took; what was applied before stays, and the old release bears it."""


def pending(*, contract: bool) -> list[Migration]:
    """What is to be applied, in order; without ``contract`` nothing that takes something away or depends on such."""
    executor = MigrationExecutor(connection)
    plan = [migration for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    return plan if contract else without_contract(plan)


def without_contract(plan: Sequence[Migration]) -> list[Migration]:
    """The migrations of a plan that neither contract nor depend on one that does."""
    held: set[tuple[str, str]] = set()
    allowed = []
    for migration in plan:
        if phase(migration) == "contract" or held.intersection(migration.dependencies):
            held.add((migration.app_label, migration.name))
        else:
            allowed.append(migration)
    return allowed


def phase(migration: Migration) -> str:
    """``expand`` unless the migration says ``contract``."""
    return str(getattr(migration, "phase", "expand"))


def statements(migration: Migration) -> list[str]:
    """The SQL of a migration that is not applied yet; comments stand for what is Python."""
    sql: list[str] = MigrationExecutor(connection).loader.collect_sql([(migration, False)])
    return sql


def expand(*, contract: bool = False) -> list[str]:
    """Apply what is pending, each change with a short wait for its locks and several tries; the names of what was applied.

    A second call waits for the first. Raises SchemaInUse.
    """
    with _alone():
        _drop_half_built_indexes()
        due = pending(contract=contract)
        for label, name in _targets(due):
            _apply(label, name)
        return [f"{migration.app_label}.{migration.name}" for migration in due]


def _targets(due: Sequence[Migration]) -> Iterator[tuple[str, str]]:
    """The last migration of each run of one app: applying it applies the run."""
    for position, migration in enumerate(due):
        if position + 1 == len(due) or due[position + 1].app_label != migration.app_label:
            yield migration.app_label, migration.name


def _apply(label: str, name: str) -> None:
    for pause in (*PAUSES, None):
        try:
            call_command("migrate", label, name, interactive=False, verbosity=1)
        except OperationalError as error:
            if not _is_lock_timeout(error):
                raise
            if pause is None:
                raise SchemaInUse(f"{label}.{name}: somebody holds what it changes") from error
            logger.warning("waiting for a table", extra={"migration": f"{label}.{name}", "seconds": pause})
            time.sleep(pause)
        else:
            return


def _is_lock_timeout(error: OperationalError) -> bool:
    return getattr(error.__cause__, "pgcode", None) == "55P03"


@contextmanager
def _alone() -> Iterator[None]:
    """One schema change at a time, with the time-outs of one; the lock goes with the connection, however it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
    try:
        yield
    finally:
        connection.close()


def _drop_half_built_indexes() -> None:
    """What a killed CREATE INDEX CONCURRENTLY left; else building it again would fail."""
    with connection.cursor() as cursor:
        cursor.execute(INVALID)
        left_over: list[Any] = [row[0] for row in cursor.fetchall()]
        for index in left_over:
            cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")
