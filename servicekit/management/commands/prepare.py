"""``manage.py prepare``: everything that must be so before this release's processes start. Each step may be repeated."""

import logging
import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection

logger = logging.getLogger("tts.prepare")
PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds between tries to reach the database; a try takes up to 5 s itself


class Command(BaseCommand):
    help = "Migrate the database, declare the queues and write the first rows."

    def handle(self, *args: Any, **options: Any) -> None:
        """Stop at the first step that fails."""
        for step in ("expand", "declare_topology", "seed"):
            connect()
            call_command(step)


def connect() -> None:
    """Reach the database, if need be by several tries: the steps go on with this connection, and what fails in one is not repeated.

    Raises OperationalError.
    """
    for pause in PAUSES:
        try:
            connection.ensure_connection()
        except OperationalError as error:
            logger.warning("the database is not reached", extra={"reason": str(error).strip(), "seconds": pause})
            time.sleep(pause)
        else:
            return
    connection.ensure_connection()
