"""Reading the record."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from audit.models import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """Which entries are wanted; empty means all."""

    actor: UUID | None = None
    action: str = ""
    object_type: str = ""
    object_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def list_entries(wanted: EntryFilter) -> QuerySet[Entry]:
    """The entries that fit; ``until`` is not included."""
    conditions = {
        "actor_id": wanted.actor,
        "action": wanted.action,
        "object_type": wanted.object_type,
        "object_id": wanted.object_id,
        "at__gte": wanted.since,
        "at__lt": wanted.until,
    }
    return Entry.objects.filter(Q(**{name: value for name, value in conditions.items() if value}))
