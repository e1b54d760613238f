"""``manage.py seed``: what a fresh installation needs; harmless to repeat."""

from typing import Any

from django.core.management.base import BaseCommand

from forms.defaults import CATEGORIES, DEPARTMENTS
from forms.services import seed_defaults


class Command(BaseCommand):
    help = "Create the default categories and departments that are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed and say how much was new."""
        self.stdout.write(f"{seed_defaults(CATEGORIES, DEPARTMENTS)} categories and departments created")
