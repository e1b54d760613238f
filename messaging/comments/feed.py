"""What browsers hear live of tickets and conversations. Call these last in a transaction: the stream's lock is held until it ends."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from comments import audiences
from comments.documents import comment_document
from comments.models import Comment
from servicekit.contracts import Person
from servicekit.contracts.ticket import TicketEvent
from servicekit.contracts.workflow import ItemEvent, TaskEvent
from servicekit.principal import SYNTHETIC_ID
from servicekit.stream.rows import append, append_all

Entry = tuple[str, str, dict[str, Any]]  # audience, kind, body


def comment_posted(comment: Comment) -> None:
    """To those who may read a comment of its visibility."""
    append(audiences.thread(comment.conversation_id, comment.visibility), "comment.posted", comment_document(comment))


def ticket_changed(event: TicketEvent) -> None:
    """To the ticket's readers and to those who approve; what only tries the system out waits for nobody's approval."""
    hearing = [audiences.ticket(event.ticket_id)] + ([] if event.requester.id == SYNTHETIC_ID else [audiences.APPROVALS])
    body = {"ticket_id": str(event.ticket_id), "number": event.number, "status": event.status, "priority": event.priority}
    append_all([(audience, "ticket.changed", body) for audience in hearing])


def work_moved(event: TaskEvent, *, agents: Iterable[UUID], given_to: Person | None) -> None:
    """To the ticket's readers, to those who see all tasks and to these agents; to him who was given the item, the item itself."""
    hearing = (audiences.ticket(event.ticket_id), audiences.TASKS, *map(audiences.tasks_of, agents))
    entries: list[Entry] = [(audience, "task.changed", _change(event)) for audience in hearing]
    append_all(entries + _assignment(event, given_to))


def work_given(event: TaskEvent, given_to: Person | None) -> None:
    """To him who was given the item, of which newer news was told before."""
    append_all(_assignment(event, given_to))


def ticket_unmatched(ticket_id: UUID) -> None:
    """To those who see all tasks: there is one more to allocate by hand."""
    append(audiences.TASKS, "task.changed", {"ticket_id": str(ticket_id), "step": "", "step_name": "", "assignee": None})


def _change(event: TaskEvent) -> dict[str, Any]:
    step, step_name, assignee = (event.step, event.step_name, event.assignee) if isinstance(event, ItemEvent) else ("", "", None)
    named = {"id": str(assignee.id), "name": assignee.name} if assignee else None
    return {"ticket_id": str(event.ticket_id), "step": step, "step_name": step_name, "assignee": named}


def _assignment(event: TaskEvent, given_to: Person | None) -> list[Entry]:
    if given_to is None or not isinstance(event, ItemEvent):
        return []
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
    return [(audiences.person(given_to.id), "task.assigned", msgspec.to_builtins(body))]
