"""Messages that came together: handled in their order and in one transaction, or else each for itself; and each once."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from django.db import connection

from servicekit import metrics
from servicekit.clock import now
from servicekit.contracts.notification import NoticeCreated
from servicekit.database import gather
from servicekit.events import Malformed, handling, publish, receiving
from servicekit.events.lane import Delivery, Lane
from servicekit.models import DeadLetter, InboxEntry, OutboxEvent, ScheduledJob
from servicekit.testing.events import message_of
from servicekit.testing.samples import a_notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch):
    """The titles that a handler heard, each with the transaction that it ran in; it fails as ``failing`` says."""
    calls: list[tuple[str, Any]] = []
    failing: dict[str, Exception] = {}

    def on_notice(event: Any, meta: Any) -> None:
        title = event.told[0].title
        if title in failing:
            raise failing[title]
        calls.append((title, transaction_id()))

    monkeypatch.setitem(handling.handlers, NoticeCreated.type, {"test.on_notice": on_notice})
    return SimpleNamespace(calls=calls, failing=failing, titles=lambda: [title for title, _ in calls])


def transaction_id() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        return cursor.fetchone()[0]


def bodies(*titles: str, redelivered: bool = False) -> list[tuple[bytes, bool]]:
    return [(msgspec.json.encode(message_of(a_notice(title=title))), redelivered) for title in titles]


@pytest.mark.django_db(transaction=True)
def test_messages_that_came_together_are_handled_in_order_and_in_one_transaction(heard):
    receiving.receive_all(bodies("one", "two", "three"))
    assert heard.titles() == ["one", "two", "three"]
    assert len({transaction for _, transaction in heard.calls}) == 1
    assert InboxEntry.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_service_that_says_so_gets_a_transaction_for_each_message(heard, settings):
    settings.EVENTS_TOGETHER = False
    receiving.receive_all(bodies("one", "two"))
    assert len({transaction for _, transaction in heard.calls}) == 2


@pytest.mark.django_db(transaction=True)
def test_messages_that_were_handed_out_before_are_handled_each_for_itself(heard):
    receiving.receive_all(bodies("one", "two", redelivered=True))
    assert len({transaction for _, transaction in heard.calls}) == 2


def test_one_that_fails_keeps_none_of_the_others_from_being_handled(heard):
    heard.failing["two"] = ZeroDivisionError("boom")
    receiving.receive_all(bodies("one", "two", "three"))
    assert heard.titles()[-2:] == ["one", "three"]
    assert InboxEntry.objects.count() == 2
    assert ScheduledJob.objects.get(kind="servicekit.retry_event").payload["tried"] == 1


def test_one_that_is_malformed_is_a_dead_letter_and_the_others_are_handled(heard):
    heard.failing["two"] = Malformed("no such thing")
    receiving.receive_all([*bodies("one", "two"), (b"\xff no json", False), (b"[]", False)])
    assert heard.titles()[-1:] == ["one"]
    assert list(DeadLetter.objects.order_by("id").values_list("reason", flat=True)) == [
        "no such thing",
        "Expected `object`, got `bytes`",
        "Expected `object`, got `array`",
    ]


def test_the_same_message_twice_is_handled_once_and_counted_as_a_duplicate(heard):
    counts = [metrics.HANDLED.labels("test.on_notice", outcome) for outcome in ("done", "duplicate")]
    before = [count._value.get() for count in counts]
    receiving.receive_all(bodies("one") * 2)
    assert heard.titles() == ["one"]
    assert [count._value.get() - was for count, was in zip(counts, before, strict=True)] == [1, 1]


def test_how_long_an_event_took_is_told_once_for_each_run_and_never_for_a_duplicate(heard):
    message = message_of(a_notice(title="late")) | {"occurred_at": (now() - timedelta(seconds=7)).isoformat()}
    before = delivered()
    receiving.receive_all([(msgspec.json.encode(message), False)] * 2)
    seconds, *buckets = [after - was for after, was in zip(delivered(), before, strict=True)]
    assert seconds == pytest.approx(7, abs=1)
    assert buckets == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]


def test_an_event_from_a_clock_that_was_ahead_took_no_time(heard):
    message = message_of(a_notice(title="early")) | {"occurred_at": (now() + timedelta(seconds=7)).isoformat()}
    before = delivered()
    receiving.receive_all([(msgspec.json.encode(message), False)])
    assert [after - was for after, was in zip(delivered(), before, strict=True)] == [0, 1, *[0] * 10]


def delivered() -> list[float]:
    """The sum of seconds and each bucket of the histogram, not accumulated."""
    histogram = metrics.DELIVERY.labels(NoticeCreated.type)
    return [histogram._sum.get(), *(bucket.get() for bucket in histogram._buckets)]


def test_what_handlers_say_is_written_once_at_the_end_in_their_order(heard, monkeypatch, django_assert_max_num_queries):
    def repeat(event: Any, meta: Any) -> None:
        publish(a_notice(title=f"again {event.told[0].title}"))

    monkeypatch.setitem(handling.handlers, NoticeCreated.type, {"test.repeat": repeat})
    with django_assert_max_num_queries(4):  # a savepoint and its end, the inbox, the outbox
        receiving.receive_all(bodies("one", "two", "three"))
    titles = [row.data["told"][0]["title"] for row in OutboxEvent.objects.order_by("id")]
    assert titles == ["again one", "again two", "again three"]


def test_what_is_gathered_outside_a_batch_is_done_at_once():
    done: list[list[int]] = []
    gather(done.append, [1, 2])
    assert done == [[1, 2]]


class TestLane:
    def deliveries(self, *titles):
        return [Delivery(SimpleNamespace(body=body, name=title), False) for (body, _), title in zip(bodies(*titles), titles, strict=True)]

    def test_deliveries_come_back_handled_in_their_order(self, heard):
        lane = Lane()
        for delivery in self.deliveries("one", "two"):
            lane.put(delivery)
        lane.turn()
        assert heard.titles() == ["one", "two"]
        assert [delivery.message.name for delivery in lane.take_handled()] == ["one", "two"]
        assert list(lane.take_handled()) == []

    def test_what_a_failed_turn_had_in_hand_comes_first_in_the_next(self, heard, monkeypatch):
        lane = Lane()
        (first,) = self.deliveries("one")
        lane.put(first)
        with monkeypatch.context() as broken:
            broken.setattr(receiving, "receive_all", lambda bodies: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                lane.turn()
        assert list(lane.take_handled()) == []
        lane.turn()
        assert heard.titles() == ["one"]
        assert [delivery.message.name for delivery in lane.take_handled()] == ["one"]
