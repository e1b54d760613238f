"""Say it inside, send it after: a fact is a row of the transaction that makes it true."""

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from servicekit.clock import now
from servicekit.context import correlation_id
from servicekit.contracts import Event
from servicekit.json import encode
from servicekit.models import OutboxEvent

#: one round trip; the wake-up is delivered at commit, once
INSERT = """
INSERT INTO servicekit_outboxevent
    (event_id, type, schema, aggregate, aggregate_id, aggregate_version, data, correlation_id, created_at, attempts, last_error)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 0, '');
NOTIFY outbox
"""


def publish(event: Event) -> UUID:
    """Record the fact for the relay and return its event id. Raises RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{event.type} published outside a transaction: it could be told without being true")
    event_id = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            [
                event_id,
                event.type,
                event.schema,
                event.aggregate,
                event.aggregate_id,
                event.aggregate_version,
                encode(event).decode(),
                correlation_id.get(),
                now(),
            ],
        )
    return event_id


def envelope(row: OutboxEvent) -> dict[str, Any]:
    """The message that carries the fact."""
    return {
        "id": str(row.event_id),
        "type": row.type,
        "schema": row.schema,
        "source": settings.SERVICE_NAME,
        "occurred_at": row.created_at.isoformat(),
        "correlation_id": row.correlation_id,
        "data": row.data,
    }
