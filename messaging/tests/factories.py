"""Events about a ticket, and conversations that such events have made."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from comments import services
from comments.models import Conversation
from servicekit.contracts import Person
from servicekit.contracts.auth import AssignmentUpdated
from servicekit.contracts.ticket import TicketEvent, TicketSubmitted
from servicekit.contracts.workflow import ItemEvent, TaskAssigned, TaskEvent, TaskOpened
from servicekit.principal import Principal
from servicekit.stream.models import StreamRow
from servicekit.stream.rows import Row, read_after

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def person(name: str = "Somebody") -> Person:
    return Person(id=uuid4(), name=name)


@dataclass(frozen=True)
class Story:
    """One ticket and one run of its work, to make events of."""

    requester: Person = field(default_factory=lambda: person("Rita Request"))
    owner: Person | None = field(default_factory=lambda: person("Olga Owner"))
    ticket_id: UUID = field(default_factory=uuid4)
    task_id: UUID = field(default_factory=uuid4)
    number: str = "TTS-7K3M9QXD"
    subject: str = "Laptop does not start"

    def ticket(self, of: type[TicketEvent] = TicketSubmitted, *, version: int = 1, status: str = "new", **more: Any) -> Any:
        """A fact of the ticket."""
        if of is TicketSubmitted:
            more.setdefault("by", self.requester)
        return of(
            ticket_id=self.ticket_id,
            version=version,
            number=self.number,
            requester=self.requester,
            category="it-support",
            subcategory="",
            department="",
            priority="high",
            status=status,
            submitted_at=AT,
            **{"subject": self.subject} | more,
        )

    def task(self, of: type[TaskEvent] = TaskOpened, *, version: int = 1, **more: Any) -> Any:
        """A fact of the work as a whole."""
        if of is TaskOpened:
            more |= {"workflow_id": uuid4(), "workflow_name": "Repairs", "workflow_version": 1, "target_at": None}
        return of(
            task_id=more.pop("task_id", self.task_id),
            version=version,
            ticket_id=self.ticket_id,
            number=self.number,
            subject=self.subject,
            priority="high",
            requester=self.requester,
            **{"owner": self.owner} | more,
        )

    def item(self, of: type[ItemEvent] = TaskAssigned, *, assignee: Person | None, version: int = 2, **more: Any) -> Any:
        """A fact of one step of the work."""
        if of is TaskAssigned:
            more.setdefault("origin", "allocation")
        step = {"item_id": uuid4(), "step": "diagnose", "step_name": "Diagnose", "role": "tts.agent", "target_at": None}
        return self.task(of, version=version, assignee=assignee, **step | more)


def may_read_internal(who: UUID, *, version: int = 1, permissions: tuple[str, ...] = ("comment.internal",)) -> None:
    """auth has told what the person may do."""
    services.record_clearance(
        AssignmentUpdated(user_id=who, access_version=version, role="tts.agent", roles=("tts.agent",), permissions=permissions)
    )


def make_conversation(
    *, requester: Principal | None = None, owner: Principal | None = None, assignee: Principal | None = None
) -> Conversation:
    """A ticket that messaging knows, with the people who take part in it."""
    story = Story(requester=requester.person if requester else person(), owner=owner.person if owner else None)
    services.record_ticket(story.ticket())
    if owner or assignee:
        services.record_task(story.item(assignee=assignee.person if assignee else None))
    for colleague in filter(None, (owner, assignee)):
        may_read_internal(colleague.id)
    return Conversation.objects.get(ticket_id=story.ticket_id)


def forget_told() -> None:
    """Empty the stream, so that a test sees what it says itself."""
    StreamRow.objects.all().delete()


def stream() -> list[Row]:
    """All that the stream holds."""
    return read_after(0)


def told() -> list[tuple[str, str, dict[str, Any]]]:
    """Audience, kind and body of all that the stream holds."""
    return [(row.audience, row.kind, row.body) for row in stream()]
