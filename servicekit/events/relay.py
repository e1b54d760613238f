"""From the outbox to the broker: one leader per service, in order of id, confirmed before marked."""

import logging
import os
import select
import time
from collections.abc import Collection
from datetime import timedelta

import msgspec
from celery import Celery
from django.conf import settings
from django.db import connection

from servicekit import metrics
from servicekit.clock import now
from servicekit.events.sender import Fate, Message, Sender
from servicekit.loops import Loop
from servicekit.models import OutboxEvent

logger = logging.getLogger("tts.relay")
LEADER = 7_305_001  # the advisory lock of the one relay that publishes
BATCH = 100
SWEEP = 1.0  # seconds between looks without a wake-up
PAUSE = 0.02  # seconds between two looks at the least: what is said meanwhile goes along
UNROUTABLE_AGAIN = timedelta(seconds=10)

#: the envelope is put together by the database, as the text that it keeps
DUE = """
SELECT id, event_id::text, type, schema, created_at, correlation_id, data::text FROM servicekit_outboxevent
WHERE published_at IS NULL AND (retry_at IS NULL OR retry_at <= %s) ORDER BY id LIMIT %s
"""


class Relay(Loop):
    """Woken by NOTIFY, and once a second in any case. Rows are found by ``published_at IS NULL``, never by a high-water mark:
    ids are taken before commit, so a late commit would slip behind it."""

    name = "relay"

    def __init__(self, app: Celery) -> None:
        super().__init__()
        self._sender = Sender(app)
        self._leads = False
        self._looked_at = 0.0

    def turn(self) -> None:
        """Lead or wait to; publish all that is due; then sleep until there is more."""
        if not self._leads and not self._take_lead():
            self.stopping.wait(SWEEP)
            return
        self._sender.open()
        if self._sender.is_blocked:
            self._sender.wait_until_unblocked(SWEEP)
            return
        if self._publish_due() < BATCH:
            self._sleep()

    def release(self) -> None:
        """Drop the broker connection and the lead; the next turn takes both anew."""
        self._leads = False
        self._sender.close()

    def _take_lead(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LEADER])
            row = cursor.fetchone()
            self._leads = bool(row and row[0])
            if self._leads:
                cursor.execute("LISTEN outbox")
                logger.info("leading the relay")
        return self._leads

    def _publish_due(self) -> int:
        """How many were sent; fewer than a batch means that no more are due."""
        self._looked_at = time.monotonic()
        due = _due()
        if due:
            fate = self._sender.send(list(due.values()))
            if settings.FAILPOINT == "relay.after_confirm":
                os._exit(70)
            _mark(due, fate)
            if fate.refused:
                logger.warning("a queue is full", extra={"events": len(fate.refused)})
                self.stopping.wait(SWEEP)
        return len(due)

    def _sleep(self) -> None:
        link = connection.connection
        if not link.notifies:  # a wake-up may have come with the answer to a query
            select.select([link], [], [], SWEEP)
        self.stopping.wait(max(0.0, self._looked_at + PAUSE - time.monotonic()))
        link.poll()
        link.notifies.clear()


def _due() -> dict[int, Message]:
    """What is to be sent, by row, in order."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, [now(), BATCH])
        return {row[0]: _message(*row[1:]) for row in cursor.fetchall()}


def _message(event_id: str, kind: str, schema: int, created_at: object, correlation_id: str, data: str) -> Message:
    envelope = {
        "id": event_id,
        "type": kind,
        "schema": schema,
        "source": settings.SERVICE_NAME,
        "occurred_at": created_at,
        "correlation_id": correlation_id,
        "data": msgspec.Raw(data.encode()),
    }
    return Message(event_id, kind, msgspec.json.encode(envelope))


def _mark(due: dict[int, Message], fate: Fate) -> None:
    """Published is what the broker confirmed; what no queue takes is kept, marked and tried again."""
    sent = [row for row, message in due.items() if message.event_id in fate.confirmed]
    if sent:
        OutboxEvent.objects.filter(id__in=sent).update(published_at=now(), last_error="")
        for row in sent:
            metrics.PUBLISHED.labels(due[row].type).inc()
    if fate.returned:
        _keep_returned(fate.returned)


def _keep_returned(event_ids: Collection[str]) -> None:
    for row in OutboxEvent.objects.filter(event_id__in=event_ids):
        logger.error("event is unroutable", extra={"event_type": row.type, "event_id": str(row.event_id)})
        row.attempts, row.last_error, row.retry_at = row.attempts + 1, "unroutable", now() + UNROUTABLE_AGAIN
        row.save(update_fields=["attempts", "last_error", "retry_at"])
