"""After a restore: what was published and never handled, for the broker has lost what it held."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Min

from servicekit.events.handling import handlers
from servicekit.models import DeadLetter, InboxEntry, OutboxEvent

BATCH = 1000
ON_THE_WAY = timedelta(minutes=15)  # what was published so shortly before a handler's first work was meant for it, too


class Published(NamedTuple):
    """An event that went to the broker."""

    event_id: UUID
    type: str
    at: datetime


def published() -> Iterator[Published]:
    """Every event that this service has published and still knows."""
    rows = OutboxEvent.objects.filter(published_at__isnull=False).order_by("id").values_list("event_id", "type", "published_at")
    return (Published(event_id, kind, at) for event_id, kind, at in rows.iterator(BATCH) if at)


def unhandled(events: Iterable[Published]) -> set[UUID]:
    """Those that a handler of this service has neither handled nor given up on. What is older than a handler was never meant for it."""
    began = dict(InboxEntry.objects.values_list("handler").annotate(Min("handled_at")))
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for event in events:
        for handler in handlers.get(event.type, {}):
            if handler in began and event.at >= began[handler] - ON_THE_WAY:
                wanted[handler].add(event.event_id)
    return {event_id for handler, ids in wanted.items() for event_id in ids - _done(handler, ids)}


@transaction.atomic
def publish_anew(event_ids: Iterable[UUID]) -> int:
    """Hand those of this service's events to the relay again; how many. Whoever has handled one does not do so twice."""
    count = sum(
        OutboxEvent.objects.filter(event_id__in=batch).update(published_at=None, retry_at=None, last_error="")
        for batch in _batches(list(event_ids))
    )
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY outbox")
    return count


def _done(handler: str, ids: set[UUID]) -> set[UUID]:
    done: set[UUID] = set()
    for batch in _batches(list(ids)):
        done |= set(InboxEntry.objects.filter(handler=handler, event_id__in=batch).values_list("event_id", flat=True))
        letters = DeadLetter.objects.filter(event_id__in=batch, handler__in=["", handler])
        done |= {event_id for event_id in letters.values_list("event_id", flat=True) if event_id}
    return done


def _batches(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
