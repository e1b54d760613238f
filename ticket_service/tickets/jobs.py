"""Doors for the clock."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from servicekit.clock import now
from servicekit.jobs import every, job
from tickets.services import close_stale_ticket, purge_synthetic_tickets
from tickets.services.close import AUTO_CLOSE


@job(AUTO_CLOSE)
def close_after_a_while(key: str, payload: dict[str, Any]) -> None:
    """72 hours after the resolution."""
    close_stale_ticket(ticket_id=UUID(key))


@every(timedelta(hours=1), name="purge_synthetic_tickets")
def purge_synthetic() -> None:
    """Tickets that only tried the system out are of no use to anybody after an hour."""
    purge_synthetic_tickets(before=now() - timedelta(hours=1))
