from datetime import timedelta

import pytest

from servicekit.contracts.workflow import TaskAssigned, TaskCompleted, TaskEscalated, TaskHeld, TaskResumed, TaskStarted, TaskStepCompleted
from servicekit.models import ScheduledJob
from tasks import errors
from tasks.models import TaskItem
from tasks.services import act_on_item, escalate_item, hold_item, resume_item, start_item
from tests.factories import last_entry, make_person, only_task, open_item, principal_of, state


def act(item, by, transition="check-repair", note=""):
    return act_on_item(item_id=item.id, by=principal_of(by), transition=transition, note=note)


def test_starting_marks_the_item_in_progress_and_tells_it_once(task, desk, published, frozen_clock):
    item = start_item(item_id=open_item().id, by=principal_of(desk.ann))
    start_item(item_id=item.id, by=principal_of(desk.ann))
    item.refresh_from_db()
    assert (item.status, item.started_at) == ("in_progress", frozen_clock.now)
    (event,) = published()
    assert isinstance(event, TaskStarted)
    assert (event.item_id, event.version) == (item.id, 3)


def test_acting_gives_the_next_step_to_the_next_person_with_its_share_of_the_time(task, desk, published, frozen_clock):
    first = open_item()
    at = frozen_clock.advance(timedelta(minutes=2))
    act(first, desk.ann)
    first.refresh_from_db()
    second = open_item()
    assert (first.status, first.closed_at, first.closed_by_name, first.transition) == ("done", at, "Ann", "check-repair")
    assert (second.step, second.assignee, second.origin, second.status) == ("repair", desk.bob, "transition", "new")
    assert second.clock.target_at == at + timedelta(minutes=45)
    completed, assigned = published()
    assert isinstance(completed, TaskStepCompleted)
    assert (completed.version, completed.transition, completed.transition_name) == (3, "check-repair", "check to repair")
    assert (completed.next_step, completed.note) == ("repair", "")
    assert completed.by.id == desk.ann.id
    assert isinstance(assigned, TaskAssigned)
    assert (assigned.version, assigned.origin, assigned.item_id) == (4, "transition", second.id)
    assert only_task().version == 4


def test_reaching_the_end_completes_the_task_and_stops_its_clocks(task, desk, published, frozen_clock):
    act(open_item(), desk.ann)
    act(open_item(), desk.bob, "repair-done", "New fan")
    done = only_task()
    assert (done.status, done.end, done.closed_at, done.clock.stopped_at) == ("completed", "done", frozen_clock.now, frozen_clock.now)
    assert ScheduledJob.objects.count() == 0
    step, completed = published()[-2:]
    assert (step.next_step, step.note) == ("", "New fan")
    assert isinstance(completed, TaskCompleted)
    assert (completed.version, completed.by.id, completed.completed_at) == (6, desk.bob.id, frozen_clock.now)


def test_a_way_back_gives_a_new_workable_item(task, desk):
    act(open_item(), desk.ann)
    act(open_item(), desk.bob, "repair-check")
    again = open_item()
    assert (again.step, again.number, again.assignee) == ("check", 3, desk.ann)
    act(again, desk.ann)
    assert open_item().step == "repair"


def test_acting_twice_moves_once(task, desk):
    item = open_item()
    act(item, desk.ann)
    before = state()
    with pytest.raises(errors.ItemClosed):
        act(item, desk.ann)
    assert state() == before


@pytest.mark.parametrize("name", ["bob", "eve", "carl"])
def test_nobody_but_the_assignee_may_act_not_even_an_admin(task, desk, name):
    before = state()
    with pytest.raises(errors.NotAssignee):
        act(open_item(), getattr(desk, name))
    assert state() == before


@pytest.mark.parametrize("transition", ["repair-done", "repair-check", "none"])
def test_a_transition_that_the_step_does_not_offer_is_refused_and_changes_nothing(task, desk, transition):
    before = state()
    with pytest.raises(errors.IllegalTransition):
        act(open_item(), desk.ann, transition, "note")
    assert state() == before


def test_a_required_note_that_is_missing_is_named_and_changes_nothing(task, desk):
    act(open_item(), desk.ann)
    before = state()
    with pytest.raises(errors.NoteRequired) as refused:
        act(open_item(), desk.bob, "repair-done", "  ")
    assert refused.value.fields == {"note": ["This transition asks for a note."]}
    assert state() == before


def test_holding_stops_both_clocks_and_resuming_moves_both_targets(task, desk, published, frozen_clock):
    item, by = open_item(), principal_of(desk.ann)
    step_target, task_target = item.clock.target_at, task.clock.target_at
    hold_item(item_id=item.id, by=by, reason="Waiting for a part")
    assert ScheduledJob.objects.count() == 0
    frozen_clock.advance(timedelta(hours=3))
    resume_item(item_id=item.id, by=by)
    item = open_item()
    assert (item.status, item.hold_reason) == ("in_progress", "Waiting for a part")
    assert item.clock.target_at == step_target + timedelta(hours=3)
    assert only_task().clock.target_at == task_target + timedelta(hours=3)
    assert ScheduledJob.objects.count() == 2
    held, resumed = published()
    assert isinstance(held, TaskHeld)
    assert (held.reason, held.by.id, held.version) == ("Waiting for a part", desk.ann.id, 3)
    assert isinstance(resumed, TaskResumed)
    assert (resumed.target_at, resumed.version) == (step_target + timedelta(hours=3), 4)


def test_an_item_on_hold_cannot_be_acted_on(task, desk):
    hold_item(item_id=open_item().id, by=principal_of(desk.ann), reason="Lunch")
    before = state()
    with pytest.raises(errors.IllegalTransition):
        act(open_item(), desk.ann)
    assert state() == before


def test_escalating_gives_the_step_to_the_escalation_role_with_the_same_target(task, desk, published):
    item = open_item()
    escalate_item(item_id=item.id, by=principal_of(desk.ann), reason="Too hot")
    item.refresh_from_db()
    new = open_item()
    assert (item.status, item.note) == ("escalated", "Too hot")
    assert (new.step, new.role, new.assignee, new.origin, new.clock) == ("check", "tts.admin", desk.eve, "escalation", item.clock)
    escalated, assigned = published()
    assert [type(event) for event in published()] == [TaskEscalated, TaskAssigned]
    assert (escalated.item_id, escalated.assignee.name, escalated.previous.name, escalated.reason) == (new.id, "Eve", "Ann", "Too hot")
    assert (assigned.origin, assigned.version) == ("escalation", 4)
    act(new, desk.eve)
    assert open_item().step == "repair"


def test_an_escalation_that_nobody_can_take_changes_nothing(task, desk):
    type(desk.eve).objects.filter(id=desk.eve.id).update(is_active=False)
    before = state()
    with pytest.raises(errors.NobodyToEscalateTo):
        escalate_item(item_id=open_item().id, by=principal_of(desk.ann), reason="Too hot")
    assert state() == before


def test_an_escalation_never_comes_back_to_the_one_who_escalates(task, desk):
    escalate_item(item_id=open_item().id, by=principal_of(desk.ann), reason="Too hot")
    before = state()
    with pytest.raises(errors.NobodyToEscalateTo):
        escalate_item(item_id=open_item().id, by=principal_of(desk.eve), reason="Hotter")
    assert state() == before


def test_a_step_without_escalation_role_refuses_escalation_and_changes_nothing(task, desk):
    act(open_item(), desk.ann)
    before = state()
    with pytest.raises(errors.NobodyToEscalateTo):
        escalate_item(item_id=open_item().id, by=principal_of(desk.bob), reason="Too hot")
    assert state() == before


def test_a_next_step_that_nobody_can_take_waits(task, desk, published):
    type(desk.ann).objects.filter(roles__contains=["tts.agent"]).update(is_active=False)
    act(open_item(), desk.ann)
    item = open_item()
    assert (item.assignee, item.waiting.reason) == (None, "Nobody active holds the role tts.agent.")
    assert published()[-1].type == "task.unassigned"


def test_each_deed_is_recorded_with_what_was_before_and_after(task, desk):
    item = open_item()
    act(item, desk.ann, note="Looks burnt")
    entry = last_entry()
    assert (entry.actor_name, entry.action, entry.label, entry.object_id) == ("Ann", "task.acted", "TX-1", task.id)
    assert entry.before == {
        "status": "running",
        "items": [{"item": str(item.id), "step": "check", "status": "new", "assignee": "Ann"}],
    }
    assert entry.after == {
        "status": "running",
        "items": [
            {"item": str(item.id), "step": "check", "status": "done", "assignee": "Ann"},
            {"item": str(open_item().id), "step": "repair", "status": "new", "assignee": "Bob"},
        ],
        "transition": "check-repair",
        "note": "Looks burnt",
    }


def test_somebody_who_joins_meanwhile_gets_the_next_turn(task, desk):
    newcomer = make_person("Zoe", "tts.agent")
    act(open_item(), desk.ann)
    act(open_item(), open_item().assignee, "repair-check")
    assert newcomer in {item.assignee for item in TaskItem.objects.all()}
