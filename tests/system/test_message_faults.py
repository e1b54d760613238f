"""F-27, F-28, F-33: messages that kill, that nobody understands, that come twice and in disorder."""

import random
import signal
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.system.harness.auditor import Auditor
from tests.system.harness.messages import Post
from tests.system.harness.office import Office
from tests.system.harness.processes import wait_until
from tests.system.harness.services import ROOT
from tests.system.harness.stack import Stack

VICTIM = "notification_service"
#: makes the worker that runs it die by kill -9, as a message may that trips a defect in a C library
POISON_MODULE = "poison"
POISON_FOLDER = ROOT / "tests" / "system" / "harness" / "poisoned"
POISON_TEXT = "poison: kill the worker"
DELIVERY_LIMIT = 5


def test_f27_a_message_that_kills_its_worker_ends_in_the_dead_letters_and_the_others_flow(
    stack: Stack, office: Office, auditor: Auditor, post: Post
) -> None:
    filed = office.employee.file_ticket("Somebody will be poisoned")
    stack.wait_idle()
    service = stack[VICTIM]
    service.worker.stop()
    service.worker.command += ["--include", POISON_MODULE]
    poison = _comment_posted(filed.id, filed.number, POISON_TEXT)
    try:
        _start_poisoned(stack)
        deaths = _count_deaths(stack, lambda: post.send(poison, queue=f"{VICTIM}.events"), poison["id"])
    finally:
        del service.worker.command[-2:]
    assert deaths == DELIVERY_LIMIT + 1
    office.employee.comment(filed.id, "And yet it moves.")
    auditor.check()


def _start_poisoned(stack: Stack) -> None:
    stack[VICTIM].worker.start(PYTHONPATH=f"{ROOT}:{POISON_FOLDER}")


def _count_deaths(stack: Stack, send: Callable[[], None], event_id: str) -> int:
    """Start the worker again each time that it dies, until the message is among the dead letters."""
    worker, deaths = stack[VICTIM].worker, 0
    send()
    deadline = time.monotonic() + 120
    while not dead_letters(stack, VICTIM, event_id):
        assert time.monotonic() < deadline, f"still no dead letter after {deaths} deaths"
        if not worker.is_running:
            assert worker.wait(1) == -signal.SIGKILL, worker.tail()
            deaths += 1
            _start_poisoned(stack)
        time.sleep(0.1)
    return deaths


def test_f28_an_unknown_schema_goes_to_the_dead_letters_with_its_reason(stack: Stack, post: Post, auditor: Auditor) -> None:
    strange = {**_comment_posted(str(uuid4()), "TX-1", "x"), "schema": 99}
    post.send(strange, queue=f"{VICTIM}.events")
    assert _reason(stack, strange["id"]) == "no contract for comment.posted with schema 99"
    auditor.check()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"posted_at": "yesterday"}, "Invalid RFC3339 encoded datetime - at `$.posted_at`"),
        ({"audience": "everybody"}, "Expected `array`, got `str` - at `$.audience`"),
        ({"ticket_id": None}, "Expected `uuid`, got `null` - at `$.ticket_id`"),
    ],
)
def test_a_malformed_event_goes_to_the_dead_letters_with_its_reason(stack: Stack, post: Post, change: dict[str, Any], reason: str) -> None:
    good = _comment_posted(str(uuid4()), "TX-1", "x")
    bad = {**good, "data": {**good["data"], **change}}
    post.send(bad, queue=f"{VICTIM}.events")
    assert _reason(stack, bad["id"]) == reason


@pytest.mark.parametrize(
    ("body", "properties"),
    [
        (b"\xff\xfe not json", {"content_type": "application/json", "content_encoding": "utf-8"}),
        (b"[]", {"content_type": "application/json", "content_encoding": "utf-8"}),
        (b'{"a": 1}', {"content_type": "application/json", "content_encoding": "utf-8"}),
        (b"\x80\x04K\x01.", {"content_type": "application/x-python-serialize", "content_encoding": "binary"}),
        (b"anything", {}),
    ],
)
def test_f28_what_is_no_event_at_all_is_kept_as_it_came_and_the_worker_lives(
    stack: Stack, post: Post, auditor: Auditor, body: bytes, properties: dict[str, str]
) -> None:
    database, count = stack[VICTIM].database, "SELECT count(*) FROM servicekit_deadletter WHERE event_id IS NULL"
    ((before,),) = stack.postgres.rows(database, count)
    pid = stack[VICTIM].worker.pid
    post.send_raw(f"{VICTIM}.events", body, **properties)
    wait_until(lambda: stack.postgres.rows(database, count) == [(before + 1,)], "one more dead letter", 15)  # type: ignore[operator]
    ((reason,),) = stack.postgres.rows(database, "SELECT reason FROM servicekit_deadletter ORDER BY id DESC LIMIT 1")
    assert str(reason)
    assert stack[VICTIM].worker.is_running
    assert stack[VICTIM].worker.pid == pid


def test_f33_every_event_three_times_and_in_disorder_changes_nothing(stack: Stack, office: Office, auditor: Auditor, post: Post) -> None:
    filed = [office.file_and_approve(f"Told three times {number}") for number in range(5)]
    office.item_of(filed[-1])
    office.work_off()
    stack.wait_idle()
    auditor.check()
    before = _effects(stack)
    ids = ", ".join(f"'{ticket.id}'" for ticket in filed)
    where = f"aggregate_id IN ({ids}) OR data->>'ticket_id' IN ({ids})"
    copies = [
        envelope for name in ("ticket_service", "workflow_api", "messaging") for envelope in post.envelopes(name, where) for _ in range(3)
    ]
    random.Random(33).shuffle(copies)
    assert len(copies) > 60
    post.send(*copies)
    stack.wait_idle()
    auditor.check()
    assert _effects(stack) == before


def test_f33_events_that_arrive_newest_first_end_in_the_same_state(stack: Stack, office: Office, auditor: Auditor, post: Post) -> None:
    """Held back by a stopped worker, the events of a whole life are put into its queue from the last to the first."""
    stack.wait_idle()
    stack["messaging"].worker.stop()
    filed = office.file_and_approve("Told backwards")
    office.item_of(filed)
    office.work_off()
    wait_until(lambda: stack.pending("ticket_service") == stack.pending("workflow_api") == 0, "all is published")
    with stack.rabbitmq.connect() as connection, connection.channel() as channel:
        channel.queue_purge("messaging.events")
    events = [
        envelope
        for name in ("ticket_service", "workflow_api", "notification_service", "auth")
        for envelope in post.envelopes(name, "created_at > now() - interval '2 minutes'")
    ]
    events.sort(key=lambda envelope: envelope["occurred_at"], reverse=True)
    bound = {kind for kinds in auditor.subscriptions["messaging"].values() for kind in kinds}
    post.send(*(envelope for envelope in events if envelope["type"] in bound), queue="messaging.events")
    stack["messaging"].worker.start()
    auditor.check()


def _effects(stack: Stack) -> dict[str, object]:
    tables = {
        "ticket_service": ("tickets_historyentry", "servicekit_outboxevent"),
        "workflow_api": ("tasks_task", "tasks_taskitem", "sla_clock", "servicekit_outboxevent"),
        "messaging": ("stream_streamrow", "comments_participant", "servicekit_outboxevent"),
        "notification_service": ("notices_notice", "mail_delivery", "servicekit_outboxevent"),
    }
    counts: dict[str, object] = {
        f"{name}.{table}": stack.postgres.rows(stack[name].database, f"SELECT count(*) FROM {table}")  # noqa: S608
        for name, names in tables.items()
        for table in names
    }
    return counts | {"mails": len(stack.smtp.mails)}


def _comment_posted(ticket_id: str, number: str, excerpt: str) -> dict[str, Any]:
    at = "2026-01-01T00:00:00+00:00"
    data = {
        "comment_id": str(uuid4()), "version": 1, "ticket_id": ticket_id, "number": number, "subject": "s",
        "author": {"id": str(uuid4()), "name": "Nobody"}, "visibility": "public", "excerpt": excerpt, "audience": [], "posted_at": at,
    }  # fmt: skip
    return {
        "id": str(uuid4()),
        "type": "comment.posted",
        "schema": 1,
        "source": "messaging",
        "occurred_at": at,
        "correlation_id": "",
        "data": data,
    }


def dead_letters(stack: Stack, service: str, event_id: str) -> list[str]:
    """The reasons of the dead letters of that event."""
    query = "SELECT reason FROM servicekit_deadletter WHERE event_id = %s"
    return [str(reason) for (reason,) in stack.postgres.rows(stack[service].database, query, event_id)]


def _reason(stack: Stack, event_id: str) -> str:
    wait_until(lambda: bool(dead_letters(stack, VICTIM, event_id)), "the event is among the dead letters", 15)
    (reason,) = dead_letters(stack, VICTIM, event_id)
    return reason
