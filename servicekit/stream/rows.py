"""Write and read the stream."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Max, Min

from servicekit.clock import now
from servicekit.json import encode
from servicekit.stream.models import StreamRow

WRITERS = 7_305_002  # the advisory lock that makes numbers follow commits


class Row(NamedTuple):
    """A row as followers get it."""

    number: int
    audience: str
    kind: str
    body: dict[str, Any]
    at: datetime


def append(audience: str, kind: str, body: dict[str, Any]) -> int:
    """Add a row and return its number. Do it last in the transaction: until its end every other writer waits.

    Raises RuntimeError outside a transaction.
    """
    return append_all([(audience, kind, body)])[0]


def append_all(entries: Sequence[tuple[str, str, dict[str, Any]]]) -> list[int]:
    """Add several rows (audience, kind, body) at once and return their numbers, in the same order.

    Without the lock a number taken early and committed late would slip behind a reader that is already past it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a stream row outside a transaction would have no place in the order")
    if not entries:
        return []
    at = now()
    rows = [(audience, kind, encode(body).decode(), at) for audience, kind, body in entries]
    places = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS])
        cursor.execute(
            f"INSERT INTO stream_streamrow (audience, kind, body, at) VALUES {places} RETURNING number, pg_notify('stream', '')",  # noqa: S608  (placeholders)
            [value for row in rows for value in row],
        )
        return [int(row[0]) for row in cursor.fetchall()]


def read_after(number: int, audiences: Collection[str] | None = None, limit: int = 500) -> list[Row]:
    """Rows with a higher number, oldest first; of all audiences, or of these."""
    rows = StreamRow.objects.filter(number__gt=number)
    if audiences is not None:
        rows = rows.filter(audience__in=audiences)
    return [Row(*row) for row in rows.order_by("number").values_list("number", "audience", "kind", "body", "at")[:limit]]


def latest() -> int:
    """The highest number so far; 0 for an empty stream."""
    return StreamRow.objects.aggregate(value=Max("number"))["value"] or 0


def oldest() -> int:
    """The lowest number still kept; 0 for an empty stream. Who asks for less has missed something."""
    return StreamRow.objects.aggregate(value=Min("number"))["value"] or 0


def purge(before: datetime) -> int:
    """Forget rows written before then, but never the last one: the numbers must not look unused. Returns how many."""
    return StreamRow.objects.filter(at__lt=before, number__lt=latest()).delete()[0]
