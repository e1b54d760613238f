"""From the outbox to the broker: one leader per service, in order of id, confirmed before marked."""

import logging
import os
import select
from datetime import timedelta
from typing import Any

from celery import Celery
from django.conf import settings
from django.db import connection
from kombu import Connection, Producer

from servicekit import metrics
from servicekit.clock import now
from servicekit.events.outbox import envelope
from servicekit.events.topology import EVENTS, declare
from servicekit.loops import Loop
from servicekit.models import OutboxEvent

logger = logging.getLogger("tts.relay")
LEADER = 7_305_001  # the advisory lock of the one relay that publishes
BATCH = 100
CONFIRM = 5.0  # seconds the broker may take to confirm
SWEEP = 1.0  # seconds between looks without a wake-up
TASK = "servicekit.receive"


class Relay(Loop):
    """Woken by NOTIFY, and once a second in any case. Rows are found by ``published_at IS NULL``, never by a high-water mark:
    ids are taken before commit, so a late commit would slip behind it."""

    name = "relay"

    def __init__(self, app: Celery) -> None:
        super().__init__()
        self._app = app
        self._broker: Connection | None = None
        self._producer: Producer | None = None
        self._returned: set[str] = set()
        self._blocked = False
        self._leads = False

    def turn(self) -> None:
        """Lead or wait to; publish all that is due; then sleep until there is more."""
        if not self._leads and not self._take_lead():
            self.stopping.wait(SWEEP)
            return
        producer = self._connected()
        if self._blocked:
            self._wait_until_unblocked()
            return
        if self._publish_due(producer) < BATCH:
            self._sleep()

    def release(self) -> None:
        """Drop the broker connection and the lead; the next turn takes both anew."""
        self._leads = False
        broker, self._broker, self._producer = self._broker, None, None
        if broker is not None:
            broker.collect()

    def _take_lead(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LEADER])
            row = cursor.fetchone()
            self._leads = bool(row and row[0])
            if self._leads:
                cursor.execute("LISTEN outbox")
                logger.info("leading the relay")
        return self._leads

    def _connected(self) -> Producer:
        if self._producer is None:
            self._broker = self._app.connection_for_write(transport_options=self._transport_options())
            self._broker.ensure_connection(max_retries=1, timeout=5)
            declare(self._broker)
            channel = self._broker.channel()
            if hasattr(channel, "events"):
                channel.events["basic_return"].add(self._on_returned)
            self._producer = Producer(channel, EVENTS, serializer="json", auto_declare=False)
            self._set_blocked(False)
        return self._producer

    def _transport_options(self) -> dict[str, Any]:
        options = dict(self._app.conf.broker_transport_options)
        if self._app.conf.broker_url.startswith("amqp"):
            options |= {"on_blocked": lambda reason: self._set_blocked(True), "on_unblocked": lambda: self._set_blocked(False)}
        return options

    def _set_blocked(self, blocked: bool) -> None:
        if blocked != self._blocked:
            logger.warning("broker refuses publishes" if blocked else "broker takes publishes again")
        self._blocked = blocked
        metrics.RELAY_BLOCKED.set(int(blocked))

    def _wait_until_unblocked(self) -> None:
        assert self._broker is not None  # noqa: S101  (set by _connected)
        try:
            self._broker.drain_events(timeout=SWEEP)
        except TimeoutError:
            return

    def _on_returned(self, error: Any, exchange: str, routing_key: str, message: Any) -> None:
        self._returned.add(str(message.headers.get("id")))

    def _publish_due(self, producer: Producer) -> int:
        rows = list(
            OutboxEvent.objects.filter(published_at__isnull=True).exclude(retry_at__gt=now()).order_by("id")[:BATCH],
        )
        done: list[int] = []
        try:
            for row in rows:
                if self._blocked or self.stopping.is_set():
                    break
                if self._publish(producer, row):
                    done.append(row.id)
        finally:
            if done:
                OutboxEvent.objects.filter(id__in=done).update(published_at=now(), last_error="")
        return len(rows)

    def _publish(self, producer: Producer, row: OutboxEvent) -> bool:
        """True once the broker has it; an event that no queue takes is kept, marked and tried again every 10 s."""
        message = self._app.amqp.as_task_v2(str(row.event_id), TASK, args=[envelope(row)], kwargs={})
        self._returned.clear()
        producer.publish(
            message.body,
            routing_key=row.type,
            headers=message.headers,
            delivery_mode=2,
            mandatory=True,
            timeout=CONFIRM,
            confirm_timeout=CONFIRM,
            **message.properties,
        )
        if str(row.event_id) in self._returned:
            logger.error("event is unroutable", extra={"event_type": row.type, "event_id": str(row.event_id)})
            row.attempts, row.last_error, row.retry_at = row.attempts + 1, "unroutable", now() + timedelta(seconds=10)
            row.save(update_fields=["attempts", "last_error", "retry_at"])
            return False
        if settings.FAILPOINT == "relay.after_confirm":
            os._exit(70)
        metrics.PUBLISHED.labels(row.type).inc()
        return True

    def _sleep(self) -> None:
        link = connection.connection
        if not link.notifies:  # a wake-up may have come with the answer to a query
            select.select([link], [], [], SWEEP)
        link.poll()
        link.notifies.clear()
