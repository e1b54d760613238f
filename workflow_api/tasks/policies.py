"""Who may do what with tasks: asked by every door. That only the assignee acts is the interpreter's rule."""

from engine import Definition, TokenStatus
from servicekit.contracts.permissions import Permission
from servicekit.principal import Principal
from tasks.models import Task, TaskItem, TicketCopy


def may_see_all(principal: Principal) -> bool:
    """All tasks, or only those of tickets that he had to do with?"""
    return principal.has(Permission.TASK_VIEW_ALL)


def may_transfer(principal: Principal, task: Task) -> bool:
    """Admins hand over any item, the task's owner those of his task."""
    return principal.has(Permission.TASK_TRANSFER_ANY) or task.owner_id == principal.id


def may_track(principal: Principal, ticket: TicketCopy, *, touched: bool) -> bool:
    """The tracker is for the requester, for whoever sees all tickets or tasks, and for those who had to do with it."""
    sees_all = principal.has(Permission.TASK_VIEW_ALL) or principal.has(Permission.TICKET_VIEW_ALL)
    return sees_all or touched or ticket.requester_id == principal.id


def may_read_notes(principal: Principal) -> bool:
    """What agents write to each other is not for requesters."""
    return principal.has(Permission.COMMENT_INTERNAL)


def item_actions(principal: Principal, item: TaskItem, definition: Definition) -> list[str]:
    """What this person may do with the item now."""
    if not item.is_open:
        return []
    actions = _assignee_actions(item, definition) if item.assignee_id == principal.id and principal.has(Permission.TASK_ACT) else []
    return [*actions, "transfer"] if may_transfer(principal, item.task) else actions


def _assignee_actions(item: TaskItem, definition: Definition) -> list[str]:
    escalate = ["escalate"] if definition.step(item.step).escalation_role else []
    if item.status == TokenStatus.HELD:
        return ["resume", *escalate]
    start = ["start"] if item.status == TokenStatus.NEW else []
    return [*start, "act", "hold", *escalate]
