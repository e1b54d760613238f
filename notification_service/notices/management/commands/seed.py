"""``manage.py seed``: what a fresh installation holds."""

from typing import Any

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """This service begins empty: all it holds comes from people and from events."""

    help = "Write the first rows of a fresh installation: this service has none"

    def handle(self, *args: Any, **options: Any) -> None:
        """Nothing to write."""
        self.stdout.write("nothing to seed")
