from datetime import timedelta

import pytest

from servicekit.contracts.workflow import SlaBreached, SlaWarned
from servicekit.models import ScheduledJob
from sla.models import Clock
from sla.watch import mark_clock
from tasks.services import act_on_item, hold_item, resume_item, transfer_item
from tests.factories import only_task, open_item, principal_of


@pytest.fixture
def marks(published):
    """What was said of the clocks so far, as (type, scope, version)."""
    return lambda: [(event.type, event.scope, event.version) for event in published() if isinstance(event, SlaWarned | SlaBreached)]


def at_minute(frozen_clock, task, minute):
    frozen_clock.at(task.clock.started_at + timedelta(minutes=minute))


def test_each_clock_has_one_timer_for_its_warning_at_80_percent(task, frozen_clock):
    start = frozen_clock.now
    assert sorted(ScheduledJob.objects.values_list("run_at", flat=True)) == [start + timedelta(minutes=12), start + timedelta(minutes=48)]


def test_a_step_is_warned_of_at_80_percent_and_breached_at_its_target_once_each(task, frozen_clock, run_due_jobs, marks):
    for minute in (11, 12, 13, 14, 15, 16, 47):
        at_minute(frozen_clock, task, minute)
        run_due_jobs()
    assert marks() == [("sla.warned", "step", 3), ("sla.breached", "step", 4)]
    clock, start = open_item().clock, task.clock.started_at
    assert (clock.warned_at, clock.breached_at) == (start + timedelta(minutes=12), start + timedelta(minutes=15))
    assert only_task().version == 4


def test_the_warning_names_the_step_the_assignee_and_the_target(task, desk, frozen_clock, run_due_jobs, published):
    at_minute(frozen_clock, task, 12)
    run_due_jobs()
    (event,) = published(SlaWarned)
    assert (event.number, event.step, event.assignee.name, event.owner.name, event.target_at) == (
        "TX-1", "check", "Ann", "Carl", task.clock.started_at + timedelta(minutes=15),
    )  # fmt: skip


def test_the_whole_task_is_marked_with_its_own_target(task, frozen_clock, run_due_jobs, published):
    at_minute(frozen_clock, task, 60)
    run_due_jobs()
    (event,) = [event for event in published(SlaBreached) if event.scope == "task"]
    assert event.target_at == task.clock.target_at


def test_after_an_outage_each_mark_is_said_once(task, frozen_clock, run_due_jobs, marks):
    frozen_clock.advance(timedelta(days=3))
    run_due_jobs()
    run_due_jobs()
    assert marks() == [("sla.warned", "step", 3), ("sla.breached", "step", 4), ("sla.warned", "task", 5), ("sla.breached", "task", 6)]
    assert ScheduledJob.objects.count() == 0


def test_on_hold_no_mark_is_reached_and_afterwards_it_moves(task, desk, frozen_clock, run_due_jobs, marks):
    at_minute(frozen_clock, task, 10)
    hold_item(item_id=open_item().id, by=principal_of(desk.ann), reason="Part")
    at_minute(frozen_clock, task, 100)
    run_due_jobs()
    assert marks() == []
    resume_item(item_id=open_item().id, by=principal_of(desk.ann))
    at_minute(frozen_clock, task, 101)
    run_due_jobs()
    assert marks() == []
    at_minute(frozen_clock, task, 102)
    run_due_jobs()
    assert marks() == [("sla.warned", "step", 5)]


def test_a_warning_given_before_the_hold_is_not_given_again(task, desk, frozen_clock, run_due_jobs, marks):
    at_minute(frozen_clock, task, 13)
    run_due_jobs()
    hold_item(item_id=open_item().id, by=principal_of(desk.ann), reason="Part")
    frozen_clock.advance(timedelta(hours=2))
    resume_item(item_id=open_item().id, by=principal_of(desk.ann))
    frozen_clock.advance(timedelta(minutes=2))
    run_due_jobs()
    assert marks() == [("sla.warned", "step", 3), ("sla.breached", "step", 6)]


def test_a_step_that_is_done_reaches_no_mark(task, desk, frozen_clock, run_due_jobs, marks):
    act_on_item(item_id=open_item().id, by=principal_of(desk.ann), transition="check-repair", note="")
    at_minute(frozen_clock, task, 30)
    run_due_jobs()
    assert marks() == []


def test_a_transfer_keeps_the_timer_and_the_mark_names_the_new_assignee(task, desk, frozen_clock, run_due_jobs, published):
    transfer_item(item_id=open_item().id, by=principal_of(desk.eve), to=desk.bob.id, reason="Ill")
    at_minute(frozen_clock, task, 12)
    run_due_jobs()
    (event,) = published(SlaWarned)
    assert event.assignee.name == "Bob"


def test_a_timer_that_fires_although_its_clock_was_stopped_does_nothing(task, desk, frozen_clock, marks):
    clock = open_item().clock
    act_on_item(item_id=open_item().id, by=principal_of(desk.ann), transition="check-repair", note="")
    frozen_clock.advance(timedelta(hours=5))
    mark_clock(clock.id)
    assert marks() == []
    assert Clock.objects.get(id=clock.id).warned_at is None


def test_a_timer_that_fires_too_early_does_nothing(task, marks):
    mark_clock(open_item().clock.id)
    assert marks() == []
