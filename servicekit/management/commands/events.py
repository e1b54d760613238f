"""``manage.py events list|show|replay|dismiss``: the dead letters, from the command line."""

from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from servicekit.events import dead_letters
from servicekit.models import DeadLetter


class Command(BaseCommand):
    help = "List, show, replay or dismiss dead letters."

    def add_arguments(self, parser: CommandParser) -> None:
        """An action, and which letters."""
        parser.add_argument("action", choices=["list", "show", "replay", "dismiss"])
        parser.add_argument("ids", nargs="*", type=int, help="dead letters; none means all that are open")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one JSON object a line. Raises CommandError if a letter failed again."""
        letters = DeadLetter.objects.filter(resolved_at__isnull=True).order_by("id")
        if options["ids"]:
            letters = letters.filter(id__in=options["ids"])
        failed = [letter.id for letter in letters if not self._act(options["action"], letter)]
        if failed:
            raise CommandError(f"failed again: {failed}")

    def _act(self, action: str, letter: DeadLetter) -> bool:
        error = dead_letters.try_replay(letter.id) if action == "replay" else ""
        if action == "dismiss":
            dead_letters.dismiss(letter.id)
        line: dict[str, Any] = {
            "id": letter.id,
            "name": letter.name,
            "handler": letter.handler,
            "reason": error or letter.reason,
            "at": letter.created_at,
        }
        if action == "show":
            line |= {"source": letter.source, "event_id": letter.event_id, "payload": letter.payload, "raw": letter.raw}
        self.stdout.write(msgspec.json.encode(line).decode())
        return not error
