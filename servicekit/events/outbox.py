"""Say it inside, send it after: a fact is a row of the transaction that makes it true."""

from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.conf import settings
from django.db import connection

from servicekit.clock import now
from servicekit.context import correlation_id
from servicekit.contracts import Event
from servicekit.models import OutboxEvent


def publish(event: Event) -> UUID:
    """Record the fact for the relay and return its event id. Raises RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{event.type} published outside a transaction: it could be told without being true")
    row = OutboxEvent.objects.create(
        event_id=uuid4(),
        type=event.type,
        schema=event.schema,
        aggregate=event.aggregate,
        aggregate_id=event.aggregate_id,
        aggregate_version=event.aggregate_version,
        data=msgspec.to_builtins(event),
        correlation_id=correlation_id.get(),
        created_at=now(),
    )
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY outbox")  # delivered at commit
    return row.event_id


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
