"""Which items and tasks somebody sees."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from directory.models import Person
from directory.selectors import active_people
from engine import TokenStatus
from servicekit.errors import NotFound, require
from servicekit.principal import Principal
from tasks import policies
from tasks.models import CLOSED_ITEM, Task, TaskItem, TaskItems, Waiting
from tasks.tracker import Drawing, draw
from workflows.selectors import definition_of

STATUSES = {"open": [str(TokenStatus.NEW), str(TokenStatus.IN_PROGRESS)], "held": [str(TokenStatus.HELD)], "done": CLOSED_ITEM}


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFilter:
    """What a list is to show; empty means all."""

    scope: str = "mine"
    statuses: tuple[str, ...] = ()
    priority: str = ""
    q: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """The newest task of a ticket, drawn, and the items of all its tasks."""

    task: Task
    graph: Drawing
    items: list[TaskItem]


def list_items(principal: Principal, wanted: ItemFilter) -> TaskItems:
    """The items that a list shows to this person."""
    items = _scope(principal, wanted.scope).with_facts()
    if wanted.statuses:
        items = items.filter(status__in=[status for name in wanted.statuses for status in STATUSES[name]])
    if wanted.priority:
        items = items.filter(task__priority=wanted.priority)
    if wanted.q:
        items = items.filter(Q(task__ticket__number__iexact=wanted.q) | Q(task__ticket__subject__icontains=wanted.q))
    return items


def visible_item(principal: Principal, item_id: UUID) -> TaskItem:
    """One item. Raises NotFound for one that he may not see."""
    item = _visible(principal).with_facts().filter(id=item_id).first()
    if item is None:
        raise NotFound
    return item


def candidates(principal: Principal, item_id: UUID) -> list[Person]:
    """To whom this person may transfer the item: the other active holders of its role."""
    item = visible_item(principal, item_id)
    require(policies.may_transfer(principal, item.task))
    return list(active_people(role=item.role).exclude(items=item).order_by("name", "id")[:200])


def track(principal: Principal, number: str) -> Tracked:
    """Where the work on a ticket stands. Raises NotFound for what he may not see, and while there is no work."""
    items = list(TaskItem.objects.filter(task__ticket__number=number).with_facts().order_by("task__ticket_version", "number"))
    if not items:
        raise NotFound
    touched = any(principal.id in (item.assignee_id, item.task.owner_id) for item in items)
    task = items[-1].task
    require(policies.may_track(principal, task.ticket, touched=touched), NotFound)
    drawing = draw(definition_of(task.pinned_id), task, [item for item in items if item.task_id == task.id])
    return Tracked(task=task, graph=drawing, items=items)


def list_waiting() -> QuerySet[Waiting]:
    """What nobody works on yet."""
    return Waiting.objects.select_related("ticket", "item")


def _scope(principal: Principal, scope: str) -> TaskItems:
    if scope == "mine":
        return TaskItem.objects.filter(assignee=principal.id)
    if scope == "owned":
        return TaskItem.objects.filter(task__owner=principal.id)
    return _visible(principal)


def _visible(principal: Principal) -> TaskItems:
    if policies.may_see_all(principal):
        return TaskItem.objects.all()
    touched = TaskItem.objects.filter(assignee=principal.id).values("task__ticket")
    return TaskItem.objects.filter(Q(task__owner=principal.id) | Q(task__ticket__in=touched))
