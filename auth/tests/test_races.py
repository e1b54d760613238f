"""Two at once, or ten."""

from functools import partial

import pytest

from access.errors import LastSuperuser, RoleAlreadyGranted, RoleInUse
from access.models import Role
from access.selectors import active_superusers
from access.services import delete_role, edit_role, grant_role, revoke_role, seed_access
from accounts.errors import EmailTaken, InvalidCredentials
from accounts.models import LoginTries, User
from accounts.passwords import check_credentials
from accounts.services import NewUser, ProfileChange, create_first_superuser, create_user, deactivate_user, edit_profile
from servicekit.contracts.auth import AssignmentGranted, AssignmentUpdated, SessionRevoked, UserCreated, UserUpdated
from servicekit.errors import InvalidInput, PreconditionFailed
from servicekit.principal import SYSTEM
from servicekit.revocation import SessionEnded
from tests.factories import PASSWORD, a_role, a_user, forget_published, principal_of, told
from tokens.models import Session, SessionKind
from tokens.services import Client, open_session, refresh_session
from tokens.signing import RefreshToken

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seeded")]
PROGRAM = Client(SessionKind.PROGRAM, "robot/1")


def kinds(results):
    """The classes of what came back, sorted by name."""
    return sorted((type(result).__name__ for result in results), key=str.lower)


def test_two_superusers_who_switch_each_other_off_at_once_leave_one(at_once):
    first, second = a_user("platform.superuser"), a_user("platform.superuser")
    results = at_once(
        [
            partial(deactivate_user, user_id=second.id, by=principal_of(first)),
            partial(deactivate_user, user_id=first.id, by=principal_of(second)),
        ]
    )
    assert kinds(results) == ["LastSuperuser", "User"]
    assert active_superusers().count() == 1


def test_a_superuser_is_switched_off_while_the_other_loses_the_role_and_one_stays(at_once):
    first, second = a_user("platform.superuser"), a_user("platform.superuser")
    results = at_once(
        [
            partial(deactivate_user, user_id=first.id, by=SYSTEM),
            partial(revoke_role, user_id=second.id, role="platform.superuser", by=SYSTEM),
        ]
    )
    assert [type(result) for result in results].count(LastSuperuser) == 1
    assert active_superusers().count() == 1


def test_ten_superusers_who_all_resign_at_once_leave_one(at_once):
    users = [a_user("platform.superuser") for _ in range(10)]
    results = at_once([partial(revoke_role, user_id=user.id, role="platform.superuser", by=SYSTEM) for user in users])
    assert kinds(results) == ["LastSuperuser"] + ["NoneType"] * 9
    assert active_superusers().count() == 1
    assert len(told()) == 9


def test_one_address_registered_ten_times_at_once_is_one_person(at_once):
    results = at_once([partial(create_user, new=NewUser(email=f"{'Nn'[i % 2]}ina@example.org", name="N"), by=SYSTEM) for i in range(10)])
    assert [type(result) for result in results].count(EmailTaken) == 9
    assert User.objects.count() == 1
    assert [type(event) for event in told()] == [UserCreated]


def test_one_role_granted_ten_times_at_once_is_one_assignment(at_once):
    user = a_user()
    results = at_once([partial(grant_role, user_id=user.id, role="tts.agent", by=SYSTEM)] * 10)
    assert [type(result) for result in results].count(RoleAlreadyGranted) == 9
    user.refresh_from_db()
    assert user.access_version == 1
    assert [type(event) for event in told()] == [AssignmentGranted]


def test_six_roles_granted_at_once_number_the_persons_rights_without_gap(at_once):
    user = a_user()
    roles = [role.full_key for role in Role.objects.all()]
    at_once([partial(grant_role, user_id=user.id, role=role, by=SYSTEM) for role in roles])
    events = sorted(told(), key=lambda event: event.access_version)
    assert [event.access_version for event in events] == [1, 2, 3, 4, 5, 6]
    assert [len(event.roles) for event in events] == [1, 2, 3, 4, 5, 6]
    assert set(events[-1].roles) == set(roles)


def test_a_role_is_changed_while_it_is_granted_and_the_holder_ends_with_the_new_rights(at_once):
    role, users = a_role("task.act"), [a_user() for _ in range(4)]
    at_once(
        [
            partial(edit_role, role_id=role.id, name=None, permissions=["audit.view"], expected_version=1, by=SYSTEM),
            *(partial(grant_role, user_id=user.id, role="tts.helper", by=SYSTEM) for user in users),
        ]
    )
    last = {event.user_id: event for event in sorted(told(), key=lambda e: e.aggregate_version) if hasattr(event, "access_version")}
    assert {user.id: last[user.id].permissions for user in users} == {user.id: ("audit.view",) for user in users}
    assert all(isinstance(event, AssignmentGranted | AssignmentUpdated) for event in last.values())


def test_a_role_is_deleted_or_granted_but_never_both(at_once):
    role, user = a_role("task.act"), a_user()
    delete = partial(delete_role, role_id=role.id, by=SYSTEM)
    deleted, granted = at_once([delete, partial(grant_role, user_id=user.id, role="tts.helper", by=SYSTEM)])
    if deleted is None:
        assert isinstance(granted, InvalidInput)
        assert not user.roles.exists()
    else:
        assert isinstance(deleted, RoleInUse)
        assert [held.full_key for held in user.roles.all()] == ["tts.helper"]
    assert len(told()) == 1


def test_of_two_edits_of_one_version_one_wins(at_once):
    user = a_user(name="Old")
    results = at_once(
        [partial(edit_profile, user_id=user.id, change=ProfileChange(name=name), expected_version=1, by=SYSTEM) for name in ("A", "B")]
    )
    assert sorted(isinstance(result, PreconditionFailed) for result in results) == [False, True]
    user.refresh_from_db()
    assert user.version == 2
    assert [(type(event), event.name) for event in told()] == [(UserUpdated, user.name)]


def test_twenty_wrong_passwords_at_once_count_ten_and_lock(at_once):
    a_user(email="e@example.org", password=PASSWORD)
    results = at_once([partial(check_credentials, email="e@example.org", password=f"wrong {number}") for number in range(20)])
    assert {type(result) for result in results} == {InvalidCredentials}
    tries = LoginTries.objects.get()
    assert (tries.failures, tries.locked_until is not None) == (10, True)


def test_seven_wrong_passwords_at_once_count_seven(at_once):
    a_user(email="e@example.org", password=PASSWORD)
    at_once([partial(check_credentials, email="E@example.org", password="wrong")] * 7)
    assert LoginTries.objects.get().failures == 7


def test_eight_logins_at_once_all_open(at_once):
    user = a_user(email="e@example.org", password=PASSWORD)
    results = at_once([partial(check_credentials, email="e@example.org", password=PASSWORD)] * 8)
    assert results == [user] * 8


def test_one_refresh_token_sent_ten_times_at_once_by_one_client_makes_one_successor(at_once):
    issued = open_session(user_id=a_user().id, client=PROGRAM)
    presented = RefreshToken.read(issued.refresh, SessionKind.PROGRAM)
    results = at_once([partial(refresh_session, presented=presented, user_agent="robot/1")] * 10)
    assert len({result.refresh for result in results}) == 1
    assert results[0].refresh != issued.refresh
    assert told() == []


def test_one_refresh_token_sent_at_once_by_two_clients_ends_the_session(at_once):
    issued = open_session(user_id=a_user().id, client=PROGRAM)
    presented = RefreshToken.read(issued.refresh, SessionKind.PROGRAM)
    results = at_once([partial(refresh_session, presented=presented, user_agent=agent) for agent in ("robot/1", "thief/1")])
    assert sorted(isinstance(result, SessionEnded) for result in results) == [False, True]
    assert [type(event) for event in told()] == [SessionRevoked]
    assert Session.objects.get().revoked_reason == "reuse"


def test_whoever_is_switched_off_while_he_logs_in_or_refreshes_keeps_no_live_session(at_once):
    user = a_user()
    issued = open_session(user_id=user.id, client=PROGRAM)
    presented = RefreshToken.read(issued.refresh, SessionKind.PROGRAM)
    at_once(
        [
            partial(deactivate_user, user_id=user.id, by=SYSTEM),
            *[partial(open_session, user_id=user.id, client=PROGRAM)] * 3,
            partial(refresh_session, presented=presented, user_agent="robot/1"),
        ]
    )
    assert not Session.objects.filter(user=user, revoked_at=None).exists()
    assert len([event for event in told() if isinstance(event, SessionRevoked)]) == Session.objects.count()


def test_two_seeds_at_once_make_each_role_once(at_once):
    Role.objects.all().delete()
    forget_published()
    assert at_once([seed_access] * 3) == [None] * 3
    assert (Role.objects.count(), len(told())) == (6, 6)


def test_two_first_admins_at_once_are_one(at_once):
    results = at_once([partial(create_first_superuser, new=NewUser(email=f"{name}@example.org", name=name)) for name in ("a", "b")])
    assert kinds(results) == ["SuperuserExists", "User"]
    assert User.objects.count() == 1
