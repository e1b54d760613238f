"""``manage.py expand``: apply the migrations that the release before bears, while it runs."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from servicekit.expanding import SchemaInUse, expand


class Command(BaseCommand):
    help = "Apply pending migrations beside a running release; those that contract wait for --contract."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to take away as well."""
        parser.add_argument("--contract", action="store_true", help="also what the release before does not bear: nothing of it may run")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 when a table was in use for too long; running it again goes on where it stopped."""
        try:
            applied = expand(contract=options["contract"])
        except SchemaInUse as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{len(applied)} migrations applied: {', '.join(applied) or 'none was pending'}")
