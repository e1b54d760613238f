"""Prometheus metrics, gathered over all processes of a service."""

from collections.abc import Iterable
from typing import cast

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from servicekit.environment import environment

REQUESTS = Counter("http_requests_total", "HTTP requests", ["method", "route", "status"])
SECONDS = Histogram("http_request_seconds", "Time to answer", ["route"], buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10))
PUBLISHED = Counter("events_published_total", "Events confirmed by the broker", ["type"])
HANDLED = Counter("events_handled_total", "Handler runs by outcome", ["handler", "outcome"])
#: an event type is a class of servicekit.contracts, so its series are few
DELIVERY = Histogram(
    "events_delivery_seconds",
    "From the moment of a fact to the end of a handler's run for it",
    ["type"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120),
)
JOBS = Counter("jobs_run_total", "Scheduled jobs by outcome", ["kind", "outcome"])
RELAY_BLOCKED = Gauge("relay_blocked", "1 while the broker refuses publishes", multiprocess_mode="livemax")

#: metric → SQL that yields one number: what the service's own tables know
FIGURES = {
    "outbox_pending": "SELECT count(*) FROM servicekit_outboxevent WHERE published_at IS NULL",
    "outbox_oldest_seconds": "SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0) "
    "FROM servicekit_outboxevent WHERE published_at IS NULL",
    "outbox_unroutable": "SELECT count(*) FROM servicekit_outboxevent WHERE published_at IS NULL AND last_error = 'unroutable'",
    "dead_letters": "SELECT count(*) FROM servicekit_deadletter WHERE resolved_at IS NULL",
    "scheduled_job_lag_seconds": "SELECT coalesce(greatest(extract(epoch FROM now() - min(run_at)), 0), 0) FROM servicekit_scheduledjob",
    "worker_heartbeat_age_seconds": "SELECT coalesce(extract(epoch FROM now() - max(beat_at)), 1e9) FROM servicekit_heartbeat",
}
#: what the server knows of itself and tells every role; the same in each service, but for the role's own sessions
DATABASE_FIGURES = {
    "database_connections": "SELECT coalesce(sum(numbackends), 0) FROM pg_stat_database",
    "database_connections_limit": "SELECT current_setting('max_connections')::int",
    "database_role_connections": "SELECT count(*) FROM pg_stat_activity WHERE usename = current_user",
    "database_role_connections_limit": "SELECT CASE WHEN rolconnlimit < 0 THEN current_setting('max_connections')::int "
    "ELSE rolconnlimit END FROM pg_roles WHERE rolname = current_user",
    "database_longest_transaction_seconds": "SELECT coalesce(max(extract(epoch FROM now() - xact_start)), 0) "
    "FROM pg_stat_activity WHERE usename = current_user",
    "database_longest_lock_wait_seconds": "SELECT coalesce(max(extract(epoch FROM now() - waitstart)), 0) FROM pg_locks WHERE NOT granted",
    "database_oldest_xid_age": "SELECT max(age(datfrozenxid)) FROM pg_database",
    "database_dead_rows_ratio": "SELECT coalesce(max(n_dead_tup::float / (n_live_tup + n_dead_tup)), 0) "
    "FROM pg_stat_user_tables WHERE n_dead_tup > 10000",
    "database_size_bytes": "SELECT pg_database_size(current_database())",
    "database_deadlocks_total": "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
    "wal_archive_age_seconds": "SELECT CASE WHEN current_setting('archive_mode') = 'off' THEN 0 "
    "ELSE extract(epoch FROM now() - coalesce(last_archived_time, stats_reset)) END FROM pg_stat_archiver",
    "wal_archive_failures_total": "SELECT failed_count FROM pg_stat_archiver",
}


def count_request(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request. ``route`` is the pattern, never the path, so that series stay few."""
    REQUESTS.labels(method, route, status).inc()
    SECONDS.labels(route).observe(seconds)


class DatabaseFigures:
    """What only the database knows, read at scrape time in one statement; only ``database_up 0`` while it does not answer."""

    def collect(self) -> Iterable[Metric]:
        """One metric per figure: a counter if its name ends in ``_total``, else a gauge."""
        figures = FIGURES | DATABASE_FIGURES
        row = _ask(figures.values())
        yield GaugeMetricFamily("database_up", "1 if the database answers", value=float(row is not None))
        for name, value in zip(figures, row or (), strict=False):
            kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
            yield kind(name, name.replace("_", " "), value=float(value))


def _ask(questions: Iterable[str]) -> tuple[float, ...] | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT " + ", ".join(f"({question})" for question in questions))
            return cast("tuple[float, ...]", cursor.fetchone())
    except DatabaseError:
        connection.close()
        return None


def metrics_page(request: HttpRequest) -> HttpResponse:
    """GET /metrics, inside only: the front door does not let it out."""
    registry = CollectorRegistry()
    shared = bool(environment.text("PROMETHEUS_MULTIPROC_DIR"))
    if shared:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(DatabaseFigures())
    body = generate_latest(registry) + (b"" if shared else generate_latest(REGISTRY))
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)
