"""What Prometheus is told."""

import socket
from datetime import timedelta
from urllib.request import urlopen

import pytest
from django.db import OperationalError, connection
from prometheus_client.parser import text_string_to_metric_families

from servicekit.clock import now
from servicekit.environment import Environment
from servicekit.metrics import DATABASE_FIGURES, FIGURES
from servicekit.metrics_port import serve_metrics
from servicekit.models import Heartbeat, OutboxEvent


def scraped(client):
    """Sample name → value, of the samples without labels."""
    text = client.get("/metrics").content.decode()
    return {sample.name: sample.value for family in text_string_to_metric_families(text) for sample in family.samples if not sample.labels}


@pytest.mark.django_db
def test_every_figure_of_the_database_is_told_with_one_query(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        figures = scraped(client)
    assert {*FIGURES, *DATABASE_FIGURES, "database_up"} - figures.keys() == set()
    assert figures["database_up"] == 1


@pytest.mark.django_db
def test_the_heartbeat_and_the_oldest_waiting_event_are_told_by_their_age(client):
    Heartbeat.objects.create(name="worker", beat_at=now() - timedelta(seconds=75))
    OutboxEvent.objects.create(
        event_id="00000000-0000-0000-0000-000000000001",
        type="note.written",
        schema=1,
        aggregate="note",
        aggregate_id="00000000-0000-0000-0000-000000000002",
        aggregate_version=1,
        data={},
        created_at=now() - timedelta(minutes=2),
    )
    figures = scraped(client)
    assert figures["worker_heartbeat_age_seconds"] == pytest.approx(75, abs=5)
    assert figures["outbox_oldest_seconds"] == pytest.approx(120, abs=5)
    assert figures["outbox_pending"] == 1


@pytest.mark.django_db
def test_a_worker_that_never_was_is_as_old_as_can_be(client):
    assert scraped(client)["worker_heartbeat_age_seconds"] == 1e9


@pytest.mark.django_db
def test_an_archive_that_is_off_is_not_late(client):
    with connection.cursor() as cursor:
        cursor.execute("SHOW archive_mode")
        assert cursor.fetchone() == ("off",)
    assert scraped(client)["wal_archive_age_seconds"] == 0


@pytest.mark.django_db(transaction=True)
def test_without_a_database_the_page_still_answers_and_says_so(client, monkeypatch):
    def away():
        raise OperationalError("no route")

    with monkeypatch.context() as outage:
        outage.setattr(connection, "cursor", away)
        answer = client.get("/metrics")
    figures = answer.content.decode()
    assert answer.status_code == 200
    assert "\ndatabase_up 0.0\n" in figures
    assert "outbox_pending" not in figures


def environment(monkeypatch, **values):
    monkeypatch.setattr("servicekit.metrics_port.environment", Environment(values))


def free_port():
    with socket.socket() as probe:
        probe.bind(("", 0))
        return probe.getsockname()[1]


def test_a_worker_serves_its_counters_on_its_port(monkeypatch):
    port = free_port()
    environment(monkeypatch, METRICS_PORT=str(port))
    serve_metrics()
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        assert "# TYPE jobs_run_total counter" in answer.read().decode()


def test_a_worker_without_a_port_serves_none(monkeypatch):
    environment(monkeypatch)
    monkeypatch.setattr("servicekit.metrics_port.start_http_server", pytest.fail)
    serve_metrics()


def test_a_port_that_is_taken_costs_the_metrics_and_not_the_worker(monkeypatch, caplog):
    with socket.socket() as other:
        other.bind(("", 0))
        other.listen()
        environment(monkeypatch, METRICS_PORT=str(other.getsockname()[1]))
        serve_metrics()
    assert [record.message for record in caplog.records] == ["metrics are not served"]
