"""Health, metrics, logs, admin: what ops and admins see."""

import json
import logging
from datetime import timedelta

import msgspec
import pytest

from servicekit.clock import now
from servicekit.contracts import registry
from servicekit.logging import JsonFormatter, redact
from servicekit.models import DeadLetter, Heartbeat
from servicekit.testing import keys
from servicekit.testing.api import DescribedClient
from servicekit.testing.contracts import samples_for

pytestmark = pytest.mark.django_db


class TestHealth:
    def test_alive_asks_the_database_nothing(self, django_assert_num_queries, client):
        with django_assert_num_queries(0):
            assert client.get("/livez").json() == {"status": "alive"}

    def test_ready_names_the_database_the_migrations_and_the_worker(self, client):
        Heartbeat.objects.create(name="worker", beat_at=now())
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["checks"]) == (200, {"database": "ok", "migrations": "ok", "worker": "ok"})

    def test_a_silent_worker_makes_the_service_not_ready(self, client, frozen_clock):
        Heartbeat.objects.create(name="worker", beat_at=frozen_clock.now - timedelta(seconds=75))
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["checks"]["worker"]) == (503, "silent for 75 s")


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_the_machine_room_asks_by_address_and_nobody_else_may(client, path):
    assert client.get(path, headers={"Host": "172.20.0.9:8000"}).status_code in {200, 503}
    assert client.get("/notes/", headers={"Host": "172.20.0.9:8000"}).status_code == 400


def test_metrics_show_the_dead_letters(client):
    DeadLetter.objects.create(source="event", reason="x", created_at=now())
    assert "\ndead_letters 1.0\n" in client.get("/metrics").content.decode()


class TestLogs:
    def record(self, message, **extra):
        record = logging.makeLogRecord({"name": "t", "levelno": 20, "levelname": "INFO", "msg": message, **extra})
        return json.loads(JsonFormatter("example").format(record))

    @pytest.mark.parametrize(
        ("text", "kept"),
        [
            ("token eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl here", "token [redacted] here"),
            ("Authorization: Bearer abc.def", "Authorization: [redacted]"),
            ("amqp://user:pa55word@host/", "amqp://[redacted]@host/"),
        ],
    )
    def test_what_has_the_shape_of_a_secret_is_not_written(self, text, kept):
        assert redact(text) == kept

    def test_a_field_with_a_secret_name_is_not_written(self):
        line = self.record("hi", password="hunter2", ticket="TTS-1")
        assert (line["event"], line["password"], line["ticket"]) == ("hi", "[redacted]", "TTS-1")

    def test_a_line_break_in_a_value_makes_no_second_line(self):
        text = JsonFormatter("example").format(logging.makeLogRecord({"msg": 'a\n{"level":"error"}\u2028'}))
        assert "\n" not in text

    def test_a_request_id_of_the_front_door_is_kept_and_a_strange_one_is_not(self, client):
        assert client.get("/livez", headers={"X-Request-ID": "abcdef123456"})["X-Request-ID"] == "abcdef123456"
        assert client.get("/livez", headers={"X-Request-ID": "a\tb"})["X-Request-ID"] != "a\tb"


class TestAdmin:
    def browser(self, role):
        browser = DescribedClient()
        browser.cookies["tts_access"] = keys.token_for(keys.make_principal(role))
        return browser

    @pytest.mark.parametrize("page", ["outboxevent", "deadletter", "scheduledjob"])
    def test_an_admin_sees_the_mechanisms_with_the_one_login(self, page):
        assert self.browser("tts.admin").get(f"/admin/example/servicekit/{page}/").status_code == 200

    def test_others_are_sent_to_the_login_of_the_spa(self):
        answer = self.browser("hdts.employee").get("/admin/example/", follow=True)
        assert answer.redirect_chain[-1][0] == "/login?next=%2Fadmin%2Fexample%2F"

    def test_nothing_is_edited_by_hand(self):
        assert self.browser("tts.admin").get("/admin/example/servicekit/deadletter/add/").status_code == 403


class TestContracts:
    @pytest.mark.parametrize("event", registry.values(), ids=lambda event: event.type)
    def test_every_event_has_a_frozen_sample_that_its_class_reads_and_writes_unchanged(self, event):
        samples = samples_for(event)
        assert samples, f"no sample of {event.type}"
        assert [msgspec.convert(msgspec.to_builtins(sample), event) for sample in samples] == samples
