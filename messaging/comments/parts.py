"""What a fact of the work says about who takes part in it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from comments.models import Participant
from servicekit.contracts import Person
from servicekit.contracts.workflow import (
    ItemEvent,
    TaskAssigned,
    TaskCancelled,
    TaskCompleted,
    TaskEscalated,
    TaskEvent,
    TaskStepCompleted,
    TaskTransferred,
)

Role = Participant.Role


@dataclass(frozen=True, slots=True)
class Part:
    """A person has a part in the work, or had it until now."""

    person: Person
    role: Participant.Role
    is_current: bool


def parts(event: TaskEvent) -> Iterator[Part]:
    """Everybody whom the event names, and whether he still has his part after it."""
    if event.owner:
        yield Part(event.owner, Role.OWNER, True)
    if isinstance(event, TaskCancelled):
        yield from (Part(person, Role.ASSIGNEE, False) for person in event.assignees)
    if isinstance(event, TaskEscalated | TaskTransferred) and event.previous:
        yield Part(event.previous, Role.ASSIGNEE, False)
    if isinstance(event, ItemEvent) and event.assignee:
        yield Part(event.assignee, Role.ASSIGNEE, not isinstance(event, TaskStepCompleted))


def ends_work(event: TaskEvent) -> bool:
    """True if nobody works on the ticket any more after it."""
    return isinstance(event, TaskCompleted | TaskCancelled)


def gives_work(event: TaskEvent) -> bool:
    """True if the event hands an item to somebody."""
    return isinstance(event, TaskAssigned | TaskEscalated | TaskTransferred)
