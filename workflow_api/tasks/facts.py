"""What this service tells of its tasks. The caller holds the lock of the task and saves its version, which rises by each fact."""

from typing import Any

from servicekit.contracts.workflow import ItemEvent, TaskEvent
from servicekit.events import publish
from tasks.models import Task, TaskItem
from workflows.selectors import definition_of


def tell(task: Task, fact: type[TaskEvent], **details: Any) -> None:
    """Publish a fact about a task."""
    task.version += 1
    publish(
        fact(
            task_id=task.id,
            version=task.version,
            ticket_id=task.ticket_id,
            number=task.ticket.number,
            subject=task.ticket.subject,
            priority=task.priority,
            requester=task.ticket.requester,
            owner=task.owner.named if task.owner else None,
            **details,
        )
    )


def tell_about(item: TaskItem, fact: type[ItemEvent], **details: Any) -> None:
    """Publish a fact about one assignment."""
    shown = {
        "item_id": item.id,
        "step": item.step,
        "step_name": definition_of(item.task.pinned_id).step(item.step).name,
        "role": item.role,
        "assignee": item.assignee.named if item.assignee else None,
        "target_at": item.clock.target_at if item.clock else None,
    }
    tell(item.task, fact, **(shown | details))
