"""What the broker gave up on, such as a message that killed its worker six times, goes to the dead letters, where people see it."""

import json
from typing import Any

from celery import Celery
from django.conf import settings
from kombu import Connection, Consumer

from servicekit.events import dead_letters
from servicekit.events.topology import dead_queue, declare
from servicekit.loops import Loop


class DeadLetterDrain(Loop):
    """Keeps first, acknowledges after: a crash in between shows a letter twice and loses none."""

    name = "drain"

    def __init__(self, app: Celery) -> None:
        super().__init__()
        self._app = app
        self._broker: Connection | None = None

    def turn(self) -> None:
        """Wait a second for messages."""
        try:
            self._connected().drain_events(timeout=1.0)
        except TimeoutError:
            self._connected().heartbeat_check()

    def release(self) -> None:
        """Drop the connection."""
        broker, self._broker = self._broker, None
        if broker is not None:
            broker.collect()

    def _connected(self) -> Connection:
        if self._broker is None:
            self._broker = self._app.connection_for_read()
            self._broker.ensure_connection(max_retries=1, timeout=5)
            declare(self._broker)
            consumer = Consumer(
                self._broker.channel(), [dead_queue(settings.SERVICE_NAME)], on_message=self._keep, accept=None, auto_declare=False
            )
            consumer.qos(prefetch_count=10)
            consumer.consume()
        return self._broker

    def _keep(self, message: Any) -> None:
        deaths = (message.headers or {}).get("x-death") or [{}]
        reason = f"the broker gave up: {deaths[0].get('reason', 'unknown')}"
        event = _event_in(message.body)
        if event is None:
            dead_letters.keep_raw(message.body, reason=reason)
        else:
            dead_letters.keep_event(event, reason=reason)
        message.ack()


def _event_in(body: Any) -> Any:
    """The envelope in the body of a message, or None."""
    try:
        envelope = json.loads(body)
    except (ValueError, TypeError):
        return None
    return envelope if isinstance(envelope, dict) else None
