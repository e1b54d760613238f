"""Messages put at the broker by hand: twice, out of order, malformed."""

import json
from typing import Any

import amqp

from tests.system.harness.stack import Stack

EXCHANGE = "tts.events"


class Post:
    """Publishes what the relay would, or what it never would."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def envelopes(self, service: str, where: str = "true") -> list[dict[str, Any]]:
        """Published events of the service as they travelled, oldest first."""
        query = (
            "SELECT event_id::text, type, schema, created_at, correlation_id, data FROM servicekit_outboxevent "  # noqa: S608
            f"WHERE published_at IS NOT NULL AND ({where}) ORDER BY id"
        )
        return [
            {
                "id": event_id,
                "type": kind,
                "schema": schema,
                "source": service,
                "occurred_at": at.isoformat(),
                "correlation_id": mark,
                "data": data,
            }
            for event_id, kind, schema, at, mark, data in self._stack.postgres.rows(self._stack[service].database, query)  # type: ignore[misc, union-attr]
        ]

    def send(self, *envelopes: Any, queue: str = "") -> None:
        """Publish each to all its subscribers, or to one queue alone."""
        with self._stack.rabbitmq.connect() as connection, connection.channel() as channel:
            for envelope in envelopes:
                self._publish(channel, envelope, queue)

    def send_raw(self, queue: str, body: bytes, **properties: Any) -> None:
        """Put any bytes into a queue."""
        with self._stack.rabbitmq.connect() as connection, connection.channel() as channel:
            channel.basic_publish_confirm(amqp.Message(body, delivery_mode=2, **properties), routing_key=queue, mandatory=True)

    def _publish(self, channel: amqp.Channel, envelope: Any, queue: str) -> None:
        packed = amqp.Message(json.dumps(envelope), content_type="application/json", content_encoding="utf-8", delivery_mode=2)
        exchange, key = ("", queue) if queue else (EXCHANGE, envelope["type"])
        channel.basic_publish_confirm(packed, exchange=exchange, routing_key=key, mandatory=True)
