"""Clearing away."""

from datetime import datetime

from servicekit.principal import SYNTHETIC_ID
from tickets.models import Ticket


def purge_synthetic_tickets(*, before: datetime) -> int:
    """Delete the tickets that were filed only to try the system out; how many there were."""
    _, deleted = Ticket.objects.filter(requester_id=SYNTHETIC_ID, submitted_at__lt=before).delete()
    return deleted.get("tickets.Ticket", 0)
