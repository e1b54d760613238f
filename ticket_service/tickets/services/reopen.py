"""Saying that it is not done after all."""

from django.db import transaction

from servicekit import jobs
from servicekit.clock import now
from servicekit.contracts.ticket import TicketReopened
from servicekit.errors import require
from servicekit.events import publish
from servicekit.principal import Principal
from tickets import policies
from tickets.errors import TooLateToReopen
from tickets.facts import told
from tickets.models import TaskRun, Ticket
from tickets.moves import Entry, lock_visible, move
from tickets.services.close import AUTO_CLOSE
from tickets.status import Action


@transaction.atomic
def reopen_ticket(*, number: str, reason: str, by: Principal) -> Ticket:
    """The requester may reopen within 14 days of the resolution; new work starts, and we count."""
    ticket = lock_visible(number, by)
    require(policies.may_reopen(by, ticket))
    at = now()
    in_time = ticket.may_reopen_at(at)
    move(ticket, Action.REOPEN, Entry("reopen", by.person, at, reason=reason))
    require(in_time, TooLateToReopen)
    ticket.reopen_count += 1
    ticket.resolved_at = ticket.closed_at = ticket.assignee_id = ticket.target_at = None
    ticket.assignee_name = ticket.step = ""
    ticket.save(
        update_fields=[
            "status", "version", "updated_at", "reopen_count", "resolved_at", "closed_at", "assignee_id", "assignee_name", "step",
            "target_at",
        ]
    )  # fmt: skip
    TaskRun.objects.filter(ticket=ticket).update(is_over=True)
    jobs.cancel(AUTO_CLOSE, str(ticket.id))
    publish(TicketReopened(**told(ticket), by=by.person, reason=reason, count=ticket.reopen_count))
    return ticket
