"""What ticket_service tells, and what follows from it. Events come unordered: the newest known state of the ticket decides."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from directory.models import Person
from engine import RunStatus
from servicekit import contracts
from servicekit.clock import now
from servicekit.contracts.ticket import TicketApproved, TicketEvent, TicketReopened
from servicekit.contracts.workflow import TicketUnmatched
from servicekit.errors import NotFound
from servicekit.events import publish
from servicekit.principal import SYSTEM, Principal
from tasks.errors import AlreadyAllocated, NoWorkflowFits, UnknownWorkflow
from tasks.models import Task, TicketCopy, Waiting
from tasks.services.allocating import cancel_task, give_item, holder, open_task
from workflows.models import WorkflowVersion
from workflows.selectors import current_version_of, definition_of, match_workflow


@transaction.atomic
def follow_approval(event: TicketApproved | TicketReopened, *, since: datetime) -> None:
    """An approved or reopened ticket gets a task, or waits with the reason; once, and only while it is still wanted."""
    ticket = _keep(event)
    answered = Q(ticket_version=event.version) | Q(status=RunStatus.RUNNING)
    if ticket.status not in TicketCopy.WORKABLE or ticket.tasks.filter(answered).exists() or ticket.waiting.exists():
        return
    pinned = match_workflow(category=ticket.category, subcategory=ticket.subcategory, department=ticket.department)
    if pinned is None:
        _wait(ticket, event.version, since)
    else:
        open_task(ticket=ticket, ticket_version=event.version, pinned=pinned, since=since, by=event.by)


@transaction.atomic
def follow_end(event: TicketEvent, *, by: contracts.Person, reason: str) -> None:
    """A ticket that is over needs no more work."""
    ticket = _keep(event)
    if ticket.status in TicketCopy.OVER:
        cancel_task(ticket=ticket, by=by, reason=reason)


@transaction.atomic
def open_waiting() -> None:
    """A workflow was published: the waiting tickets that it fits are opened, the longest waiting first."""
    waiting = list(Waiting.objects.filter(item=None).order_by("ticket_id").values_list("ticket_id", flat=True))
    tickets = {ticket.id: ticket for ticket in TicketCopy.objects.select_for_update().filter(id__in=waiting).order_by("id")}
    for row in Waiting.objects.filter(ticket__in=tickets, item=None).order_by("since", "id"):
        ticket = tickets[row.ticket_id]
        pinned = match_workflow(category=ticket.category, subcategory=ticket.subcategory, department=ticket.department)
        if pinned is not None:
            _open_row(row, ticket, pinned, by=SYSTEM.person)


@transaction.atomic
def allocate_waiting(*, waiting_id: UUID, by: Principal, workflow_id: UUID | None, user_id: UUID | None) -> Task:
    """An admin gives out what waits: a ticket to a workflow, and either to a person of his choice or to whose turn it is."""
    row = Waiting.objects.select_related("item").filter(id=waiting_id).first()
    if row is None:
        raise NotFound
    ticket = TicketCopy.objects.select_for_update().get(id=row.ticket_id)
    if not Waiting.objects.filter(id=waiting_id).exists():
        raise AlreadyAllocated
    if row.item is not None:
        give_item(item_id=row.item.id, by=by, to=user_id)
        return row.item.task
    pinned = _chosen_version(ticket, workflow_id)
    assignee = holder(user_id, definition_of(pinned.id).start.role) if user_id else None
    return _open_row(row, ticket, pinned, by=by.person, assignee=assignee)


def _keep(event: TicketEvent) -> TicketCopy:
    """The newest known state of the ticket, locked."""
    TicketCopy.objects.bulk_create([TicketCopy(id=event.ticket_id)], ignore_conflicts=True)
    ticket = TicketCopy.objects.select_for_update().get(id=event.ticket_id)
    if event.version > ticket.version:
        for name in ("version", "number", "subject", "category", "subcategory", "department", "priority", "status"):
            setattr(ticket, name, getattr(event, name))
        ticket.requester_id, ticket.requester_name = event.requester.id, event.requester.name
        ticket.save()
    return ticket


def _wait(ticket: TicketCopy, ticket_version: int, since: datetime) -> None:
    kind = "/".join(part for part in (ticket.category, ticket.subcategory) if part)
    reason = f"No published workflow fits {kind} of the department {ticket.department}."
    Waiting.objects.create(ticket=ticket, ticket_version=ticket_version, approved_at=since, reason=reason, since=now())
    publish(TicketUnmatched(ticket_id=ticket.id, version=ticket.version, number=ticket.number, subject=ticket.subject, reason=reason))


def _chosen_version(ticket: TicketCopy, workflow_id: UUID | None) -> WorkflowVersion:
    if workflow_id is not None:
        pinned = current_version_of(workflow_id)
        if pinned is None:
            raise UnknownWorkflow
        return pinned
    found = match_workflow(category=ticket.category, subcategory=ticket.subcategory, department=ticket.department)
    if found is None:
        raise NoWorkflowFits
    return found


def _open_row(row: Waiting, ticket: TicketCopy, pinned: WorkflowVersion, *, by: contracts.Person, assignee: Person | None = None) -> Task:
    row.delete()
    return open_task(ticket=ticket, ticket_version=row.ticket_version, pinned=pinned, since=row.approved_at, by=by, assignee=assignee)
