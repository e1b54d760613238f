"""A database that went away comes back; what was under way waits for it."""

import time

from django.db import InterfaceError, OperationalError, connection


def wait_for_database(limit: float = 600.0) -> None:
    """Return as soon as the database answers.

    An event that is being handled meanwhile stays unacknowledged: not lost, and not counted as a failure. ``limit`` in
    seconds, well below the broker's own time-out for acknowledgements (30 min); raises OperationalError after it.
    """
    give_up = time.monotonic() + limit
    while True:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > give_up:
                raise
            time.sleep(1.0)
