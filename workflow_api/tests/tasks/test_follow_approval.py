from datetime import timedelta
from typing import Any

import pytest

from servicekit.contracts import Person
from servicekit.contracts.ticket import TicketClosed, TicketRejected
from servicekit.contracts.workflow import TaskAssigned, TaskOpened, TaskUnassigned, TicketUnmatched
from servicekit.events import Malformed
from tasks.models import Task, TaskItem, TicketCopy, Waiting
from tests.factories import approved, make_person, only_task, open_item, publish_one, reopened, ticket_event, withdrawn


def test_an_approved_ticket_is_opened_with_owner_assignee_and_both_targets(desk, deliver, published, frozen_clock):
    approved_at = frozen_clock.now - timedelta(minutes=5)
    deliver(approved(approved_at=approved_at))
    task, item = only_task(), open_item()
    assert (task.owner, task.pinned, task.priority, task.status, task.version) == (desk.carl, desk.version, "critical", "running", 2)
    assert (item.step, item.role, item.origin, item.status, item.assignee) == ("check", "tts.agent", "allocation", "new", desk.ann)
    assert task.clock.target_at == approved_at + timedelta(minutes=60)
    assert item.clock.target_at == frozen_clock.now + timedelta(minutes=15)
    opened, assigned = published()
    assert isinstance(opened, TaskOpened)
    assert (opened.version, opened.number, opened.workflow_name, opened.workflow_version) == (1, "TX-1", "Repair", 1)
    assert opened.owner == Person(id=desk.carl.id, name="Carl")
    assert isinstance(assigned, TaskAssigned)
    assert (assigned.version, assigned.step, assigned.step_name, assigned.origin) == (2, "check", "Check", "allocation")
    assert (assigned.assignee, assigned.target_at) == (Person(id=desk.ann.id, name="Ann"), item.clock.target_at)


def test_the_same_approval_delivered_twice_makes_one_task(desk, deliver, published):
    deliver(approved(), times=2)
    deliver(approved())
    assert Task.objects.count() == 1
    assert len(published()) == 2


def test_a_withdrawal_that_overtakes_the_approval_wins(desk, deliver, published):
    deliver(withdrawn(version=3))
    deliver(approved(version=2))
    assert Task.objects.count() == 0
    assert TicketCopy.objects.get().status == "withdrawn"
    assert published() == []


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        (TicketRejected, {"status": "rejected", "reason": "No"}),
        (TicketClosed, {"status": "closed", "comment": ""}),
    ],
)
def test_a_rejection_or_closing_that_overtakes_the_approval_wins(desk, deliver, published, event, fields):
    deliver(ticket_event(event, version=3, **fields))
    deliver(approved(version=2))
    assert (Task.objects.count(), published()) == (0, [])


def test_a_ticket_without_fitting_workflow_waits_with_the_reason_and_is_told_once(desk, deliver, published):
    deliver(approved(category="others", subcategory=""), times=2)
    deliver(approved(category="others", subcategory=""))
    waiting = Waiting.objects.get()
    reason = "No published workflow fits others of the department Finance."
    assert (waiting.kind, waiting.reason, Task.objects.count()) == ("ticket", reason, 0)
    (event,) = published()
    assert isinstance(event, TicketUnmatched)
    assert (event.number, event.version, event.reason) == ("TX-1", 2, reason)


def test_publishing_a_fitting_workflow_opens_what_waited(desk, deliver, published, frozen_clock, run_due_jobs):
    approved_at = frozen_clock.now
    deliver(approved(category="others", subcategory=""))
    frozen_clock.advance(timedelta(minutes=10))
    publish_one(category="others", name="Others")
    deliver(published()[-1])
    run_due_jobs()
    assert Waiting.objects.count() == 0
    assert open_item().assignee == desk.ann
    assert only_task().clock.target_at == approved_at + timedelta(minutes=60)


def test_publishing_another_workflow_leaves_what_waits(desk, deliver, published, run_due_jobs):
    deliver(approved(category="others", subcategory=""))
    publish_one(category="asset-check-in", name="Assets")
    before = len(published())
    deliver(published()[-1])
    assert run_due_jobs() == 0
    assert (Waiting.objects.count(), Task.objects.count(), len(published())) == (1, 0, before)


def test_nobody_of_the_role_leaves_the_step_waiting_and_tells_so(db, deliver, published, frozen_clock):
    publish_one()
    deliver(approved())
    item, waiting = open_item(), Waiting.objects.get()
    assert (item.assignee, item.clock, item.assigned_at) == (None, None, None)
    assert (waiting.kind, waiting.item, waiting.reason) == ("item", item, "Nobody active holds the role tts.agent.")
    event = published()[-1]
    assert isinstance(event, TaskUnassigned)
    assert (event.assignee, event.target_at, event.reason, event.owner) == (None, None, waiting.reason, None)


def test_an_inactive_holder_is_given_nothing(db, deliver):
    publish_one()
    make_person("Ann", "tts.agent", is_active=False)
    deliver(approved())
    assert open_item().assignee is None


def test_a_reopened_ticket_gets_a_second_task_whose_time_counts_from_the_reopening(task, deliver, published, frozen_clock, desk):
    Task.objects.update(status="completed")
    TaskItem.objects.update(status="done")
    at = frozen_clock.advance(timedelta(days=2))
    deliver(reopened(version=6))
    second: Any = Task.objects.get(status="running")
    assert (second.ticket_version, Task.objects.count()) == (6, 2)
    assert second.clock.target_at == at + timedelta(minutes=60)
    assert open_item().assignee == desk.bob


def test_an_approval_with_an_unknown_priority_is_kept_as_malformed(desk, deliver, published):
    with pytest.raises(Malformed, match="priority ''"):
        deliver(approved(priority=""))
    assert (TicketCopy.objects.count(), published()) == (0, [])


def test_a_new_version_of_the_workflow_does_not_touch_a_running_task(task, desk):
    from servicekit.principal import SYSTEM
    from workflows.services import publish_workflow

    publish_workflow(workflow_id=desk.version.workflow_id, by=SYSTEM.person)
    assert only_task().pinned == desk.version
