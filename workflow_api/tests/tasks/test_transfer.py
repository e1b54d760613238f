from datetime import timedelta
from uuid import uuid4

import pytest

from directory.models import Person
from servicekit.contracts.workflow import TaskAssigned, TaskTransferred
from servicekit.errors import Forbidden, NotFound
from tasks import errors
from tasks.models import Waiting
from tasks.services import hold_item, transfer_item
from tests.factories import approved, make_person, open_item, principal_of, publish_one, state


def transfer(by, to, item=None):
    return transfer_item(item_id=(item or open_item()).id, by=principal_of(by), to=to.id, reason="Holiday")


@pytest.mark.parametrize("name", ["eve", "carl"])
def test_an_admin_or_the_owner_hands_the_item_over_and_step_and_target_stay(task, desk, published, frozen_clock, name):
    item = open_item()
    frozen_clock.advance(timedelta(minutes=3))
    transfer(getattr(desk, name), desk.bob)
    item.refresh_from_db()
    new = open_item()
    assert (item.status, item.note, item.closed_by_id) == ("transferred", "Holiday", getattr(desk, name).id)
    assert (new.step, new.role, new.assignee, new.origin, new.clock) == ("check", "tts.agent", desk.bob, "transfer", item.clock)
    transferred, assigned = published()
    assert [type(event) for event in published()] == [TaskTransferred, TaskAssigned]
    assert (transferred.assignee.name, transferred.previous.name, transferred.target_at) == ("Bob", "Ann", item.clock.target_at)
    assert (assigned.origin, assigned.version) == ("transfer", 4)


def test_an_agent_may_not_transfer_and_nothing_changes(task, desk):
    before = state()
    with pytest.raises(Forbidden):
        transfer(desk.bob, desk.bob)
    assert state() == before


def test_a_coordinator_who_does_not_own_the_task_may_not_transfer(task, desk):
    other = make_person("Cleo", "hdts.coordinator")
    before = state()
    with pytest.raises(Forbidden):
        transfer(other, desk.bob)
    assert state() == before


def test_only_an_active_holder_of_the_role_can_receive_it(task, desk):
    gone = make_person("Gus", "tts.agent", is_active=False)
    before = state()
    for person in (gone, desk.carl, Person(id=uuid4())):
        with pytest.raises(errors.NotAHolder) as refused:
            transfer(desk.eve, person)
        assert refused.value.fields == {"user_id": ["No active holder of the role tts.agent has this id."]}
    assert state() == before


def test_a_transfer_to_the_assignee_is_refused(task, desk):
    before = state()
    with pytest.raises(errors.AlreadyTheirs):
        transfer(desk.eve, desk.ann)
    assert state() == before


def test_the_old_item_is_closed_for_the_one_who_had_it(task, desk):
    item = open_item()
    transfer(desk.eve, desk.bob)
    with pytest.raises(errors.ItemClosed):
        transfer(desk.eve, desk.bob, item)


def test_a_transfer_from_hold_lets_the_time_go_on(task, desk, frozen_clock):
    target = open_item().clock.target_at
    hold_item(item_id=open_item().id, by=principal_of(desk.ann), reason="Ill")
    frozen_clock.advance(timedelta(hours=1))
    transfer(desk.eve, desk.bob)
    assert (open_item().status, open_item().clock.paused_at) == ("new", None)
    assert open_item().clock.target_at == target + timedelta(hours=1)


def test_an_unknown_item_is_not_found(desk):
    with pytest.raises(NotFound):
        transfer_item(item_id=uuid4(), by=principal_of(desk.eve), to=desk.bob.id, reason="x")


def test_a_step_that_waits_can_be_transferred_to_a_holder_who_is_there_by_now(db, deliver, published, frozen_clock):
    publish_one()
    deliver(approved())
    ann, eve = make_person("Ann", "tts.agent"), make_person("Eve", "tts.admin")
    at = frozen_clock.advance(timedelta(hours=1))
    transfer(eve, ann)
    assert (open_item().assignee, open_item().clock.target_at, Waiting.objects.count()) == (ann, at + timedelta(minutes=15), 0)
    assert published(TaskTransferred)[0].previous is None
