"""Adding files to a ticket."""

from uuid import UUID

from django.db import transaction

from attachments.services import bind_attachments
from servicekit.clock import now
from servicekit.contracts.ticket import TicketEdited
from servicekit.events import publish
from servicekit.principal import Principal
from tickets.errors import IllegalTransition
from tickets.facts import told
from tickets.models import Ticket
from tickets.moves import Entry, lock_visible, touch, write_history
from tickets.status import FINAL


@transaction.atomic
def attach_files(*, number: str, attachments: tuple[UUID, ...], by: Principal) -> Ticket:
    """Whoever may see a ticket that is not finished may add files that he uploaded."""
    ticket = lock_visible(number, by)
    if ticket.status in FINAL:
        raise IllegalTransition(f"A ticket that is {ticket.status} takes no more files.")
    names = bind_attachments(ticket_id=ticket.id, ids=attachments, by=by)
    at = now()
    touch(ticket, at)
    ticket.save(update_fields=["version", "updated_at"])
    write_history(ticket, Entry("attach", by.person, at, detail=", ".join(names)), previous=ticket.status)
    publish(TicketEdited(**told(ticket), by=by.person, changed=("attachments",)))
    return ticket
