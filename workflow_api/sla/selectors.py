"""Which clocks run, and how they stand."""

from django.db.models import Prefetch, Q, QuerySet

from sla.models import Clock
from tasks.models import TaskItem

_STATES = {
    "running": Q(warned_at=None, breached_at=None),
    "warned": Q(warned_at__isnull=False, breached_at=None),
    "breached": Q(breached_at__isnull=False),
}


def list_clocks(state: str = "") -> QuerySet[Clock]:
    """The clocks that are not stopped, of one state if it is named."""
    items = TaskItem.objects.select_related("assignee", "task__ticket").order_by("-number")
    clocks = Clock.objects.filter(stopped_at=None).select_related("task__ticket").prefetch_related(Prefetch("items", items))
    return clocks.filter(_STATES[state]) if state else clocks
