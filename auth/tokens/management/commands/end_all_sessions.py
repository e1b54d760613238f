"""``manage.py end_all_sessions``: everybody has to log in again, as after a restore to an earlier moment."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tokens.services import end_sessions_of_everybody


class Command(BaseCommand):
    """Prints how many people were logged in, as JSON."""

    help = "End the sessions of everybody; the other services hear of it as of every log-out."

    def add_arguments(self, parser: CommandParser) -> None:
        """What is written beside each session."""
        parser.add_argument("--reason", default="admin", help="at most 20 characters")

    def handle(self, *args: Any, **options: Any) -> None:
        """End them."""
        self.stdout.write(f'{{"people": {end_sessions_of_everybody(reason=options["reason"][:20])}}}')
