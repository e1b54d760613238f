"""The watcher: says once that the time gets short, and once that it is over."""

import logging
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from servicekit.clock import now
from servicekit.contracts.workflow import SlaBreached, SlaEvent, SlaWarned
from sla.models import Clock
from sla.services import set_timer
from tasks.facts import tell_about
from tasks.models import Task, TaskItem

logger = logging.getLogger("tts.sla")


@transaction.atomic
def mark_clock(clock_id: UUID) -> None:
    """Say the mark that a clock has reached, and set the timer of the next; nothing if the clock was moved meanwhile."""
    task = Task.objects.select_for_update(of=("self",)).filter(_timed_by(clock_id)).first()
    if task is None:
        return
    clock = Clock.objects.get(id=clock_id)
    due_at, at = clock.next_mark_at, now()
    if due_at is None or at < due_at:
        return
    fact: type[SlaEvent] = SlaWarned
    if clock.warned_at:
        fact, clock.breached_at = SlaBreached, at
    else:
        clock.warned_at = at
    clock.save(update_fields=["warned_at", "breached_at"])
    _tell(task, clock, fact)
    set_timer(clock)
    logger.info(
        "clock reached a mark", extra={"mark": fact.type, "clock": str(clock_id), "late_seconds": int((at - due_at).total_seconds())}
    )


def _timed_by(clock_id: UUID) -> Q:
    steps = TaskItem.objects.filter(clock_id=clock_id).values("task_id")
    return Q(clock_id=clock_id) | Q(id__in=steps)


def _tell(task: Task, clock: Clock, fact: type[SlaEvent]) -> None:
    items = list(TaskItem.objects.open_of(task.id))
    item = items[0] if clock.scope == Clock.Scope.TASK else next(item for item in items if item.clock_id == clock.id)
    tell_about(item, fact, scope=clock.scope, target_at=clock.target_at)
    Task.objects.filter(id=task.id).update(version=item.task.version)
