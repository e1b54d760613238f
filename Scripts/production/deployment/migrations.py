"""May the old release live with the schema of the new one? Judged from the SQL of the pending migrations, before anything moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

#: what a person may have looked at and found harmless: ``reviewed = {"ADD_UNIQUE": "the table is empty until release 7"}``
REVIEWED = "reviewed"


@dataclass(frozen=True)
class Pending:
    """A migration that is not applied. ``reviewed``: code of a finding → why it is harmless."""

    name: str
    phase: str
    sql: tuple[str, ...]
    reviewed: Mapping[str, str]


@dataclass(frozen=True)
class Judgement:
    """What is wrong with the migrations that expand, and which ones are held back because they contract."""

    faults: tuple[str, ...]
    to_apply: tuple[str, ...]
    held: tuple[str, ...]


def judge(report: Mapping[str, Any]) -> Judgement:
    """The judgement on what ``manage.py pending_migrations`` printed. A database that serves nobody yet bears everything."""
    pending = [Pending(each["name"], each["phase"], tuple(each["sql"]), each.get(REVIEWED, {})) for each in report["migrations"]]
    expanding = [each for each in pending if each.phase == "expand"]
    faults = [fault for each in expanding for fault in _faults(each)] if report["in_use"] else []
    return Judgement(
        faults=tuple(faults),
        to_apply=tuple(each.name for each in expanding),
        held=tuple(each.name for each in pending if each.phase == "contract"),
    )


def _faults(migration: Pending) -> Sequence[str]:
    from django_migration_linter.sql_analyser.analyser import analyse_sql_statements  # takes 0.3 s
    from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

    sql = [statement for statement in migration.sql if not statement.startswith("--")]
    errors, _, warnings = analyse_sql_statements(PostgresqlAnalyser, sql)
    found = {issue.code: issue.message for issue in (*errors, *warnings)}
    if any("CANNOT BE WRITTEN AS SQL" in statement for statement in migration.sql):
        found["RUN_PYTHON"] = "Python whose effect on the old release nobody can see from here"
    return [f"{migration.name}: {code} ({message})" for code, message in found.items() if code not in migration.reviewed]
