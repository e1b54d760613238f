"""The coordinators' decision on a new ticket."""

from django.db import transaction

from forms.selectors import department_name
from servicekit.clock import now
from servicekit.contracts.ticket import TicketApproved, TicketRejected
from servicekit.errors import require
from servicekit.events import publish
from servicekit.principal import Principal
from tickets import policies
from tickets.facts import told
from tickets.models import Ticket
from tickets.moves import Entry, lock_visible, move
from tickets.status import Action, Priority


@transaction.atomic
def approve_ticket(*, number: str, priority: Priority, department: str, by: Principal) -> Ticket:
    """A coordinator gives a new ticket its priority and department; from then on it is worked on."""
    require(policies.may_decide(by))
    department = department_name(department)
    ticket = lock_visible(number, by)
    at = now()
    move(ticket, Action.APPROVE, Entry("approve", by.person, at, detail=f"{priority}, {department}"))
    ticket.priority, ticket.department = priority, department
    ticket.save(update_fields=["status", "priority", "department", "version", "updated_at"])
    publish(TicketApproved(**told(ticket), by=by.person, approved_at=at))
    return ticket


@transaction.atomic
def reject_ticket(*, number: str, reason: str, by: Principal) -> Ticket:
    """A coordinator turns a new ticket down and says why."""
    require(policies.may_decide(by))
    ticket = lock_visible(number, by)
    move(ticket, Action.REJECT, Entry("reject", by.person, now(), reason=reason))
    ticket.save(update_fields=["status", "version", "updated_at"])
    publish(TicketRejected(**told(ticket), by=by.person, reason=reason))
    return ticket
