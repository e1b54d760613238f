"""The one way to write the record."""

from typing import Any
from uuid import UUID

from audit.models import Entry
from servicekit.clock import now
from servicekit.contracts import Person

Snapshot = dict[str, Any]


def record(
    *, by: Person, action: str, object_type: str, object_id: UUID, label: str, before: Snapshot | None, after: Snapshot | None
) -> None:
    """Keep who did what. Call it in the transaction of the deed."""
    Entry.objects.create(
        at=now(),
        actor_id=by.id,
        actor_name=by.name,
        action=action,
        object_type=object_type,
        object_id=object_id,
        label=label,
        before=before,
        after=after,
    )
