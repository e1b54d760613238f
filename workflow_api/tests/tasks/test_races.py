"""Several at the same moment: real transactions, real threads."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from servicekit.contracts.workflow import SlaWarned, TaskAssigned, TaskOpened, TaskStepCompleted
from servicekit.errors import NotFound
from servicekit.testing.events import deliver_event
from sla.watch import mark_clock
from tasks.errors import ItemClosed
from tasks.models import Task, TaskItem, Waiting
from tasks.services import act_on_item, allocate_waiting, hold_item, retry_waiting, transfer_item
from tests.factories import approved, make_person, open_item, principal_of, publish_one, withdrawn
from workflows.errors import AmbiguousRival

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def agents(transactional_db):
    publish_one()
    return [make_person(name, "tts.agent") for name in ("Ann", "Bob", "Cyd")]


@pytest.fixture
def admin(agents):
    return make_person("Eve", "tts.admin")


def approvals(count):
    return [approved(ticket_id=UUID(int=number), number=f"TX-{number}") for number in range(1, count + 1)]


def failures(results):
    return [type(result) for result in results if isinstance(result, BaseException)]


def test_20_parallel_allocations_give_each_agent_and_owner_his_fair_share(agents, at_once):
    owners = [make_person(name, "hdts.coordinator") for name in ("Carl", "Cleo")]
    results = at_once([lambda event=event: deliver_event(event) for event in approvals(20)])
    assert failures(results) == []
    assert sorted(TaskItem.objects.filter(assignee=agent).count() for agent in agents) == [6, 7, 7]
    assert [Task.objects.filter(owner=owner).count() for owner in owners] == [10, 10]


def test_the_same_approval_ten_times_at_once_opens_one_task(agents, at_once, published):
    results = at_once([lambda: deliver_event(approved())] * 10)
    assert failures(results) == []
    assert (Task.objects.count(), len(published(TaskOpened))) == (1, 1)


def test_a_withdrawal_at_the_same_moment_as_the_approval_leaves_nothing_running(agents, at_once):
    pairs = [(approved(ticket_id=UUID(int=n), number=f"TX-{n}"), withdrawn(ticket_id=UUID(int=n), number=f"TX-{n}")) for n in range(1, 9)]
    results = at_once([lambda event=event: deliver_event(event) for pair in pairs for event in pair])
    assert failures(results) == []
    assert (Task.objects.filter(status="running").count(), TaskItem.objects.filter(status="new").count()) == (0, 0)


def test_acting_from_eight_tabs_at_once_moves_once(agents, at_once, published):
    deliver_event(approved())
    item = open_item()
    by = principal_of(item.assignee)
    results = at_once([lambda: act_on_item(item_id=item.id, by=by, transition="check-repair", note="")] * 8)
    assert failures(results) == [ItemClosed] * 7
    assert len(published(TaskStepCompleted)) == 1
    assert list(TaskItem.objects.order_by("number").values_list("step", "status")) == [("check", "done"), ("repair", "new")]


def test_acting_and_transferring_at_once_lets_one_of_them_win(agents, admin, at_once):
    deliver_event(approved())
    item = open_item()
    other = next(agent for agent in agents if agent != item.assignee)
    results = at_once(
        [
            lambda: act_on_item(item_id=item.id, by=principal_of(item.assignee), transition="check-repair", note=""),
            lambda: transfer_item(item_id=item.id, by=principal_of(admin), to=other.id, reason="Ill"),
        ]
    )
    assert failures(results) == [ItemClosed]
    assert TaskItem.objects.filter(status="new").count() == 1


def test_work_and_timers_at_the_same_moment_do_not_deadlock(agents, at_once, frozen_clock):
    for event in approvals(6):
        deliver_event(event)
    items: list[Any] = list(TaskItem.objects.with_facts())
    frozen_clock.at(items[0].clock.target_at)
    acts = [lambda item=item: hold_item(item_id=item.id, by=principal_of(item.assignee), reason="x") for item in items]
    marks = [lambda item=item: mark_clock(item.clock_id) for item in items]
    assert failures(at_once(acts + marks)) == []


def test_a_timer_that_fires_four_times_at_once_warns_once(agents, at_once, frozen_clock, published):
    deliver_event(approved())
    clock = open_item().clock
    frozen_clock.at(clock.warning_at)
    assert failures(at_once([lambda: mark_clock(clock.id)] * 4)) == []
    assert len(published(SlaWarned)) == 1


def test_two_admins_who_allocate_the_same_ticket_open_it_once(agents, admin, at_once):
    deliver_event(approved(category="others", subcategory=""))
    waiting = Waiting.objects.get()
    version = publish_one(name="Any", category="")
    by = principal_of(admin)
    results = at_once(
        [lambda: allocate_waiting(waiting_id=waiting.id, by=by, workflow_id=version.workflow_id, user_id=None) for _ in range(2)]
    )
    assert failures(results) == [NotFound]
    assert Task.objects.count() == 1


def test_what_waits_is_shared_fairly_by_several_workers(transactional_db, at_once, published):
    publish_one()
    for event in approvals(9):
        deliver_event(event)
    for name in ("Ann", "Bob", "Cyd"):
        make_person(name, "tts.agent")
    waiting = list(Waiting.objects.values_list("id", flat=True))
    assert failures(at_once([lambda row=row: retry_waiting(row) for row in waiting])) == []
    assert sorted(Counter(TaskItem.objects.values_list("assignee", flat=True)).values()) == [3, 3, 3]
    assert (Waiting.objects.count(), len(published(TaskAssigned))) == (0, 9)


def test_two_rivals_published_at_once_leave_one(transactional_db, at_once):
    results = at_once([lambda name=name: publish_one(name=name) for name in ("One", "Two")])
    assert failures(results) == [AmbiguousRival]
