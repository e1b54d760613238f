"""The seed."""

from io import StringIO

import pytest
from django.core.management import call_command

from access.models import Role, System
from access.services import seed_access
from servicekit.contracts.auth import AssignmentUpdated, RoleCreated, RoleUpdated
from servicekit.contracts.permissions import BUILT_IN_ROLES
from tests.factories import a_user, told


def test_the_seed_makes_three_systems_and_six_built_in_roles_and_tells_of_each(db):
    call_command("seed", stdout=StringIO())
    assert dict(System.objects.values_list("key", "name")) == {
        "hdts": "Help Desk (requesters)",
        "tts": "Ticket Tracking (agents)",
        "platform": "Platform",
    }
    assert {event.role: (event.name, event.version, set(event.permissions)) for event in told()} == {
        key: (name, 1, set(permissions)) for key, (name, permissions) in BUILT_IN_ROLES.items()
    }
    assert all(isinstance(event, RoleCreated) for event in told())
    assert Role.objects.filter(is_built_in=True).count() == 6


def test_a_second_seed_changes_and_tells_nothing(seeded):
    call_command("seed", stdout=StringIO())
    assert Role.objects.count() == 6
    assert told() == []


def test_a_seed_makes_no_account(seeded, django_user_model):
    assert not django_user_model.objects.exists()


@pytest.mark.usefixtures("seeded")
def test_a_release_that_changes_a_built_in_role_tells_the_role_and_its_holders():
    holder = a_user("hdts.employee")
    Role.objects.called("hdts.employee").update(permissions=["ticket.own"], name="Requester")
    seed_access()
    role, rights = told()
    assert isinstance(role, RoleUpdated)
    assert (role.version, role.name, role.permissions) == (2, "Employee", ("ticket.submit",))
    assert rights == AssignmentUpdated(
        user_id=holder.id, access_version=2, role="hdts.employee", roles=("hdts.employee",), permissions=("ticket.submit",)
    )
