"""Old records go: long after a restore to an earlier moment could still want them."""

from datetime import timedelta

from servicekit.clock import now
from servicekit.jobs import every
from servicekit.models import InboxEntry, OutboxEvent, Redelivery

KEPT = timedelta(days=14)


@every(timedelta(hours=24), name="purge_events")
def purge_events() -> None:
    """Forget events that were published, and handled, two weeks ago."""
    before = now() - KEPT
    OutboxEvent.objects.filter(published_at__lt=before).delete()
    InboxEntry.objects.filter(handled_at__lt=before).delete()
    Redelivery.objects.exclude(event_id__in=InboxEntry.objects.values("event_id")).filter(count__gt=0).delete()
