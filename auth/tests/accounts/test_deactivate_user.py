"""deactivate_user and activate_user."""

from datetime import timedelta

import pytest

from access.errors import LastSuperuser
from accounts.services import activate_user, deactivate_user
from servicekit.contracts.auth import AssignmentUpdated, SessionRevoked, UserActivated, UserDeactivated
from servicekit.errors import Forbidden
from servicekit.models import AccessFloor, RevokedSession
from servicekit.principal import SYSTEM
from tests.factories import a_user, principal_of, told
from tokens.models import Session, SessionKind
from tokens.services import Client, open_session

pytestmark = pytest.mark.usefixtures("seeded")
BROWSER = Client(SessionKind.BROWSER, "Firefox")


def test_deactivating_tells_the_person_his_rights_and_the_end_of_each_session(frozen_clock):
    user = a_user("hdts.employee", email="e@example.org", name="E")
    sessions = [open_session(user_id=user.id, client=BROWSER).session for _ in range(2)]
    deactivate_user(user_id=user.id, by=SYSTEM)
    off, rights, *ends = told()
    assert off == UserDeactivated(user_id=user.id, version=2, email="e@example.org", name="E", department="IT", is_active=False)
    assert rights == AssignmentUpdated(user_id=user.id, access_version=2, role="", roles=("hdts.employee",), permissions=())
    until = frozen_clock.now + timedelta(minutes=11)
    assert {(end.session_id, end.user_id, end.reason, end.expires_at) for end in ends} == {
        (session.id, user.id, "deactivated", until) for session in sessions
    }
    assert all(isinstance(end, SessionRevoked) for end in ends)


def test_deactivating_takes_effect_here_at_once():
    user = a_user("hdts.employee")
    session = open_session(user_id=user.id, client=BROWSER).session
    deactivate_user(user_id=user.id, by=SYSTEM)
    session.refresh_from_db()
    assert session.revoked_reason == "deactivated"
    assert RevokedSession.objects.filter(session_id=session.id).exists()
    assert AccessFloor.objects.get(user_id=user.id).min_version == 2


def test_deactivating_an_inactive_person_changes_and_tells_nothing():
    user = a_user("hdts.employee")
    deactivate_user(user_id=user.id, by=SYSTEM)
    before = len(told())
    assert deactivate_user(user_id=user.id, by=SYSTEM).version == 2
    assert len(told()) == before


def test_a_session_that_had_ended_before_is_not_told_again():
    user = a_user("hdts.employee")
    session = open_session(user_id=user.id, client=BROWSER).session
    Session.objects.filter(id=session.id).update(revoked_at=session.created_at, revoked_reason="logout")
    deactivate_user(user_id=user.id, by=SYSTEM)
    assert [type(event) for event in told()] == [UserDeactivated, AssignmentUpdated]


def test_activating_gives_back_the_roles_that_were_kept():
    user = a_user("hdts.employee")
    deactivate_user(user_id=user.id, by=SYSTEM)
    activate_user(user_id=user.id, by=SYSTEM)
    on, rights = told()[-2:]
    assert isinstance(on, UserActivated)
    assert (on.version, on.is_active) == (3, True)
    assert rights == AssignmentUpdated(user_id=user.id, access_version=3, role="", roles=("hdts.employee",), permissions=("ticket.submit",))


def test_activating_an_active_person_changes_and_tells_nothing():
    user = a_user("hdts.employee")
    assert activate_user(user_id=user.id, by=SYSTEM).version == 1
    assert told() == []


@pytest.mark.parametrize("by_role", ["hdts.employee", "hdts.coordinator", "tts.agent"])
def test_whoever_may_not_manage_people_deactivates_nobody(by_role):
    user = a_user("hdts.employee")
    with pytest.raises(Forbidden):
        deactivate_user(user_id=user.id, by=principal_of(a_user(by_role)))
    user.refresh_from_db()
    assert user.is_active
    assert told() == []


@pytest.mark.parametrize("service", [activate_user, deactivate_user])
def test_nobody_switches_those_who_may_do_more_than_he(service):
    coordinator = a_user("hdts.coordinator")
    with pytest.raises(Forbidden):
        service(user_id=coordinator.id, by=principal_of(a_user("tts.admin")))
    coordinator.refresh_from_db()
    assert (coordinator.is_active, coordinator.version) == (True, 1)
    assert told() == []


def test_the_last_active_superuser_stays_even_against_his_own_will():
    root = a_user("platform.superuser")
    retired = a_user("platform.superuser")
    deactivate_user(user_id=retired.id, by=SYSTEM)
    session = open_session(user_id=root.id, client=BROWSER).session
    before = len(told())
    with pytest.raises(LastSuperuser):
        deactivate_user(user_id=root.id, by=principal_of(root))
    root.refresh_from_db()
    session.refresh_from_db()
    assert (root.is_active, root.version, session.revoked_at) == (True, 1, None)
    assert len(told()) == before


def test_one_of_two_superusers_may_go():
    a_user("platform.superuser")
    other = a_user("platform.superuser")
    assert deactivate_user(user_id=other.id, by=SYSTEM).is_active is False
