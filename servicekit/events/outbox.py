"""Say it inside, send it after: a fact is a row of the transaction that makes it true."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from servicekit.clock import now
from servicekit.context import correlation_id
from servicekit.contracts import Event
from servicekit.database import gather
from servicekit.json import encode

COLUMNS = "event_id, type, schema, aggregate, aggregate_id, aggregate_version, data, correlation_id, created_at, attempts, last_error"
ROW = "(%s, %s, %s, %s, %s, %s, %s, %s, %s, 0, '')"


def publish(event: Event) -> UUID:
    """Record the fact for the relay and return its event id. Raises RuntimeError outside a transaction."""
    return publish_all([event])[0]


def publish_all(events: Sequence[Event]) -> list[UUID]:
    """Record several facts in one statement and return their event ids, in the same order. Raises RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError(f"{[event.type for event in events]} published outside a transaction: it could be told without being true")
    if not events:
        return []
    at, ids = now(), [uuid4() for _ in events]
    gather(_insert, [(event_id, *_columns(event), correlation_id.get(), at) for event_id, event in zip(ids, events, strict=True)])
    return ids


def _insert(rows: list[tuple[Any, ...]]) -> None:
    """One round trip; the wake-up is delivered at commit, once."""
    places = ", ".join([ROW] * len(rows))
    with connection.cursor() as cursor:
        values = [value for row in rows for value in row]
        cursor.execute(f"INSERT INTO servicekit_outboxevent ({COLUMNS}) VALUES {places}; NOTIFY outbox", values)  # noqa: S608  (placeholders)


def _columns(event: Event) -> tuple[str, int, str, UUID, int, str]:
    return event.type, event.schema, event.aggregate, event.aggregate_id, event.aggregate_version, encode(event).decode()
