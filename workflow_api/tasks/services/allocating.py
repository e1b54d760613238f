"""How the work on a ticket begins, changes hands and is taken back."""

from uuid import UUID

from django.db import transaction

from directory.models import Person
from directory.selectors import active_people
from engine import Cancel, Open, RunStatus, State, Transfer
from servicekit import contracts
from servicekit.contracts.workflow import TaskCancelled, TaskOpened, TaskTransferred
from servicekit.errors import require
from servicekit.principal import Principal
from tasks import policies
from tasks.errors import NotAHolder
from tasks.facts import tell, tell_about
from tasks.models import Task, TaskItem, TicketCopy, Waiting
from tasks.rotation import next_holder
from tasks.services.run import Run
from workflows.models import WorkflowVersion

OWNER_ROLE = "hdts.coordinator"
OWNERS = f"owner:{OWNER_ROLE}"  # whoever owns tickets may hold steps as well: those turns are counted apart


def open_task(*, ticket: TicketCopy, pinned: WorkflowVersion, by: contracts.Person, assignee: Person | None = None) -> Task:
    """The work on a ticket begins, on this version of the workflow for good. Call it under the ticket's lock."""
    task = Task(
        ticket=ticket,
        ticket_version=ticket.wanted_version,
        pinned=pinned,
        owner=next_holder(OWNER_ROLE, rotation=OWNERS),
        priority=ticket.priority,
        status=RunStatus.RUNNING,
    )
    run = Run(task=task, by=by, items={}, state=State(priority=ticket.priority), chosen=assignee)
    task.opened_at = run.now
    run.advance(Open(ticket.wanted_since or run.now))
    target_at = task.clock.target_at if task.clock else None
    tell(task, TaskOpened, workflow_id=pinned.workflow_id, workflow_name=pinned.name, workflow_version=pinned.number, target_at=target_at)
    run.close("task.opened", workflow=str(pinned))
    return task


@transaction.atomic
def transfer_item(*, item_id: UUID, by: Principal, to: UUID, reason: str) -> TaskItem:
    """An admin or the task's owner hands the item to another active holder of its role; step and target stay."""
    run, item = Run.of_item(item_id, by=by.person)
    require(policies.may_transfer(by, run.task))
    previous, receiver = item.assignee, holder(to, item.role)
    run.people[receiver.id] = receiver
    run.advance(Transfer(item.number, receiver.id))
    item.note = reason
    tell_about(run.newest, TaskTransferred, by=by.person, previous=previous.named if previous else None, reason=reason)
    run.close("task.transferred", reason=reason)
    return item


def cancel_task(*, ticket: TicketCopy, by: contracts.Person, reason: str) -> None:
    """The ticket is no longer wanted: whatever runs or waits for it ends. Call it under the ticket's lock."""
    Waiting.objects.filter(ticket=ticket, item=None).delete()
    task_id = Task.objects.select_for_update().filter(ticket=ticket, status=RunStatus.RUNNING).values_list("id", flat=True).first()
    if task_id is None:
        return
    run = Run.of_task(task_id, by=by)
    assignees = tuple(item.assignee.named for item in run.items.values() if item.assignee)
    run.advance(Cancel())
    run.task.closed_at = run.now
    tell(run.task, TaskCancelled, reason=reason, assignees=assignees)
    run.close("task.cancelled", reason=reason)


def holder(person_id: UUID, role: str) -> Person:
    """The person, if he may be given steps of the role. Raises NotAHolder."""
    person = active_people(role=role).filter(id=person_id).first()
    if person is None:
        raise NotAHolder(role)
    return person
