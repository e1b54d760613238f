"""Prometheus metrics, gathered over all processes of a service."""

from collections.abc import Iterable

from django.db import connection
from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric

from servicekit.environment import environment

REQUESTS = Counter("http_requests_total", "HTTP requests", ["method", "route", "status"])
SECONDS = Histogram("http_request_seconds", "Time to answer", ["route"], buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10))
PUBLISHED = Counter("events_published_total", "Events confirmed by the broker", ["type"])
HANDLED = Counter("events_handled_total", "Handler runs by outcome", ["handler", "outcome"])
JOBS = Counter("jobs_run_total", "Scheduled jobs by outcome", ["kind", "outcome"])
RELAY_BLOCKED = Gauge("relay_blocked", "1 while the broker refuses publishes", multiprocess_mode="livemax")

#: metric → SQL that yields one number
FIGURES = {
    "outbox_pending": "SELECT count(*) FROM servicekit_outboxevent WHERE published_at IS NULL",
    "outbox_oldest_seconds": "SELECT coalesce(extract(epoch FROM now() - min(created_at)), 0) "
    "FROM servicekit_outboxevent WHERE published_at IS NULL",
    "outbox_unroutable": "SELECT count(*) FROM servicekit_outboxevent WHERE published_at IS NULL AND last_error = 'unroutable'",
    "dead_letters": "SELECT count(*) FROM servicekit_deadletter WHERE resolved_at IS NULL",
    "scheduled_job_lag_seconds": "SELECT coalesce(greatest(extract(epoch FROM now() - min(run_at)), 0), 0) FROM servicekit_scheduledjob",
}


def count_request(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request. ``route`` is the pattern, never the path, so that series stay few."""
    REQUESTS.labels(method, route, status).inc()
    SECONDS.labels(route).observe(seconds)


class DatabaseFigures:
    """What only the database knows, read at scrape time."""

    def collect(self) -> Iterable[Metric]:
        """One gauge per figure."""
        with connection.cursor() as cursor:
            for name, sql in FIGURES.items():
                cursor.execute(sql)
                row = cursor.fetchone()
                yield GaugeMetricFamily(name, name.replace("_", " "), value=float(row[0]) if row else 0.0)


def metrics_page(request: HttpRequest) -> HttpResponse:
    """GET /metrics, inside only: the front door does not let it out."""
    registry = CollectorRegistry()
    shared = bool(environment.text("PROMETHEUS_MULTIPROC_DIR"))
    if shared:
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(DatabaseFigures())
    body = generate_latest(registry) + (b"" if shared else generate_latest(REGISTRY))
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)
