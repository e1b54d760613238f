"""``manage.py outbox list|replay``: the events that wait to be published, and publishing again what the broker lost."""

from datetime import datetime
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from django.utils.dateparse import parse_datetime

from servicekit.clock import now
from servicekit.models import OutboxEvent

SHOWN = 100


class Command(BaseCommand):
    help = "List the events that wait to be published, or publish those again that were published since a moment."

    def add_arguments(self, parser: CommandParser) -> None:
        """An action, and for ``replay`` the moment."""
        parser.add_argument("action", choices=["list", "replay"])
        parser.add_argument("--since", default="", help="for replay: ISO 8601 with a time zone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one JSON object a line. Raises CommandError for a moment that makes no sense."""
        if options["action"] == "list":
            for event in OutboxEvent.objects.filter(published_at__isnull=True).order_by("id")[:SHOWN]:
                self._print(describe(event))
        else:
            self._print({"again": publish_again(_moment(options["since"]))})

    def _print(self, line: dict[str, Any]) -> None:
        self.stdout.write(msgspec.json.encode(line).decode())


def describe(event: OutboxEvent) -> dict[str, Any]:
    """What an operator wants to know; never the event's data, which may be personal."""
    fields = ("event_id", "type", "created_at", "attempts", "last_error", "retry_at")
    return {name: getattr(event, name) for name in fields}


@transaction.atomic
def publish_again(since: datetime) -> int:
    """Hand everything to the relay again that was published since; how much that is. Whoever has handled an event does not do so twice."""
    count = OutboxEvent.objects.filter(published_at__gte=since).update(published_at=None, retry_at=None, last_error="")
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY outbox")
    return count


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError as error:
        raise CommandError(f"--since {text}: there is no such moment") from error
    if moment is None or moment.tzinfo is None:
        raise CommandError("--since takes a moment with its time zone, such as 2026-01-31T12:00:00Z")
    if moment > now():
        raise CommandError(f"--since {text} lies in the future")
    return moment
