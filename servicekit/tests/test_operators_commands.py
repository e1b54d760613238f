"""What an operator asks a service: its outbox and its dead letters, as JSON."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from servicekit.clock import now
from servicekit.events import publish
from servicekit.models import DeadLetter, OutboxEvent
from servicekit.testing.samples import a_notice

pytestmark = pytest.mark.django_db


def run(*arguments):
    """The lines that a command prints."""
    out = StringIO()
    call_command(*arguments, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def published(minutes_ago):
    """An event that went out so long ago."""
    with transaction.atomic():
        event_id = publish(a_notice())
    OutboxEvent.objects.filter(event_id=event_id).update(published_at=now() - timedelta(minutes=minutes_ago))
    return event_id


class TestOutbox:
    def test_what_waits_is_listed_without_its_data(self):
        published(minutes_ago=1)
        with transaction.atomic():
            waiting = publish(a_notice())
        OutboxEvent.objects.filter(event_id=waiting).update(last_error="unroutable", attempts=3)
        (line,) = run("outbox", "list")
        assert (line["event_id"], line["type"], line["attempts"], line["last_error"]) == (str(waiting), "notice.created", 3, "unroutable")
        assert set(line) == {"event_id", "type", "created_at", "attempts", "last_error", "retry_at"}

    def test_what_was_published_since_a_moment_is_published_again(self):
        before, after = published(minutes_ago=90), published(minutes_ago=10)
        since = (now() - timedelta(hours=1)).isoformat()
        assert run("outbox", "replay", "--since", since) == [{"again": 1}]
        assert list(OutboxEvent.objects.filter(published_at__isnull=True).values_list("event_id", flat=True)) == [after]
        assert OutboxEvent.objects.get(event_id=before).published_at is not None

    @pytest.mark.parametrize(
        ("since", "said"),
        [
            ("", "--since takes a moment with its time zone, such as 2026-01-31T12:00:00Z"),
            ("yesterday", "--since takes a moment with its time zone, such as 2026-01-31T12:00:00Z"),
            ("2026-01-31T12:00:00", "--since takes a moment with its time zone, such as 2026-01-31T12:00:00Z"),
            ("2026-02-31T12:00:00Z", "--since 2026-02-31T12:00:00Z: there is no such moment"),
            ("2999-01-01T00:00:00Z", "--since 2999-01-01T00:00:00Z lies in the future"),
        ],
    )
    def test_a_moment_that_makes_no_sense_changes_nothing(self, since, said):
        published(minutes_ago=1)
        with pytest.raises(CommandError) as refusal:
            run("outbox", "replay", "--since", since)
        assert (str(refusal.value), OutboxEvent.objects.filter(published_at__isnull=True).count()) == (said, 0)


class TestDeadLetters:
    def test_a_letter_is_shown_with_what_it_carried(self):
        letter = DeadLetter.objects.create(
            source="event", name="notice.created", handler="h", reason="boom", payload={"id": "7"}, created_at=now()
        )
        (line,) = run("events", "show", str(letter.id))
        assert (line["id"], line["reason"], line["payload"], line["raw"]) == (letter.id, "boom", {"id": "7"}, "")
        assert DeadLetter.objects.get().resolved_at is None

    def test_a_list_shows_no_payload(self):
        DeadLetter.objects.create(source="event", reason="boom", payload={"secret": "yes"}, created_at=now())
        (line,) = run("events", "list")
        assert set(line) == {"id", "name", "handler", "reason", "at"}
