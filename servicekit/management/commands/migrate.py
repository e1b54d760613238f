"""``manage.py migrate`` as Django has it; a role that may not change the schema is told who may."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import ProgrammingError

NOT_OURS = "42501"  # PostgreSQL's insufficient_privilege


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError when the database's role lacks the right: in production only the job ``<service>-migrate`` has it."""
        try:
            super().handle(*args, **options)
        except ProgrammingError as error:
            if getattr(error.__cause__, "pgcode", None) != NOT_OURS:
                raise
            raise CommandError(
                "The services' own role may not change the schema. The job of the service does: docker compose run --rm <service>-migrate"
            ) from error
