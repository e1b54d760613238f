from uuid import uuid4

import pytest

from directory.models import Person
from servicekit.contracts.auth import AssignmentGranted, UserActivated, UserCreated
from servicekit.contracts.workflow import TaskAssigned
from tasks.jobs import look_at_all_that_waits
from tasks.models import TaskItem, Waiting
from tests.factories import approved, make_person, open_item, publish_one, withdrawn

NEW = uuid4()


def profile(event=UserCreated, version=1, is_active=True, user_id=NEW):
    return event(user_id=user_id, version=version, email="n@example.org", name="Nina", department="IT", is_active=is_active)


def granted(*roles, version=1, user_id=NEW):
    return AssignmentGranted(user_id=user_id, access_version=version, role=roles[0], roles=roles, permissions=())


@pytest.fixture
def waiting(db, deliver, frozen_clock):
    """A step of role tts.agent that waits."""
    publish_one()
    deliver(approved())
    return Waiting.objects.get()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_whoever_joins_is_given_what_waits_in_whichever_order_auth_tells_it(waiting, run_due_jobs, deliver, published, frozen_clock, order):
    for index in order:
        deliver([profile(), granted("tts.agent")][index])
    run_due_jobs()
    item = open_item()
    assert (item.assignee_id, item.origin, item.assigned_at) == (NEW, "joined", frozen_clock.now)
    assert Waiting.objects.count() == 0
    event = published(TaskAssigned)[-1]
    assert (event.assignee.name, event.origin, event.version) == ("Nina", "joined", 3)


def test_whoever_is_switched_on_again_is_given_what_waits(waiting, run_due_jobs, deliver):
    ann = make_person("Ann", "tts.agent", is_active=False, profile_version=1)
    deliver(profile(UserActivated, version=2, user_id=ann.id))
    run_due_jobs()
    assert open_item().assignee == ann


def test_a_role_that_nothing_waits_for_changes_nothing(waiting, run_due_jobs, deliver, published):
    before = len(published())
    deliver(profile())
    deliver(granted("hdts.employee"))
    assert run_due_jobs() == 0
    assert (open_item().assignee, len(published())) == (None, before)


def test_somebody_inactive_is_given_nothing(waiting, run_due_jobs, deliver):
    deliver(profile(is_active=False))
    deliver(granted("tts.agent"))
    assert run_due_jobs() == 0
    assert open_item().assignee is None


def test_what_waits_is_given_out_in_turns(waiting, run_due_jobs, deliver):
    for number in range(2, 5):
        deliver(approved(ticket_id=uuid4(), number=f"TX-{number}"))
    Person.objects.bulk_create([Person(id=uuid4(), name=name, roles=["tts.agent"], is_active=True) for name in ("Ann", "Bob")])
    deliver(profile())
    deliver(granted("tts.agent"))
    run_due_jobs()
    counts = sorted(TaskItem.objects.filter(assignee=person).count() for person in Person.objects.all())
    assert (counts, Waiting.objects.count()) == ([1, 1, 2], 0)


def test_what_began_to_wait_while_somebody_joined_is_found_by_the_minutely_look(waiting, run_due_jobs):
    ann = make_person("Ann", "tts.agent")
    look_at_all_that_waits()
    run_due_jobs()
    assert open_item().assignee == ann


def test_what_waits_no_longer_is_left_alone(waiting, deliver, run_due_jobs, published):
    deliver(profile())
    deliver(granted("tts.agent"))
    deliver(withdrawn())
    before = len(published())
    run_due_jobs()
    assert (len(published()), TaskItem.objects.get().status) == (before, "cancelled")
