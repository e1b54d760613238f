"""``manage.py recover_events published|unhandled|publish``: what a broker lost, found by comparing outboxes with inboxes.

``published`` prints what this service has published, one "id type time" a line; ``unhandled`` reads such lines of all services and
prints the ids that a handler here still lacks; ``publish`` reads ids and publishes those that are this service's again.
"""

import json
import sys
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from servicekit.events.recovery import Published, publish_anew, published, unhandled


class Command(BaseCommand):
    help = "Find events that were published and never handled, and publish them again."

    def add_arguments(self, parser: CommandParser) -> None:
        """One of the three steps."""
        parser.add_argument("step", choices=["published", "unhandled", "publish"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError for lines that cannot be read."""
        if options["step"] == "published":
            for event in published():
                self.stdout.write(f"{event.event_id} {event.type} {event.at.isoformat()}")
            return
        lines = [line.split() for line in sys.stdin if line.strip()]
        try:
            if options["step"] == "publish":
                self.stdout.write(json.dumps({"again": publish_anew([UUID(event_id) for (event_id,) in lines])}))
                return
            events = [Published(UUID(event_id), kind, datetime.fromisoformat(at)) for event_id, kind, at in lines]
        except ValueError as error:
            raise CommandError(f"a line is no event: {error}") from error
        for event_id in sorted(unhandled(events)):
            self.stdout.write(str(event_id))
