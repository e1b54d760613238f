"""Tickets in every state, made by the real services; and events as workflow_api would publish them."""

from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from forms.defaults import CATEGORIES, DEPARTMENTS
from forms.services import seed_defaults
from servicekit.contracts import Person
from servicekit.contracts.workflow import (
    ItemEvent,
    TaskAssigned,
    TaskCompleted,
    TaskEvent,
    TaskHeld,
    TaskOpened,
    TaskStarted,
)
from servicekit.models import OutboxEvent
from servicekit.principal import Principal
from servicekit.testing.events import deliver_event
from servicekit.testing.keys import make_principal
from tickets import services
from tickets.models import HistoryEntry, Ticket
from tickets.status import Priority

E = TypeVar("E", bound=TaskEvent)
AGENT = Person(id=UUID(int=0xA), name="Ada Agent")
OWNER = Person(id=UUID(int=0xC), name="Cleo Coordinator")


def seed() -> None:
    """The categories and departments of a fresh installation."""
    seed_defaults(CATEGORIES, DEPARTMENTS)


def employee(name: str = "Emil Employee") -> Principal:
    """Somebody who files tickets."""
    return make_principal("hdts.employee", name=name)


def coordinator(name: str = "Cora Coordinator") -> Principal:
    """Somebody who decides on them."""
    return make_principal("hdts.coordinator", name=name)


def a_request(**changes: Any) -> services.TicketRequest:
    """A request that the category "others" accepts."""
    return services.TicketRequest(**{"category": "others", "subject": "The door squeaks", "description": "Every morning.", **changes})


def new_ticket(by: Principal | None = None, **changes: Any) -> Ticket:
    """A ticket that waits for approval."""
    return services.submit_ticket(request=a_request(**changes), by=by or employee())


def open_ticket(by: Principal | None = None, **changes: Any) -> Ticket:
    """An approved ticket."""
    ticket = new_ticket(by, **changes)
    return services.approve_ticket(number=ticket.number, priority=Priority.HIGH, department="IT", by=coordinator())


def a_task(ticket: Ticket, of: type[E], version: int, *, task_id: UUID | None = None, **changes: Any) -> E:
    """An event about the work on the ticket."""
    values: dict[str, Any] = {
        "task_id": task_id or UUID(int=ticket.id.int ^ 1), "version": version, "ticket_id": ticket.id, "number": ticket.number,
        "subject": ticket.subject, "priority": ticket.priority, "requester": ticket.requester, "owner": OWNER,
    }  # fmt: skip
    if issubclass(of, ItemEvent):
        values |= {
            "item_id": uuid4(), "step": "diagnose", "step_name": "Diagnose", "role": "tts.agent", "assignee": AGENT,
            "target_at": datetime(2026, 12, 1, tzinfo=UTC),
        }  # fmt: skip
    return of(**values | changes)


def opened(ticket: Ticket, version: int = 1, **changes: Any) -> TaskOpened:
    """The work has begun to exist."""
    return a_task(
        ticket,
        TaskOpened,
        version,
        **{"workflow_id": uuid4(), "workflow_name": "Support", "workflow_version": 3, "target_at": None, **changes},
    )


def assigned(ticket: Ticket, version: int = 2, **changes: Any) -> TaskAssigned:
    """Somebody has it."""
    return a_task(ticket, TaskAssigned, version, **{"origin": "allocation", **changes})


def started(ticket: Ticket, version: int = 3, **changes: Any) -> TaskStarted:
    """He has begun."""
    return a_task(ticket, TaskStarted, version, **changes)


def held(ticket: Ticket, version: int = 4, **changes: Any) -> TaskHeld:
    """It is on hold."""
    return a_task(ticket, TaskHeld, version, **{"by": AGENT, "reason": "A part is missing.", **changes})


def completed(ticket: Ticket, version: int = 9, **changes: Any) -> TaskCompleted:
    """It is done."""
    return a_task(ticket, TaskCompleted, version, **{"by": AGENT, "completed_at": datetime(2026, 11, 30, tzinfo=UTC), **changes})


def resolved_ticket(by: Principal | None = None, **changes: Any) -> Ticket:
    """A ticket whose work is done."""
    ticket = open_ticket(by, **changes)
    deliver_event(assigned(ticket))
    deliver_event(completed(ticket))
    return fresh(ticket)


def closed_ticket(by: Principal | None = None) -> Ticket:
    """A ticket that its requester closed."""
    requester = by or employee()
    return services.close_ticket(number=resolved_ticket(requester).number, comment="", by=requester)


def fresh(ticket: Ticket) -> Ticket:
    """The ticket as it is in the database now."""
    return Ticket.objects.select_related("category", "form").get(id=ticket.id)


def forget_published() -> None:
    """Empty the outbox, so that a test sees what comes after."""
    OutboxEvent.objects.all().delete()


def state(ticket: Ticket) -> tuple[Any, ...]:
    """All that a refused action must leave as it was: the row, its history and what was published."""
    row = Ticket.objects.filter(id=ticket.id).values().get()
    return (
        row,
        list(HistoryEntry.objects.filter(ticket=ticket).order_by("id").values()),
        list(OutboxEvent.objects.order_by("id").values("type", "data")),
    )
