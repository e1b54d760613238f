"""Following the work that workflow_api does on a ticket."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from servicekit import jobs
from servicekit.clock import now
from servicekit.contracts import Person
from servicekit.contracts.ticket import TicketResolved, TicketStatusChanged
from servicekit.contracts.workflow import TaskEvent
from servicekit.events import Malformed, publish
from servicekit.principal import SYSTEM
from tickets.facts import told
from tickets.models import TaskRun, Ticket
from tickets.moves import Entry, involve, lock_ticket, move, touch, write_history
from tickets.services.close import AUTO_CLOSE, CLOSES_AFTER
from tickets.status import Action, allows


@dataclass(frozen=True)
class Place:
    """Where the work is: the step, and who has it."""

    step: str
    assignee: Person | None


@dataclass(frozen=True)
class News:
    """What an event about the work means for its ticket."""

    entry: str  # the action in the history
    moves: Action | None = None
    place: Place | None = None
    target_at: datetime | None = None  # when the whole work is due
    is_end: bool = False
    by: Person = field(default_factory=lambda: SYSTEM.person)
    detail: str = ""
    reason: str = ""
    involved: tuple[Person | None, ...] = ()


@transaction.atomic
def follow_work(*, event: TaskEvent, news: News) -> Ticket:
    """Write down what happened to the work, and show it on the ticket unless we know something newer."""
    ticket = _lock(event.ticket_id)
    involve(ticket, event.owner, *news.involved)
    entry = Entry(news.entry, news.by, now(), detail=news.detail, reason=news.reason)
    run = _run(ticket, event.task_id)
    if news.target_at is not None and not run.is_over:  # told once, so it counts however late it comes
        Ticket.objects.filter(id=ticket.id).update(target_at=news.target_at)
    if run.is_over or event.version < run.version:
        write_history(ticket, entry, previous=ticket.status)
        return ticket
    run.version, run.is_over = event.version, news.is_end
    run.save(update_fields=["version", "is_over"])
    _show(ticket, event.owner, news.place)
    _advance(ticket, news.moves, entry)
    return ticket


@transaction.atomic
def await_work(*, ticket_id: UUID, reason: str) -> Ticket:
    """No workflow fits an approved ticket: it is pending until somebody allocates it."""
    ticket = _lock(ticket_id)
    is_at_work = TaskRun.objects.filter(ticket=ticket, is_over=False).exists()
    _advance(ticket, None if is_at_work else Action.WAIT, Entry("unmatched", SYSTEM.person, now(), reason=reason))
    return ticket


def _lock(ticket_id: UUID) -> Ticket:
    try:
        return lock_ticket(ticket_id)
    except Ticket.DoesNotExist as error:
        raise Malformed(f"there is no ticket {ticket_id}") from error


def _run(ticket: Ticket, task_id: UUID) -> TaskRun:
    """What we know of the task. One that we hear of for the first time takes over from the one before it."""
    known = TaskRun.objects.filter(task_id=task_id, ticket=ticket).first()
    if known is not None:
        return known
    TaskRun.objects.filter(ticket=ticket, is_over=False).update(is_over=True)
    return TaskRun.objects.create(task_id=task_id, ticket=ticket)


def _show(ticket: Ticket, owner: Person | None, place: Place | None) -> None:
    if owner is not None:
        ticket.owner_id, ticket.owner_name = owner.id, owner.name
    if place is not None:
        ticket.step = place.step
        ticket.assignee_id, ticket.assignee_name = (place.assignee.id, place.assignee.name) if place.assignee else (None, "")


def _advance(ticket: Ticket, action: Action | None, entry: Entry) -> None:
    """Move the ticket if its status allows, say so, and keep what happened in any case."""
    if action is None or not allows(ticket.status, action):
        touch(ticket, entry.at)
        write_history(ticket, entry, previous=ticket.status)
        _save(ticket)
        return
    previous = move(ticket, action, entry)
    if action is Action.RESOLVE:
        ticket.resolved_at = entry.at
        jobs.schedule(AUTO_CLOSE, str(ticket.id), entry.at + CLOSES_AFTER, {})
    _save(ticket)
    if action is Action.RESOLVE:
        publish(TicketResolved(**told(ticket), resolved_at=entry.at))
    else:
        publish(TicketStatusChanged(**told(ticket), previous=previous))


def _save(ticket: Ticket) -> None:
    ticket.save(
        update_fields=[
            "status", "version", "updated_at", "resolved_at", "owner_id", "owner_name", "assignee_id", "assignee_name", "step",
        ]
    )  # fmt: skip
