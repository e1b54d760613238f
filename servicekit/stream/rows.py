"""Write and read the stream."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Max, Min

from servicekit.clock import now
from servicekit.database import gather
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


def append(audience: str, kind: str, body: dict[str, Any]) -> None:
    """Add a row. Do it last in the transaction: until its end every other writer waits.

    Raises RuntimeError outside a transaction.
    """
    append_all([(audience, kind, body)])


def append_all(entries: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
    """Add several rows (audience, kind, body), numbered in their order.

    Without the lock a number taken early and committed late would slip behind a reader that is already past it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a stream row outside a transaction would have no place in the order")
    if entries:
        at = now()
        gather(_insert, [(audience, kind, encode(body).decode(), at) for audience, kind, body in entries])


def _insert(rows: list[tuple[str, str, str, datetime]]) -> None:
    places = ", ".join(["(%s, %s, %s, %s)"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITERS])
        cursor.execute(
            f"INSERT INTO stream_streamrow (audience, kind, body, at) VALUES {places}; NOTIFY stream",  # noqa: S608  (placeholders)
            [value for row in rows for value in row],
        )


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
