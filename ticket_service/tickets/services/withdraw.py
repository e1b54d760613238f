"""Taking a request back."""

from django.db import transaction

from servicekit.clock import now
from servicekit.contracts.ticket import TicketWithdrawn
from servicekit.errors import require
from servicekit.events import publish
from servicekit.principal import Principal
from tickets import policies
from tickets.facts import told
from tickets.models import Ticket
from tickets.moves import Entry, lock_visible, move
from tickets.status import Action


@transaction.atomic
def withdraw_ticket(*, number: str, reason: str, by: Principal) -> Ticket:
    """The requester may withdraw a ticket until it is resolved or rejected."""
    ticket = lock_visible(number, by)
    require(policies.may_withdraw(by, ticket))
    move(ticket, Action.WITHDRAW, Entry("withdraw", by.person, now(), reason=reason))
    ticket.save(update_fields=["status", "version", "updated_at"])
    publish(TicketWithdrawn(**told(ticket), by=by.person, reason=reason))
    return ticket
