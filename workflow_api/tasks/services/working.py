"""What the assignee does with an item."""

from uuid import UUID

from django.db import transaction

from engine import Act, Escalate, Hold, Resume, Start
from servicekit.contracts.workflow import TaskEscalated, TaskHeld, TaskResumed, TaskStarted, TaskStepCompleted
from servicekit.principal import Principal
from tasks.facts import tell_about
from tasks.models import TaskItem
from tasks.services.run import Run
from workflows.selectors import definition_of


@transaction.atomic
def start_item(*, item_id: UUID, by: Principal) -> TaskItem:
    """Opening the work marks it in progress; opening it again changes nothing."""
    run, item = Run.of_item(item_id, by=by.person)
    is_first = item.started_at is None
    run.advance(Start(item.number, by.id))
    if is_first:
        tell_about(item, TaskStarted)
        run.close("task.started")
    return item


@transaction.atomic
def act_on_item(*, item_id: UUID, by: Principal, transition: str, note: str) -> TaskItem:
    """The assignee takes one of the step's transitions; at an end the task is completed."""
    run, item = Run.of_item(item_id, by=by.person)
    run.advance(Act(item.number, by.id, transition, note))
    item.transition, item.note = transition, note
    definition = definition_of(run.task.pinned_id)
    taken = next(way for way in definition.transitions_from(item.step) if way.key == transition)
    tell_about(
        item,
        TaskStepCompleted,
        by=by.person,
        transition=taken.key,
        transition_name=taken.name,
        next_step="" if definition.is_end(taken.target) else taken.target,
        note=note,
    )
    run.close("task.acted", transition=transition, note=note)
    return item


@transaction.atomic
def hold_item(*, item_id: UUID, by: Principal, reason: str) -> TaskItem:
    """The assignee puts the item on hold: its clock and the task's stand still."""
    run, item = Run.of_item(item_id, by=by.person)
    run.advance(Hold(item.number, by.id))
    item.hold_reason = reason
    tell_about(item, TaskHeld, by=by.person, reason=reason)
    run.close("task.held", reason=reason)
    return item


@transaction.atomic
def resume_item(*, item_id: UUID, by: Principal) -> TaskItem:
    """The assignee goes on: the targets move by the length of the pause."""
    run, item = Run.of_item(item_id, by=by.person)
    run.advance(Resume(item.number, by.id))
    tell_about(item, TaskResumed, by=by.person)
    run.close("task.resumed")
    return item


@transaction.atomic
def escalate_item(*, item_id: UUID, by: Principal, reason: str) -> TaskItem:
    """The step goes to the next holder of its escalation role, who has a new item of it; without one nothing changes."""
    run, item = Run.of_item(item_id, by=by.person)
    run.advance(Escalate(item.number, by.id))
    item.note = reason
    tell_about(run.newest, TaskEscalated, by=by.person, previous=by.person, reason=reason)
    run.close("task.escalated", reason=reason)
    return item
