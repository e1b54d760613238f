"""Closing what is resolved, by hand or by the clock."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from servicekit import jobs
from servicekit.clock import now
from servicekit.contracts import Person
from servicekit.contracts.ticket import TicketClosed
from servicekit.errors import require
from servicekit.events import publish
from servicekit.principal import SYSTEM, Principal
from tickets import policies
from tickets.facts import told
from tickets.models import Ticket
from tickets.moves import Entry, lock_ticket, lock_visible, move
from tickets.status import Action, Status

AUTO_CLOSE = "ticket.auto_close"
CLOSES_AFTER = timedelta(hours=72)
AUTO_COMMENT = "Closed automatically: resolved for 72 hours."


@transaction.atomic
def close_ticket(*, number: str, comment: str, by: Principal) -> Ticket:
    """The requester or a coordinator closes a resolved ticket."""
    ticket = lock_visible(number, by)
    require(policies.may_close(by, ticket))
    _close(ticket, by=by.person, comment=comment)
    jobs.cancel(AUTO_CLOSE, str(ticket.id))
    return ticket


@transaction.atomic
def close_stale_ticket(*, ticket_id: UUID) -> bool:
    """The clock closes a ticket that has been resolved for 72 hours; True if it did."""
    ticket = lock_ticket(ticket_id)
    if ticket.status != Status.RESOLVED or ticket.resolved_at is None or ticket.resolved_at + CLOSES_AFTER > now():
        return False
    _close(ticket, by=None, comment=AUTO_COMMENT)
    return True


def _close(ticket: Ticket, *, by: Person | None, comment: str) -> None:
    at = now()
    move(ticket, Action.CLOSE, Entry("close", by or SYSTEM.person, at, reason=comment))
    ticket.closed_at = at
    ticket.save(update_fields=["status", "closed_at", "version", "updated_at"])
    publish(TicketClosed(**told(ticket), by=by, comment=comment))
