"""Things that several tests begin with."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from audit.models import Entry
from directory.models import Person
from servicekit import clock, contracts
from servicekit.contracts.permissions import BUILT_IN_ROLES
from servicekit.contracts.ticket import TicketApproved, TicketEvent, TicketReopened, TicketWithdrawn
from servicekit.models import OutboxEvent, ScheduledJob
from servicekit.principal import SYSTEM, Principal
from sla.models import Clock
from tasks.models import Task, TaskItem, Turn, Waiting
from tests.graphs import two_steps
from workflows.models import Workflow, WorkflowVersion
from workflows.services import Draft, create_workflow, publish_workflow

REQUESTER = contracts.Person(id=UUID(int=900), name="Rita Requester")
APPROVER = contracts.Person(id=UUID(int=901), name="Carl Coordinator")


def make_person(name: str = "Ann", *roles: str, is_active: bool = True, **fields: Any) -> Person:
    """Somebody of the directory."""
    return Person.objects.create(
        id=fields.pop("id", None) or uuid4(),
        name=name,
        email=f"{name.lower()}@example.org",
        is_active=is_active,
        roles=list(roles),
        **fields,
    )


def principal_of(person: Person) -> Principal:
    """The person, logged in."""
    permissions = {str(permission) for role in person.roles if role in BUILT_IN_ROLES for permission in BUILT_IN_ROLES[role][1]}
    return Principal(
        id=person.id,
        name=person.name,
        email=person.email,
        session_id=uuid4(),
        roles=frozenset(person.roles),
        permissions=frozenset(permissions),
        access_version=1,
    )


def make_draft(**changes: Any) -> Draft:
    """A draft for IT support that can be published: check (tts.agent, weight 1) → repair (tts.agent, weight 3) → done, and back."""
    definition = msgspec.json.decode(msgspec.json.encode(two_steps()))
    for step in definition["steps"]:
        step["role"] = "tts.agent"
    fields: dict[str, Any] = {
        "name": "Repair",
        "description": "",
        "category": "it-support",
        "subcategory": "",
        "department": "",
        "definition": definition,
    }
    return Draft(**(fields | changes))


def make_workflow(**changes: Any) -> Workflow:
    """An unpublished workflow."""
    return create_workflow(draft=make_draft(**changes), by=SYSTEM.person)


def publish_one(**changes: Any) -> WorkflowVersion:
    """The first version of a new workflow."""
    return publish_workflow(workflow_id=make_workflow(**changes).id, by=SYSTEM.person)


def ticket_event(event: type[TicketEvent], **changes: Any) -> Any:
    """A fact of ticket_service about ticket TX-1 unless something else is said."""
    fields: dict[str, Any] = {
        "ticket_id": UUID(int=1),
        "version": 2,
        "number": "TX-1",
        "subject": "Printer on fire",
        "requester": REQUESTER,
        "category": "it-support",
        "subcategory": "printer",
        "department": "Finance",
        "priority": "critical",
        "status": "open",
        "submitted_at": clock.now() - timedelta(hours=1),
        "by": APPROVER,
    }
    return event(**(fields | changes))


def approved(**changes: Any) -> TicketApproved:
    """The ticket was approved."""
    found: TicketApproved = ticket_event(TicketApproved, **({"approved_at": clock.now()} | changes))
    return found


def withdrawn(**changes: Any) -> TicketWithdrawn:
    """The ticket was withdrawn."""
    found: TicketWithdrawn = ticket_event(
        TicketWithdrawn, **({"version": 3, "status": "withdrawn", "by": REQUESTER, "reason": "Found water"} | changes)
    )
    return found


def reopened(**changes: Any) -> TicketReopened:
    """The ticket was reopened."""
    found: TicketReopened = ticket_event(TicketReopened, **({"version": 6, "by": REQUESTER, "reason": "Burns again", "count": 1} | changes))
    return found


def open_item() -> Any:
    """The one open item there is."""
    return TaskItem.objects.with_facts().get(status__in=["new", "in_progress", "held"])


def only_task() -> Any:
    """The one task there is."""
    return Task.objects.get()


def last_entry() -> Any:
    """What was recorded last."""
    return Entry.objects.latest("id")


def state() -> tuple[object, ...]:
    """Everything that a refused action on a task must leave alone, the outbox included."""
    return (
        list(Task.objects.order_by("id").values()),
        list(TaskItem.objects.order_by("id").values()),
        list(Clock.objects.order_by("id").values()),
        list(Waiting.objects.order_by("id").values()),
        list(ScheduledJob.objects.order_by("id").values()),
        list(Turn.objects.order_by("id").values()),
        OutboxEvent.objects.count(),
        Entry.objects.count(),
    )
