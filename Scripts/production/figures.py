"""What waits and what failed, service by service, read from the databases in one go."""

from dataclasses import dataclass

from production.compose import Compose
from production.state import SERVICES

SQL = """SELECT count(*) FILTER (WHERE published_at IS NULL),
 coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE published_at IS NULL)), 0)::int,
 count(*) FILTER (WHERE published_at IS NULL AND last_error = 'unroutable'),
 (SELECT count(*) FROM servicekit_deadletter WHERE resolved_at IS NULL),
 (SELECT coalesce(extract(epoch FROM now() - max(beat_at)), -1)::int FROM servicekit_heartbeat)
 FROM servicekit_outboxevent"""


@dataclass(frozen=True)
class Figures:
    """Of one service. Seconds: how long the oldest event has waited; how long the worker has been silent (-1: never seen)."""

    service: str
    waiting: int
    oldest_seconds: int
    unroutable: int
    dead_letters: int
    silent_seconds: int

    @property
    def is_well(self) -> bool:
        """Nothing waits for long, nothing failed, the worker works."""
        return self.oldest_seconds < 60 and not self.unroutable and not self.dead_letters and 0 <= self.silent_seconds < 60


def read(compose: Compose) -> list[Figures]:
    """All five. Raises ComposeFailed where the database does not answer."""
    script = "set -e\n" + "".join(f'psql -XqAt -F " " -U postgres -d {service}_db <<"END"\n{SQL}\nEND\n' for service in SERVICES)
    lines = compose.exec("db", "sh", "-c", script, timeout=30).splitlines()
    return [Figures(service, *map(int, line.split())) for service, line in zip(SERVICES, lines, strict=True)]
