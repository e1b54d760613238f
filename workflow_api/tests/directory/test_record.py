from uuid import uuid4

import pytest

from directory.models import Person, Role
from directory.selectors import acting_roles, active_people
from servicekit.contracts.auth import (
    AssignmentGranted,
    AssignmentRevoked,
    RoleCreated,
    RoleDeleted,
    RoleUpdated,
    UserCreated,
    UserDeactivated,
    UserUpdated,
)
from tests.factories import make_person

WHO, ROLE = uuid4(), uuid4()


def profile(event=UserCreated, version=1, name="Nina", is_active=True):
    return event(user_id=WHO, version=version, email="n@example.org", name=name, department="IT", is_active=is_active)


def access(event=AssignmentGranted, version=1, roles=("tts.agent",)):
    return event(user_id=WHO, access_version=version, role="tts.agent", roles=roles, permissions=())


def role(event=RoleCreated, version=1, permissions=("task.act",)):
    return event(role_id=ROLE, version=version, role="tts.expert", name="Expert", permissions=permissions)


def test_a_profile_is_kept(db, deliver):
    deliver(profile(), times=2)
    person = Person.objects.get()
    assert (person.id, person.name, person.email, person.department, person.is_active) == (WHO, "Nina", "n@example.org", "IT", True)


def test_an_older_profile_is_dropped(db, deliver):
    deliver(profile(UserDeactivated, version=3, name="Nina B.", is_active=False))
    deliver(profile(UserUpdated, version=2))
    person = Person.objects.get()
    assert (person.name, person.is_active, person.profile_version) == ("Nina B.", False, 3)


def test_roles_that_arrive_before_the_profile_are_kept_but_give_no_work(db, deliver):
    deliver(access())
    assert list(active_people(role="tts.agent")) == []
    deliver(profile())
    assert [person.name for person in active_people(role="tts.agent")] == ["Nina"]


def test_an_older_grant_does_not_undo_a_revocation(db, deliver):
    deliver(profile())
    deliver(access(AssignmentRevoked, version=2, roles=()))
    deliver(access(version=1))
    assert Person.objects.get().roles == []


def test_a_custom_role_may_hold_steps_once_it_permits_to_act(db, deliver):
    deliver(role(permissions=()))
    assert "tts.expert" not in acting_roles()
    deliver(role(RoleUpdated, version=2))
    assert "tts.expert" in acting_roles()


def test_a_deleted_role_is_not_brought_back_by_an_older_fact(db, deliver):
    deliver(role(RoleDeleted, version=3))
    deliver(role(RoleUpdated, version=2))
    assert (Role.objects.get().is_active, "tts.expert" in acting_roles()) == (False, False)


def test_built_in_roles_count_before_auth_has_told_of_them(db):
    assert acting_roles() == {"tts.agent", "tts.admin", "platform.superuser"}


@pytest.mark.parametrize(("q", "found"), [("AN", ["Ann", "Dan"]), ("dan@", ["Dan"]), ("z", [])])
def test_people_are_found_by_a_part_of_name_or_address(db, q, found):
    make_person("Ann", "tts.agent")
    make_person("Dan", "tts.agent")
    make_person("Ian", "tts.agent", is_active=False)
    make_person("Jan", "hdts.employee")
    assert [person.name for person in active_people(role="tts.agent", q=q).order_by("name")] == found
