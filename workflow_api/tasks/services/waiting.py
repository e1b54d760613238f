"""What waits: tickets that no workflow fits, steps whose role nobody holds; and how they get on."""

from uuid import UUID

from django.db import transaction

from directory.models import Person
from directory.selectors import active_people
from engine import Origin
from servicekit.clock import now
from servicekit.contracts import Person as Named
from servicekit.errors import NotFound
from servicekit.jobs import schedule
from servicekit.principal import SYSTEM, Principal
from tasks.errors import NobodyHoldsRole, NoWorkflowFits, UnknownWorkflow
from tasks.models import Task, TaskItem, TicketCopy, Waiting
from tasks.rotation import next_holder
from tasks.services.allocating import holder, open_task
from tasks.services.run import Run
from workflows.models import WorkflowVersion
from workflows.selectors import current_version_of, definition_of, match_workflow

RETRY_JOB = "tasks.retry_waiting"


@transaction.atomic
def allocate_waiting(*, waiting_id: UUID, by: Principal, workflow_id: UUID | None, user_id: UUID | None) -> Task:
    """An admin gives out what waits: a ticket to a workflow, and either to a person of his choice or to whose turn it is."""
    row = _locked(waiting_id)
    if row is None:
        raise NotFound
    if row.item is not None:
        person = holder(user_id, row.item.role) if user_id else next_holder(row.item.role)
        if person is None:
            raise NobodyHoldsRole
        return _give(row.item, person, by=by.person, origin=Origin.ALLOCATION)
    pinned = _chosen_version(row.ticket, workflow_id)
    assignee = holder(user_id, definition_of(pinned.id).start.role) if user_id else None
    return _open(row, pinned, by=by.person, assignee=assignee)


@transaction.atomic
def retry_waiting(waiting_id: UUID) -> None:
    """A waiting ticket or step gets on if it can by now."""
    row = _locked(waiting_id)
    if row is None:
        return
    if row.item is not None:
        person = next_holder(row.item.role)
        if person is not None:
            _give(row.item, person, by=SYSTEM.person, origin=Origin.JOINED)
        return
    pinned = _fitting(row.ticket)
    if pinned is not None:
        _open(row, pinned, by=SYSTEM.person)


def plan_retries() -> None:
    """Something has changed: whatever could get on now is tried again, each in its own transaction."""
    rows = Waiting.objects.select_related("ticket", "item").order_by("since", "id")
    held: dict[str, bool] = {}
    for row in rows:
        if row.item is None:
            can_get_on = _fitting(row.ticket) is not None
        else:
            role = row.item.role
            can_get_on = held[role] if role in held else held.setdefault(role, active_people(role=role).exists())
        if can_get_on:
            schedule(RETRY_JOB, str(row.id), now(), {})


def _locked(waiting_id: UUID) -> Waiting | None:
    """What waits, with its ticket, under the ticket's lock; None if it waits no longer."""
    ticket_id = Waiting.objects.filter(id=waiting_id).values_list("ticket_id", flat=True).first()
    if ticket_id is None:
        return None
    TicketCopy.objects.select_for_update().get(id=ticket_id)
    return Waiting.objects.select_related("item", "ticket").filter(id=waiting_id).first()


def _give(item: TaskItem, person: Person, *, by: Named, origin: Origin) -> Task:
    run, found = Run.of_item(item.id, by=by)
    run.give(found.number, person, origin)
    run.close("task.allocated")
    return run.task


def _open(row: Waiting, pinned: WorkflowVersion, *, by: Named, assignee: Person | None = None) -> Task:
    row.delete()
    return open_task(ticket=row.ticket, pinned=pinned, by=by, assignee=assignee)


def _chosen_version(ticket: TicketCopy, workflow_id: UUID | None) -> WorkflowVersion:
    pinned = current_version_of(workflow_id) if workflow_id else _fitting(ticket)
    if pinned is None:
        raise UnknownWorkflow if workflow_id else NoWorkflowFits
    return pinned


def _fitting(ticket: TicketCopy) -> WorkflowVersion | None:
    return match_workflow(category=ticket.category, subcategory=ticket.subcategory, department=ticket.department)
