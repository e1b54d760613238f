"""Who is meant by "the requester", "the owner", "the approvers". Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from servicekit.contracts import Event, Person
from servicekit.contracts.messaging import CommentPosted
from servicekit.contracts.permissions import Permission
from servicekit.contracts.ticket import TicketEvent
from servicekit.contracts.workflow import ItemEvent, TaskCancelled, TaskEscalated, TaskEvent, TaskTransferred


class Who(Enum):
    """A part that people play in an event."""

    REQUESTER = "the requester"
    OWNER = "the coordinator who owns the ticket"
    ASSIGNEE = "who has the step now"
    PREVIOUS = "who had the step before"
    ASSIGNEES = "all who had open steps"
    AUDIENCE = "who takes part in the conversation"
    APPROVERS = "all who may approve tickets"
    ALLOCATORS = "all who may allocate tasks"


#: the parts that are played by everybody who holds a permission
HOLDERS: dict[Who, Permission] = {Who.APPROVERS: Permission.TICKET_APPROVE, Who.ALLOCATORS: Permission.TASK_ALLOCATE}


@dataclass(frozen=True, slots=True)
class Parties:
    """Who stands behind a ticket, where the event itself does not say."""

    requester: UUID | None = None
    owner: UUID | None = None


def lacks(event: Event, who: Who) -> bool:
    """True if only what we remember of the ticket tells who plays this part in the event."""
    match who:
        case Who.REQUESTER:
            return not isinstance(event, TicketEvent | TaskEvent)
        case Who.OWNER:
            return not isinstance(event, TaskEvent)
    return False


def named(event: Event, who: Who, parties: Parties) -> frozenset[UUID]:
    """The people who play a part in the event by name; nobody for a part that is played by permission."""
    match who, event:
        case Who.REQUESTER, TicketEvent() | TaskEvent():
            return _ids(event.requester)
        case Who.REQUESTER, _:
            return _ids(parties.requester)
        case Who.OWNER, TaskEvent():
            return _ids(event.owner)
        case Who.OWNER, _:
            return _ids(parties.owner)
        case Who.ASSIGNEE, ItemEvent():
            return _ids(event.assignee)
        case Who.PREVIOUS, TaskEscalated() | TaskTransferred():
            return _ids(event.previous)
        case Who.ASSIGNEES, TaskCancelled():
            return _ids(*event.assignees)
        case Who.AUDIENCE, CommentPosted():
            return _ids(*event.audience)
    return frozenset()


def actor(event: Event) -> UUID | None:
    """Who did it; None for a clock, or where the event does not say."""
    if isinstance(event, CommentPosted):
        return event.author.id
    by = getattr(event, "by", None)
    return by.id if isinstance(by, Person) else None


def permissions_asked(parts: Collection[Who]) -> list[Permission]:
    """The permissions whose holders are meant by these parts."""
    return [HOLDERS[who] for who in parts if who in HOLDERS]


def _ids(*people: Person | UUID | None) -> frozenset[UUID]:
    return frozenset(person.id if isinstance(person, Person) else person for person in people if person is not None)
