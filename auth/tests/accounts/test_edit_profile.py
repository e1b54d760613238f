"""edit_profile."""

import pytest

from accounts.errors import EmailTaken
from accounts.services import ProfileChange, edit_profile
from servicekit.contracts.auth import UserUpdated
from servicekit.errors import Forbidden, PreconditionFailed
from servicekit.principal import SYSTEM
from tests.factories import a_user, principal_of, told

pytestmark = pytest.mark.usefixtures("seeded")


def test_an_edited_profile_is_told_whole_with_the_next_version():
    user = a_user("hdts.employee", email="old@example.org", name="Old")
    change = ProfileChange(name="New", email="new@example.org", department="Legal")
    edited = edit_profile(user_id=user.id, change=change, expected_version=1, by=principal_of(a_user("tts.admin")))
    assert told() == [UserUpdated(user_id=user.id, version=2, email="new@example.org", name="New", department="Legal", is_active=True)]
    assert edited.version == 2


def test_an_edit_of_what_somebody_else_changed_meanwhile_is_refused_and_changes_nothing():
    user = a_user(name="Old")
    edit_profile(user_id=user.id, change=ProfileChange(name="First"), expected_version=1, by=SYSTEM)
    with pytest.raises(PreconditionFailed):
        edit_profile(user_id=user.id, change=ProfileChange(name="Second"), expected_version=1, by=SYSTEM)
    user.refresh_from_db()
    assert (user.name, user.version) == ("First", 2)
    assert len(told()) == 1


def test_an_edit_that_changes_nothing_keeps_the_version_and_tells_nothing():
    user = a_user(name="Same")
    assert edit_profile(user_id=user.id, change=ProfileChange(name="Same"), expected_version=1, by=SYSTEM).version == 1
    assert told() == []


def test_everybody_may_change_his_own_name():
    user = a_user("hdts.employee", name="Old")
    edit_profile(user_id=user.id, change=ProfileChange(name="New"), expected_version=1, by=principal_of(user))
    user.refresh_from_db()
    assert user.name == "New"


@pytest.mark.parametrize("change", [ProfileChange(email="me@example.org"), ProfileChange(name="New", department="Board")])
def test_nobody_changes_his_own_address_or_department(change):
    user = a_user("hdts.employee", name="Old", email="old@example.org")
    with pytest.raises(Forbidden):
        edit_profile(user_id=user.id, change=change, expected_version=1, by=principal_of(user))
    user.refresh_from_db()
    assert (user.name, user.email, user.department, user.version) == ("Old", "old@example.org", "IT", 1)
    assert told() == []


def test_nobody_changes_somebody_elses_name_without_the_right():
    user = a_user("hdts.employee", name="Old")
    with pytest.raises(Forbidden):
        edit_profile(user_id=user.id, change=ProfileChange(name="X"), expected_version=1, by=principal_of(a_user("hdts.coordinator")))
    assert told() == []


def test_whoever_manages_people_cannot_edit_those_who_may_do_more_than_he():
    root = a_user("platform.superuser", email="root@example.org")
    with pytest.raises(Forbidden):
        edit_profile(
            user_id=root.id, change=ProfileChange(email="mine@example.org"), expected_version=1, by=principal_of(a_user("tts.admin"))
        )
    root.refresh_from_db()
    assert root.email == "root@example.org"
    assert told() == []


def test_a_taken_address_is_refused_and_nothing_changes():
    a_user(email="taken@example.org")
    user = a_user(email="free@example.org")
    with pytest.raises(EmailTaken):
        edit_profile(user_id=user.id, change=ProfileChange(email="TAKEN@example.org"), expected_version=1, by=SYSTEM)
    user.refresh_from_db()
    assert (user.email, user.version) == ("free@example.org", 1)
    assert told() == []


def test_somebody_may_change_the_letter_case_of_his_own_address():
    user = a_user(email="free@example.org")
    edit_profile(user_id=user.id, change=ProfileChange(email="Free@example.org"), expected_version=1, by=SYSTEM)
    user.refresh_from_db()
    assert user.email == "Free@example.org"
