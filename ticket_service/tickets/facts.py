"""A ticket as the published facts tell it."""

from typing import Any

from tickets.models import Ticket


def told(ticket: Ticket) -> dict[str, Any]:
    """What every fact about the ticket carries: the ticket as it is now."""
    return {
        "ticket_id": ticket.id,
        "version": ticket.version,
        "number": ticket.number,
        "subject": ticket.subject,
        "requester": ticket.requester,
        "category": ticket.category.slug,
        "subcategory": ticket.subcategory,
        "department": ticket.department,
        "priority": ticket.priority,
        "status": str(ticket.status),
        "submitted_at": ticket.submitted_at,
    }
