"""Facts out and in: nothing is told that is not true, nothing is done twice, nothing is lost."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from servicekit import jobs
from servicekit.clock import now
from servicekit.contracts.auth import SessionRevoked
from servicekit.contracts.notification import NoticeCreated
from servicekit.events import Malformed, handling, publish
from servicekit.events import dead_letters as letters
from servicekit.models import DeadLetter, InboxEntry, OutboxEvent, RevokedSession, ScheduledJob
from servicekit.testing.events import message_of, receive_message
from servicekit.testing.samples import a_notice

pytestmark = pytest.mark.django_db


def revoked(**changes):
    values: dict[str, Any] = {"session_id": uuid4(), "user_id": uuid4(), "reason": "logout", "expires_at": now() + timedelta(days=1)}
    return SessionRevoked(**(values | changes))


@pytest.fixture
def handler(monkeypatch):
    """A handler of notices that does what the test says; gives the list of its calls."""
    calls: list[Any] = []
    behaviour: list[Exception] = []

    def on_notice(event: Any, meta: Any) -> None:
        calls.append(event)
        if behaviour:
            raise behaviour[0]

    monkeypatch.setitem(handling.handlers, NoticeCreated.type, {"test.on_notice": on_notice})
    return SimpleNamespace(calls=calls, behaviour=behaviour)


class TestPublishing:
    @pytest.mark.django_db(transaction=True)
    def test_publishing_outside_a_transaction_is_refused(self):
        with pytest.raises(RuntimeError, match="outside a transaction"):
            publish(a_notice())
        assert OutboxEvent.objects.count() == 0

    def test_what_is_rolled_back_was_never_said(self):
        with transaction.atomic():
            publish(a_notice())
            transaction.set_rollback(True)
        assert OutboxEvent.objects.count() == 0

    def test_a_fact_is_kept_whole(self, published):
        notice = a_notice(title="Hi")
        publish(notice)
        assert published(NoticeCreated) == [notice]
        row = OutboxEvent.objects.get()
        assert (row.type, row.schema, row.aggregate, row.aggregate_version) == ("notice.created", 1, "notice", 1)
        assert (row.aggregate_id, row.published_at) == (notice.told[0].notice_id, None)


class TestHandling:
    def test_the_same_event_three_times_is_done_once(self, deliver):
        deliver(revoked(), times=3)
        assert (RevokedSession.objects.count(), InboxEntry.objects.count()) == (1, 1)

    def test_a_handler_that_fails_leaves_no_trace_and_is_tried_again_later(self, handler, frozen_clock):
        handler.behaviour.append(ZeroDivisionError("boom"))
        receive_message(message_of(a_notice()))
        assert InboxEntry.objects.count() == 0
        job = ScheduledJob.objects.get(kind="servicekit.retry_event")
        assert (job.run_at, job.payload["tried"]) == (frozen_clock.now + timedelta(seconds=2), 1)

    def test_after_five_failures_the_event_is_a_dead_letter_with_its_reason(self, handler, frozen_clock):
        handler.behaviour.append(ZeroDivisionError("boom"))
        receive_message(message_of(a_notice()))
        for seconds in (2, 4, 8, 16):
            frozen_clock.advance(timedelta(seconds=seconds))
            assert jobs.run_next() is True
        assert len(handler.calls) == 5
        letter = DeadLetter.objects.get()
        assert (letter.source, letter.name, letter.handler, letter.reason) == (
            "event",
            "notice.created",
            "test.on_notice",
            "ZeroDivisionError: boom",
        )
        assert ScheduledJob.objects.count() == 0

    def test_a_retry_that_succeeds_is_the_end_of_it(self, handler, frozen_clock):
        handler.behaviour.append(ZeroDivisionError("boom"))
        receive_message(message_of(a_notice()))
        handler.behaviour.clear()
        frozen_clock.advance(timedelta(seconds=2))
        jobs.run_next()
        assert (InboxEntry.objects.count(), DeadLetter.objects.count(), ScheduledJob.objects.count()) == (1, 0, 0)

    def test_one_failing_handler_does_not_keep_another_from_its_work(self, handler, monkeypatch):
        done = []
        handling.handlers[NoticeCreated.type]["test.other"] = lambda event, meta: done.append(event)
        handler.behaviour.append(ZeroDivisionError("boom"))
        receive_message(message_of(a_notice()))
        assert len(done) == 1

    def test_malformed_raised_by_a_handler_is_a_dead_letter_at_once(self, handler):
        handler.behaviour.append(Malformed("no such thing"))
        receive_message(message_of(a_notice()))
        assert DeadLetter.objects.get().reason == "no such thing"
        assert ScheduledJob.objects.count() == 0


class TestMalformedMessages:
    @pytest.mark.parametrize(
        ("message", "reason"),
        [
            ({}, "Object missing required field `id`"),
            ("text", "Expected `object`, got `str`"),
            ({"id": 5}, "Expected `uuid`, got `int` - at `$.id`"),
            ({**message_of(a_notice()), "schema": 99}, "no contract for notice.created with schema 99"),
            ({**message_of(a_notice()), "type": "moon.landed"}, "no contract for moon.landed with schema 1"),
            ({**message_of(a_notice()), "data": {"version": "x"}}, "Expected `int`, got `str` - at `$.version`"),
            ({"id": "a\x00b"}, "Invalid UUID - at `$.id`"),
        ],
    )
    def test_a_message_that_no_contract_describes_is_kept_with_the_reason(self, message, reason):
        receive_message(message)
        assert DeadLetter.objects.get().reason == reason

    def test_an_event_of_tomorrow_with_a_field_that_we_do_not_know_is_handled(self, handler):
        message = message_of(a_notice())
        message["data"]["colour"] = "red"
        receive_message(message)
        assert (len(handler.calls), DeadLetter.objects.count()) == (1, 0)

    def test_an_event_that_was_handed_out_again_six_times_is_given_up(self, handler):
        message = message_of(a_notice())
        for _ in range(6):
            receive_message(message, redelivered=True)
        assert DeadLetter.objects.get().reason == "handed out more than 6 times: it seems to kill its worker"


class TestDeadLetters:
    def test_a_replayed_letter_is_handled_and_resolved(self, handler):
        letter = letters.keep_event(message_of(a_notice()), reason="bug", handler="test.on_notice")
        assert letters.try_replay(letter.id) == ""
        letter.refresh_from_db()
        assert (len(handler.calls), letter.resolution) == (1, "replayed")

    def test_a_letter_that_fails_again_stays_open(self, handler):
        handler.behaviour.append(ZeroDivisionError("still"))
        letter = letters.keep_event(message_of(a_notice()), reason="bug", handler="test.on_notice")
        assert letters.try_replay(letter.id) == "ZeroDivisionError: still"
        letter.refresh_from_db()
        assert letter.resolved_at is None

    def test_a_dismissed_letter_is_resolved_without_work(self, handler):
        letter = letters.keep_event(message_of(a_notice()), reason="bug")
        assert letters.dismiss(letter.id).resolution == "dismissed"
        assert handler.calls == []


def test_the_events_report_counts_what_was_published_and_handled(deliver):
    from servicekit.management.commands.events_report import report

    publish(a_notice())
    deliver(revoked(), times=2)
    found = report()
    assert (found["published"], found["pending"], found["handled"], found["dead_letters"]) == (
        {"notice.created": 0}, {"notice.created": 1}, {"servicekit.revocation.on_session_revoked": 1}, 0,
    )  # fmt: skip
