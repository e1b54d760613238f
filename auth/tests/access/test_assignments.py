"""grant_role and revoke_role."""

import pytest

from access.errors import LastSuperuser, RoleAlreadyGranted
from access.models import Assignment
from access.services import grant_role, revoke_role
from accounts.services import deactivate_user
from servicekit.contracts.auth import AssignmentGranted, AssignmentRevoked
from servicekit.contracts.permissions import BUILT_IN_ROLES, Permission
from servicekit.errors import Forbidden, InvalidInput, NotFound
from servicekit.models import AccessFloor
from servicekit.principal import SYSTEM
from tests.factories import a_role, a_user, counter, principal_of, told

pytestmark = pytest.mark.usefixtures("seeded")


def roles_of(user):
    return sorted(role.full_key for role in user.roles.all())


def test_a_grant_is_told_with_all_that_the_person_may_now_do():
    user = a_user("hdts.employee")
    grant_role(user_id=user.id, role="tts.agent", by=SYSTEM)
    assert told() == [
        AssignmentGranted(
            user_id=user.id,
            access_version=2,
            role="tts.agent",
            roles=("hdts.employee", "tts.agent"),
            permissions=("comment.internal", "task.act", "ticket.submit", "ticket.submit_for_others"),
        )
    ]


def test_a_grant_refuses_older_tokens_here_at_once():
    user = a_user("hdts.employee")
    grant_role(user_id=user.id, role="tts.agent", by=SYSTEM)
    assert AccessFloor.objects.get(user_id=user.id).min_version == 2


def test_a_grant_remembers_who_made_it():
    user, admin = a_user(), a_user("tts.admin")
    assert grant_role(user_id=user.id, role="tts.agent", by=principal_of(admin)).granted_by == admin.id


def test_a_revocation_is_told_with_what_is_left():
    user = a_user("hdts.employee", "tts.agent")
    revoke_role(user_id=user.id, role="tts.agent", by=SYSTEM)
    assert told() == [
        AssignmentRevoked(user_id=user.id, access_version=3, role="tts.agent", roles=("hdts.employee",), permissions=("ticket.submit",))
    ]
    assert AccessFloor.objects.get(user_id=user.id).min_version == 3


def test_a_role_that_is_held_is_not_granted_twice():
    user = a_user("tts.agent")
    with pytest.raises(RoleAlreadyGranted):
        grant_role(user_id=user.id, role="tts.agent", by=SYSTEM)
    user.refresh_from_db()
    assert (Assignment.objects.count(), user.access_version) == (1, 1)
    assert told() == []


def test_a_role_that_is_not_held_cannot_be_taken():
    user = a_user("hdts.employee")
    with pytest.raises(NotFound):
        revoke_role(user_id=user.id, role="tts.agent", by=SYSTEM)
    user.refresh_from_db()
    assert user.access_version == 1
    assert told() == []


def test_an_unknown_role_is_refused_by_name():
    with pytest.raises(InvalidInput) as refusal:
        grant_role(user_id=a_user().id, role="tts.ghost", by=SYSTEM)
    assert refusal.value.fields == {"role": ["There is no role tts.ghost."]}


@pytest.mark.parametrize("by_role", ["hdts.employee", "hdts.coordinator", "tts.agent"])
def test_whoever_may_not_assign_grants_nothing_not_even_to_himself(by_role):
    person = a_user(by_role)
    for user in (person, a_user()):
        with pytest.raises(Forbidden):
            grant_role(user_id=user.id, role="hdts.employee", by=principal_of(person))
    assert roles_of(person) == [by_role]
    assert told() == []


GRANTABLE = {
    "tts.admin": {"hdts.employee", "tts.agent", "tts.admin"},
    "hdts.admin": {"hdts.employee", "hdts.coordinator", "hdts.admin"},
    "platform.superuser": set(BUILT_IN_ROLES),
}


@pytest.mark.parametrize("by_role", GRANTABLE)
@pytest.mark.parametrize("role", BUILT_IN_ROLES)
def test_nobody_grants_or_takes_more_than_he_may_do_himself(by_role, role):
    by, user, holder = principal_of(a_user(by_role)), a_user(), a_user(role)
    if role in GRANTABLE[by_role]:
        grant_role(user_id=user.id, role=role, by=by)
        revoke_role(user_id=holder.id, role=role, by=by)
        assert (roles_of(user), roles_of(holder)) == ([role], [])
        return
    with pytest.raises(Forbidden):
        grant_role(user_id=user.id, role=role, by=by)
    with pytest.raises(Forbidden):
        revoke_role(user_id=holder.id, role=role, by=by)
    assert (roles_of(user), roles_of(holder)) == ([], [role])
    assert told() == []


def test_one_foreign_permission_in_a_custom_role_is_enough_to_refuse_its_grant():
    a_role("task.act", "role.manage")
    user = a_user()
    with pytest.raises(Forbidden):
        grant_role(user_id=user.id, role="tts.helper", by=principal_of(a_user("tts.admin")))
    assert roles_of(user) == []
    assert told() == []


def test_to_hold_every_permission_of_a_role_is_not_enough_without_the_right_to_assign():
    agent = a_user("tts.agent")
    assert Permission.ROLE_ASSIGN not in principal_of(agent).permissions
    with pytest.raises(Forbidden):
        grant_role(user_id=a_user().id, role="tts.agent", by=principal_of(agent))


def test_the_last_active_superuser_keeps_his_role():
    root = a_user("platform.superuser")
    gone = a_user("platform.superuser")
    deactivate_user(user_id=gone.id, by=SYSTEM)
    before = len(told())
    with pytest.raises(LastSuperuser):
        revoke_role(user_id=root.id, role="platform.superuser", by=principal_of(root))
    root.refresh_from_db()
    assert (roles_of(root), root.access_version) == (["platform.superuser"], 1)
    assert len(told()) == before


def test_one_of_two_superusers_may_lose_the_role():
    a_user("platform.superuser")
    other = a_user("platform.superuser")
    revoke_role(user_id=other.id, role="platform.superuser", by=SYSTEM)
    assert roles_of(other) == []


def test_a_role_of_the_same_key_in_another_system_has_its_own_members():
    user = a_user("tts.admin")
    assert roles_of(user) == ["tts.admin"]
    with pytest.raises(NotFound):
        revoke_role(user_id=user.id, role="hdts.admin", by=SYSTEM)
    assert roles_of(user) == ["tts.admin"]


def test_what_is_granted_to_an_inactive_person_permits_nothing_yet():
    user = a_user()
    a_user("platform.superuser")
    deactivate_user(user_id=user.id, by=SYSTEM)
    grant_role(user_id=user.id, role="tts.agent", by=SYSTEM)
    granted = told()[-1]
    assert (granted.role, granted.roles, granted.permissions) == ("tts.agent", ("tts.agent",), ())


@pytest.mark.parametrize(("role", "counted"), [("tts.admin", 1), ("platform.superuser", 1), ("tts.agent", 0)])
def test_operators_see_when_somebody_may_enter_the_administration(role, counted, django_capture_on_commit_callbacks):
    before = counter("admin_granted_total")
    with django_capture_on_commit_callbacks(execute=True):
        grant_role(user_id=a_user().id, role=role, by=SYSTEM)
    assert counter("admin_granted_total") - before == counted
