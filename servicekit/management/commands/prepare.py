"""``manage.py prepare``: everything that must be so before this release's processes start. Each step may be repeated."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrate the database, declare the queues and write the first rows."

    def handle(self, *args: Any, **options: Any) -> None:
        """Stop at the first step that fails."""
        for step in ("expand", "declare_topology", "seed"):
            call_command(step)
