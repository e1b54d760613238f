"""The systems and built-in roles."""

from typing import Any

from django.core.management.base import BaseCommand

from access.services import seed_access


class Command(BaseCommand):
    """``manage.py seed``: harmless to repeat; after an update it brings the built-in roles up to date."""

    help = "Create or update the systems and built-in roles"

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed."""
        seed_access()
        self.stdout.write("The systems and built-in roles are up to date.")
