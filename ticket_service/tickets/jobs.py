"""Doors for the clock."""

from typing import Any
from uuid import UUID

from servicekit.jobs import job
from tickets.services import close_stale_ticket
from tickets.services.close import AUTO_CLOSE


@job(AUTO_CLOSE)
def close_after_a_while(key: str, payload: dict[str, Any]) -> None:
    """72 hours after the resolution."""
    close_stale_ticket(ticket_id=UUID(key))
