"""Names, as auth tells them."""

import pytest

from servicekit.contracts.auth import UserActivated, UserCreated, UserDeactivated, UserUpdated
from servicekit.testing.keys import make_principal
from tests import factories
from tickets.models import KnownPerson

pytestmark = pytest.mark.usefixtures("seeded")


def a_user(of, version, name, user_id=factories.AGENT.id, is_active=True):
    return of(user_id=user_id, version=version, email="a@example.org", name=name, department="IT", is_active=is_active)


def known():
    return list(KnownPerson.objects.values_list("name", "is_active", "version"))


def test_a_person_is_remembered_as_of_the_newest_version(deliver):
    deliver(a_user(UserCreated, 1, "Ada"))
    deliver(a_user(UserUpdated, 3, "Ada Lovelace"))
    deliver(a_user(UserUpdated, 2, "Ada Byron"))
    assert known() == [("Ada Lovelace", True, 3)]


def test_an_account_is_switched_off_and_on(deliver):
    deliver(a_user(UserDeactivated, 2, "Ada", is_active=False))
    deliver(a_user(UserCreated, 1, "Ada"))
    assert known() == [("Ada", False, 2)]
    deliver(a_user(UserActivated, 3, "Ada"))
    assert known() == [("Ada", True, 3)]


def test_a_new_name_shows_on_the_tickets_and_not_in_their_history(deliver):
    requester = make_principal("tts.agent", user_id=factories.AGENT.id, name="Ada Agent")
    own, other = factories.new_ticket(requester), factories.open_ticket()
    deliver(factories.assigned(other))
    deliver(a_user(UserUpdated, 2, "Ada Lovelace"))
    assert factories.fresh(own).requester_name == "Ada Lovelace"
    assert factories.fresh(other).assignee_name == "Ada Lovelace"
    assert own.history.get().by_name == "Ada Agent"
