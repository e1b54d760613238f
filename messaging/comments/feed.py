"""What browsers hear live of tickets and conversations. Call these last in a transaction: the stream's lock is held until it ends."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from comments import audiences
from comments.documents import comment_document
from comments.models import Comment
from servicekit.contracts import Person
from servicekit.contracts.ticket import TicketEvent
from servicekit.contracts.workflow import ItemEvent, TaskEvent
from servicekit.stream.rows import append


def comment_posted(comment: Comment) -> None:
    """To those who may read a comment of its visibility."""
    append(audiences.thread(comment.conversation_id, comment.visibility), "comment.posted", comment_document(comment))


def ticket_changed(event: TicketEvent) -> None:
    """To the ticket's readers and to those who approve."""
    body = {"ticket_id": str(event.ticket_id), "number": event.number, "status": event.status, "priority": event.priority}
    for audience in (audiences.ticket(event.ticket_id), audiences.APPROVALS):
        append(audience, "ticket.changed", body)


def task_changed(event: TaskEvent, agents: Iterable[UUID]) -> None:
    """To the ticket's readers, to those who see all tasks and to the agents who had or have this one."""
    item = event if isinstance(event, ItemEvent) else None
    body = {
        "ticket_id": str(event.ticket_id),
        "step": item.step if item else "",
        "step_name": item.step_name if item else "",
        "assignee": _person(item.assignee if item else None),
    }
    for audience in (audiences.ticket(event.ticket_id), audiences.TASKS, *map(audiences.tasks_of, agents)):
        append(audience, "task.changed", body)


def ticket_unmatched(ticket_id: UUID) -> None:
    """To those who see all tasks: there is one more to allocate by hand."""
    append(audiences.TASKS, "task.changed", {"ticket_id": str(ticket_id), "step": "", "step_name": "", "assignee": None})


def task_assigned(event: ItemEvent, assignee: Person) -> None:
    """To the new assignee alone."""
    body = {
        "ticket_id": event.ticket_id,
        "number": event.number,
        "subject": event.subject,
        "priority": event.priority,
        "task_id": event.task_id,
        "item_id": event.item_id,
        "step": event.step,
        "step_name": event.step_name,
        "target_at": event.target_at,
    }
    append(audiences.person(assignee.id), "task.assigned", msgspec.to_builtins(body))


def _person(person: Person | None) -> dict[str, str] | None:
    return {"id": str(person.id), "name": person.name} if person else None
