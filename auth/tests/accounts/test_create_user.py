"""create_user."""

import pytest
from django.contrib.auth.hashers import is_password_usable

from access.models import Assignment
from accounts.errors import EmailTaken
from accounts.models import User
from accounts.services import NewUser, create_user
from servicekit.contracts.auth import AssignmentGranted, UserCreated
from servicekit.contracts.permissions import Permission
from servicekit.errors import Forbidden, InvalidInput
from servicekit.principal import SYSTEM
from tests.factories import a_user, principal_of, told

pytestmark = pytest.mark.usefixtures("seeded")
NEW = NewUser(email="Nina@Example.org", name="Nina New", department="Finance")


def test_a_new_user_is_told_with_his_whole_profile_as_version_1():
    user = create_user(new=NEW, by=SYSTEM)
    assert told() == [
        UserCreated(user_id=user.id, version=1, email="Nina@Example.org", name="Nina New", department="Finance", is_active=True)
    ]
    assert (user.version, user.access_version, user.is_active) == (1, 0, True)


def test_a_new_user_without_a_password_has_none_that_opens():
    assert not is_password_usable(create_user(new=NEW, by=SYSTEM).password)


def test_a_new_user_with_roles_is_told_first_and_then_each_of_his_roles():
    user = create_user(new=NewUser(email="n@example.org", name="N", roles=("tts.agent", "hdts.employee", "tts.agent")), by=SYSTEM)
    created, first, second = told()
    assert isinstance(created, UserCreated)
    assert first == AssignmentGranted(
        user_id=user.id, access_version=1, role="hdts.employee", roles=("hdts.employee",), permissions=("ticket.submit",)
    )
    assert second == AssignmentGranted(
        user_id=user.id,
        access_version=2,
        role="tts.agent",
        roles=("hdts.employee", "tts.agent"),
        permissions=("comment.internal", "task.act", "ticket.submit", "ticket.submit_for_others"),
    )
    assert user.access_version == 2


def test_an_address_that_differs_in_letter_case_alone_is_taken_and_nothing_is_told():
    a_user(email="nina@example.ORG")
    with pytest.raises(EmailTaken) as refusal:
        create_user(new=NEW, by=SYSTEM)
    assert refusal.value.fields == {"email": ["Somebody else has this e-mail address."]}
    assert User.objects.count() == 1
    assert told() == []


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("Tr7-x2.", "This password is too short. It must contain at least 8 characters."),
        ("password1", "This password is too common."),
        ("ninanew12", "The password is too similar to the name."),
        ("nina@example.org", "The password is too similar to the e-mail address."),
        ("x7" * 65, "Your password must contain at most 128 characters."),
    ],
)
def test_a_weak_password_is_refused_with_its_reason_and_nobody_is_made(password, why):
    with pytest.raises(InvalidInput) as refusal:
        create_user(new=NewUser(email="nina@example.org", name="ninanew1", password=password), by=SYSTEM)
    assert why in refusal.value.fields["password"]
    assert not User.objects.exists()
    assert told() == []


def test_a_password_of_128_characters_and_one_of_many_scripts_open():
    for number, password in enumerate(("x7-" + "long " * 25, "пароль-ключ-😀")):
        user = create_user(new=NewUser(email=f"{number}@example.org", name="N", password=password), by=SYSTEM)
        assert user.check_password(password)
        assert not user.check_password(password[:-1])


def test_whoever_may_not_manage_people_makes_nobody():
    coordinator = principal_of(a_user("hdts.coordinator"))
    with pytest.raises(Forbidden):
        create_user(new=NEW, by=coordinator)
    assert User.objects.count() == 1
    assert told() == []


def test_a_role_that_the_maker_may_not_grant_leaves_no_user_behind():
    desk_admin = principal_of(a_user("tts.admin"))
    with pytest.raises(Forbidden):
        create_user(new=NewUser(email="n@example.org", name="N", roles=("tts.agent", "hdts.coordinator")), by=desk_admin)
    assert not User.objects.by_email("n@example.org").exists()
    assert Assignment.objects.count() == 1
    assert told() == []


def test_a_role_cannot_be_given_along_by_one_who_may_only_manage_people():
    manager = principal_of(a_user("tts.admin"), permissions=frozenset({Permission.USER_MANAGE, Permission.TICKET_SUBMIT}))
    with pytest.raises(Forbidden):
        create_user(new=NewUser(email="n@example.org", name="N", roles=("hdts.employee",)), by=manager)
    assert not User.objects.by_email("n@example.org").exists()


def test_an_unknown_role_is_named_and_leaves_no_user_behind():
    with pytest.raises(InvalidInput) as refusal:
        create_user(new=NewUser(email="n@example.org", name="N", roles=("tts.ghost",)), by=SYSTEM)
    assert refusal.value.fields == {"role": ["There is no role tts.ghost."]}
    assert not User.objects.exists()
    assert told() == []
