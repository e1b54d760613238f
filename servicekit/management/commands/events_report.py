"""``manage.py events_report``: what was published, handled and left over, as JSON."""

from typing import Any

import msgspec
from django.conf import settings
from django.core.management.base import BaseCommand
from django.db.models import Count, Q

from servicekit.events.handling import handlers
from servicekit.models import DeadLetter, InboxEntry, OutboxEvent, ScheduledJob


class Command(BaseCommand):
    help = "Print how many events were published and handled, and what waits or failed, as JSON."

    def handle(self, *args: Any, **options: Any) -> None:
        """One object on stdout."""
        self.stdout.write(msgspec.json.encode(report()).decode())


def report() -> dict[str, Any]:
    """Counts by type and by handler, of this service."""
    is_pending = Q(published_at__isnull=True)
    outbox = OutboxEvent.objects.values("type").annotate(published=Count("id", filter=~is_pending), pending=Count("id", filter=is_pending))
    return {
        "service": settings.SERVICE_NAME,
        "published": {row["type"]: row["published"] for row in outbox},
        "pending": {row["type"]: row["pending"] for row in outbox if row["pending"]},
        "handlers": {
            name: sorted(kind for kind, by_name in handlers.items() if name in by_name) for by_name in handlers.values() for name in by_name
        },
        "handled": dict(InboxEntry.objects.values_list("handler").annotate(Count("id"))),
        "dead_letters": DeadLetter.objects.filter(resolved_at__isnull=True).count(),
        "retries": ScheduledJob.objects.filter(kind="servicekit.retry_event").count(),
        "jobs": ScheduledJob.objects.count(),
    }
