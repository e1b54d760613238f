from uuid import uuid4

import pytest

from servicekit.errors import NotFound
from tasks import errors
from tasks.models import Waiting
from tasks.services import allocate_waiting
from tests.factories import approved, make_person, only_task, open_item, principal_of, publish_one, state


@pytest.fixture
def unmatched(desk, deliver):
    """A ticket that no workflow fits."""
    deliver(approved(category="others", subcategory=""))
    return Waiting.objects.get()


@pytest.fixture
def unassigned(db, deliver):
    """A step whose role nobody holds; the only admin is Eve."""
    publish_one()
    deliver(approved())
    return Waiting.objects.get()


def allocate(waiting, by, workflow_id=None, user_id=None):
    return allocate_waiting(waiting_id=waiting.id, by=principal_of(by), workflow_id=workflow_id, user_id=user_id)


def test_an_admin_allocates_a_ticket_to_a_workflow_of_his_choice(unmatched, desk):
    allocate(unmatched, desk.eve, workflow_id=desk.version.workflow_id)
    assert (only_task().pinned, open_item().assignee, Waiting.objects.count()) == (desk.version, desk.ann, 0)


def test_an_admin_allocates_a_ticket_to_a_workflow_and_a_person(unmatched, desk):
    allocate(unmatched, desk.eve, workflow_id=desk.version.workflow_id, user_id=desk.bob.id)
    assert open_item().assignee == desk.bob


def test_without_a_fitting_or_chosen_workflow_nothing_changes(unmatched, desk):
    before = state()
    with pytest.raises(errors.NoWorkflowFits):
        allocate(unmatched, desk.eve)
    with pytest.raises(errors.UnknownWorkflow):
        allocate(unmatched, desk.eve, workflow_id=uuid4())
    assert state() == before


def test_a_person_who_does_not_hold_the_start_s_role_is_refused(unmatched, desk):
    before = state()
    with pytest.raises(errors.NotAHolder):
        allocate(unmatched, desk.eve, workflow_id=desk.version.workflow_id, user_id=desk.carl.id)
    assert state() == before


def test_a_waiting_step_goes_to_whose_turn_it_is(unassigned, published):
    ann = make_person("Ann", "tts.agent")
    allocate(unassigned, make_person("Eve", "tts.admin"))
    assert (open_item().assignee, open_item().origin, Waiting.objects.count()) == (ann, "allocation", 0)
    assert published()[-1].origin == "allocation"


def test_a_waiting_step_that_nobody_can_take_stays(unassigned):
    before = state()
    with pytest.raises(errors.NobodyHoldsRole):
        allocate(unassigned, make_person("Eve", "tts.admin"))
    assert state() == before


def test_what_does_not_wait_is_not_found(desk):
    with pytest.raises(NotFound):
        allocate_waiting(waiting_id=uuid4(), by=principal_of(desk.eve), workflow_id=None, user_id=None)
