"""Whether WAL reaches the archive, asked of PostgreSQL itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from production.backup.agent import postgres

#: A segment that holds nothing but its first page is idle: nothing is lost with it, and PostgreSQL does not switch it.
SQL = """
SELECT json_build_object(
    'at', last_archived_time,
    'failed', failed_count,
    'is_failing', coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false),
    'wal', coalesce(last_failed_wal, ''),
    'pg_wal_bytes', (SELECT coalesce(sum(size), 0) FROM pg_ls_waldir()),
    'waiting', (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'),
    'age', extract(epoch FROM now() - greatest(last_archived_time, pg_postmaster_start_time())),
    'is_recovering', pg_is_in_recovery(),
    'has_written', CASE WHEN pg_is_in_recovery() THEN false
        ELSE mod(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0'), 16777216) > 8192 END
) FROM pg_stat_archiver
"""


@dataclass(frozen=True)
class Archive:
    """``lag_seconds``: how long ago the last segment was archived, 0 while nothing was written since; ``waiting``: complete segments."""

    at: datetime | None
    lag_seconds: int
    is_failing: bool
    failed_count: int
    pg_wal_bytes: int
    waiting: int
    error: str
    is_recovering: bool = False


def look() -> Archive:
    """The present state. Raises PostgresFailed."""
    told: dict[str, Any] = postgres.ask("postgres", SQL, seconds=10)
    return Archive(
        at=datetime.fromisoformat(told["at"]) if told["at"] else None,
        lag_seconds=int(told["age"]) if told["has_written"] or told["waiting"] else 0,
        is_failing=told["is_failing"],
        failed_count=told["failed"],
        pg_wal_bytes=told["pg_wal_bytes"],
        waiting=told["waiting"],
        is_recovering=told["is_recovering"],
        error=f"the segment {told['wal']} is refused by the archive: `docker logs` of db tells why" if told["is_failing"] else "",
    )
