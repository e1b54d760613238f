"""What a broker lost is found by comparing outboxes with inboxes, and published again."""

import io
import json
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from servicekit.clock import now
from servicekit.contracts.notification import NoticeCreated
from servicekit.events import handling, publish
from servicekit.events.recovery import Published, unhandled
from servicekit.models import DeadLetter, InboxEntry, OutboxEvent
from servicekit.testing.samples import a_notice

pytestmark = pytest.mark.django_db
HANDLER = "test.on_notice"


@pytest.fixture(autouse=True)
def _handler(monkeypatch):
    """A handler of notices that has worked for an hour."""
    monkeypatch.setitem(handling.handlers, NoticeCreated.type, {HANDLER: lambda event, meta: None})
    InboxEntry.objects.create(handler=HANDLER, event_id=uuid4(), handled_at=now() - timedelta(hours=1))


def an_event(*, minutes_ago=1, kind="notice.created"):
    return Published(uuid4(), kind, now() - timedelta(minutes=minutes_ago))


def run(monkeypatch, step, *lines):
    """What the command prints for these lines of input."""
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
    out = StringIO()
    call_command("recover_events", step, stdout=out)
    return out.getvalue().splitlines()


def test_an_event_that_no_handler_has_seen_is_unhandled():
    event = an_event()
    assert unhandled([event]) == {event.event_id}


def test_an_event_that_was_handled_is_not():
    event = an_event()
    InboxEntry.objects.create(handler=HANDLER, event_id=event.event_id, handled_at=now())
    assert unhandled([event]) == set()


def test_an_event_that_only_one_of_two_handlers_has_seen_is_unhandled(monkeypatch):
    second = "test.second"
    monkeypatch.setitem(handling.handlers, NoticeCreated.type, {HANDLER: lambda e, m: None, second: lambda e, m: None})
    InboxEntry.objects.create(handler=second, event_id=uuid4(), handled_at=now() - timedelta(hours=1))
    event = an_event()
    InboxEntry.objects.create(handler=HANDLER, event_id=event.event_id, handled_at=now())
    assert unhandled([event]) == {event.event_id}


@pytest.mark.parametrize("handler", ["", HANDLER])
def test_a_dead_letter_waits_for_a_person_and_is_not_published_again(handler):
    event = an_event()
    DeadLetter.objects.create(source="event", handler=handler, event_id=event.event_id, reason="boom", created_at=now())
    assert unhandled([event]) == set()


def test_an_event_that_nobody_here_handles_is_not_unhandled():
    assert unhandled([an_event(kind="user.created")]) == set()


def test_what_was_published_before_the_handler_began_was_never_meant_for_it():
    old, on_the_way = an_event(minutes_ago=76), an_event(minutes_ago=74)
    assert unhandled([old, on_the_way]) == {on_the_way.event_id}


def test_a_handler_that_never_worked_wants_nothing(monkeypatch):
    monkeypatch.setitem(handling.handlers, NoticeCreated.type, {"test.new": lambda event, meta: None})
    assert unhandled([an_event()]) == set()


def test_the_three_steps_publish_what_was_lost_and_nothing_else(monkeypatch):
    with transaction.atomic():
        lost, handled = publish(a_notice()), publish(a_notice())
    OutboxEvent.objects.update(published_at=now())
    InboxEntry.objects.create(handler=HANDLER, event_id=handled, handled_at=now())
    told = run(monkeypatch, "published")
    assert [line.split()[:2] for line in told] == [[str(lost), "notice.created"], [str(handled), "notice.created"]]
    lacking = run(monkeypatch, "unhandled", *told)
    assert lacking == [str(lost)]
    assert [json.loads(line) for line in run(monkeypatch, "publish", *lacking, str(uuid4()))] == [{"again": 1}]
    assert list(OutboxEvent.objects.filter(published_at__isnull=True).values_list("event_id", flat=True)) == [lost]


@pytest.mark.parametrize(
    ("step", "line"),
    [("unhandled", "nonsense"), ("unhandled", "c0ffee00-0000-4000-8000-000000000000 notice.created yesterday"), ("publish", "7")],
)
def test_lines_that_are_no_events_are_refused_and_change_nothing(monkeypatch, step, line):
    with transaction.atomic():
        publish(a_notice())
    OutboxEvent.objects.update(published_at=now())
    with pytest.raises(CommandError, match="a line is no event"):
        run(monkeypatch, step, line)
    assert OutboxEvent.objects.filter(published_at__isnull=True).count() == 0
