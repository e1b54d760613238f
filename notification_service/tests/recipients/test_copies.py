"""The local copies: fed in any order, never set back."""

from datetime import timedelta
from uuid import uuid4

import pytest

from recipients.models import Recipient, TicketPeople
from recipients.selectors import directory
from recipients.services import remember_owner, remember_requester, save_access, save_profile
from servicekit.contracts import auth
from servicekit.contracts.permissions import Permission
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_profile_is_kept_as_the_event_tells_it():
    user_id = uuid4()
    assert save_profile(auth.UserCreated(**make.user_fields(user_id=user_id))) is True
    person = Recipient.objects.get()
    assert (person.id, person.email, person.name, person.is_active, person.profile_version) == (
        user_id, "rosa@example.org", "Rosa Requester", True, 1,
    )  # fmt: skip


@pytest.mark.parametrize("version", [1, 2])
def test_a_profile_that_is_not_newer_changes_nothing(version):
    user_id = uuid4()
    save_profile(auth.UserUpdated(**make.user_fields(user_id=user_id, version=2, email="new@example.org")))
    assert save_profile(auth.UserCreated(**make.user_fields(user_id=user_id, version=version, email="old@example.org"))) is False
    assert Recipient.objects.get().email == "new@example.org"


def test_a_deactivation_that_overtakes_the_creation_holds():
    user_id = uuid4()
    save_profile(auth.UserDeactivated(**make.user_fields(user_id=user_id, version=2, is_active=False)))
    save_profile(auth.UserCreated(**make.user_fields(user_id=user_id, version=1)))
    assert Recipient.objects.get().is_active is False


def test_permissions_and_profile_come_in_any_order():
    user_id = uuid4()
    save_access(auth.AssignmentGranted(**make.access_fields(user_id=user_id)))
    assert save_profile(auth.UserCreated(**make.user_fields(user_id=user_id))) is True
    person = Recipient.objects.get()
    assert (person.permissions, person.access_version, person.profile_version) == (["ticket.approve"], 1, 1)


def test_permissions_that_are_not_newer_change_nothing():
    user_id = uuid4()
    save_access(auth.AssignmentRevoked(**make.access_fields(user_id=user_id, access_version=3, permissions=())))
    save_access(auth.AssignmentGranted(**make.access_fields(user_id=user_id, access_version=2)))
    assert Recipient.objects.get().permissions == []


@pytest.mark.django_db(transaction=True)
def test_two_events_about_a_new_person_at_once_leave_one_row_with_both(at_once):
    user_id = uuid4()
    results = at_once(
        [
            lambda: save_profile(auth.UserCreated(**make.user_fields(user_id=user_id))),
            lambda: save_access(auth.AssignmentGranted(**make.access_fields(user_id=user_id))),
        ]
    )
    assert results == [True, None]
    person = Recipient.objects.get()
    assert (person.email, person.permissions) == ("rosa@example.org", ["ticket.approve"])


def test_the_directory_names_holders_and_who_is_switched_off_in_one_query(query_budget):
    approver = make.make_recipient("hdts.coordinator")
    make.make_recipient("hdts.coordinator", is_active=False)
    off = make.make_recipient(is_active=False)
    on = make.make_recipient()
    with query_budget("directory"):
        known = directory(people={off.id, on.id, uuid4()}, permissions=[Permission.TICKET_APPROVE, Permission.TASK_ALLOCATE])
    assert known.switched_off == {off.id}
    assert known.holders == {Permission.TICKET_APPROVE: {approver.id}, Permission.TASK_ALLOCATE: frozenset()}


def test_the_requester_and_the_owner_of_a_ticket_are_remembered_in_any_order():
    ticket_id, requester_id, owner_id = uuid4(), uuid4(), uuid4()
    remember_owner(ticket_id=ticket_id, owner_id=owner_id, since=make.AT)
    remember_requester(ticket_id=ticket_id, requester_id=requester_id)
    people = TicketPeople.objects.get()
    assert (people.ticket_id, people.requester_id, people.owner_id, people.owned_since) == (ticket_id, requester_id, owner_id, make.AT)


def test_the_owner_is_the_one_of_the_latest_task():
    ticket_id, first, second = uuid4(), uuid4(), uuid4()
    remember_owner(ticket_id=ticket_id, owner_id=second, since=make.AT + timedelta(days=1))
    remember_owner(ticket_id=ticket_id, owner_id=first, since=make.AT)
    assert TicketPeople.objects.get().owner_id == second
