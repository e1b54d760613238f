"""What ticket_service tells, and what follows from it. Events come unordered: the newest known state of the ticket decides."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from engine import RunStatus
from servicekit import contracts
from servicekit.clock import now
from servicekit.contracts.ticket import TicketApproved, TicketEvent, TicketReopened
from servicekit.contracts.workflow import TicketUnmatched
from servicekit.events import publish
from tasks.models import TicketCopy, Waiting
from tasks.services.allocating import cancel_task, open_task
from workflows.selectors import match_workflow


@transaction.atomic
def follow_approval(event: TicketApproved | TicketReopened, *, since: datetime) -> None:
    """An approved or reopened ticket gets a task, or waits with the reason; once, and only while it is still wanted."""
    ticket = _keep(event, wanted_since=since)
    answered = Q(ticket_version=ticket.wanted_version) | Q(status=RunStatus.RUNNING)
    if ticket.status not in TicketCopy.WORKABLE or ticket.tasks.filter(answered).exists() or ticket.waiting.exists():
        return
    pinned = match_workflow(category=ticket.category, subcategory=ticket.subcategory, department=ticket.department)
    if pinned is None:
        _wait(ticket)
    else:
        open_task(ticket=ticket, pinned=pinned, by=event.by)


@transaction.atomic
def follow_end(event: TicketEvent, *, by: contracts.Person, reason: str) -> None:
    """A ticket that is over needs no more work."""
    ticket = _keep(event)
    if ticket.status in TicketCopy.OVER:
        cancel_task(ticket=ticket, by=by, reason=reason)


def _keep(event: TicketEvent, *, wanted_since: datetime | None = None) -> TicketCopy:
    """The newest known state of the ticket, locked. ``wanted_since``: the event asks for work, from then on."""
    TicketCopy.objects.bulk_create([TicketCopy(id=event.ticket_id)], ignore_conflicts=True)
    ticket = TicketCopy.objects.select_for_update().get(id=event.ticket_id)
    if event.version > ticket.version:
        for name in ("version", "number", "subject", "category", "subcategory", "department", "priority", "status"):
            setattr(ticket, name, getattr(event, name))
        ticket.requester_id, ticket.requester_name = event.requester.id, event.requester.name
    if wanted_since is not None and event.version > ticket.wanted_version:
        ticket.wanted_version, ticket.wanted_since = event.version, wanted_since
    ticket.save()
    return ticket


def _wait(ticket: TicketCopy) -> None:
    kind = "/".join(part for part in (ticket.category, ticket.subcategory) if part)
    reason = f"No published workflow fits {kind} of the department {ticket.department}."
    Waiting.objects.create(ticket=ticket, reason=reason, since=now())
    publish(TicketUnmatched(ticket_id=ticket.id, version=ticket.version, number=ticket.number, subject=ticket.subject, reason=reason))
