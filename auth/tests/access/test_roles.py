"""create_role, edit_role, delete_role."""

import pytest

from access.errors import RoleBuiltIn, RoleExists, RoleInUse
from access.models import Role
from access.services import NewRole, create_role, delete_role, edit_role
from servicekit.contracts.auth import AssignmentUpdated, RoleCreated, RoleDeleted, RoleUpdated
from servicekit.contracts.permissions import BUILT_IN_ROLES
from servicekit.errors import Forbidden, InvalidInput, PreconditionFailed
from servicekit.models import AccessFloor
from servicekit.principal import SYSTEM
from tests.factories import a_role, a_user, principal_of, told

pytestmark = pytest.mark.usefixtures("seeded")
NEW = NewRole(system="tts", key="helper", name="Helper", permissions=["task.act", "audit.view", "task.act"])
BUILT_IN = len(BUILT_IN_ROLES)


def test_a_custom_role_is_told_as_version_1_with_its_permissions_sorted():
    role = create_role(new=NEW, by=SYSTEM)
    assert told() == [RoleCreated(role_id=role.id, version=1, role="tts.helper", name="Helper", permissions=("audit.view", "task.act"))]
    assert not role.is_built_in


def test_a_role_of_the_same_key_is_refused_in_its_system_and_welcome_in_another():
    create_role(new=NEW, by=SYSTEM)
    with pytest.raises(RoleExists):
        create_role(new=NEW, by=SYSTEM)
    assert create_role(new=NewRole("hdts", "helper", "Helper", []), by=SYSTEM).full_key == "hdts.helper"
    assert [event.role for event in told()] == ["tts.helper", "hdts.helper"]


def test_a_role_of_an_unknown_system_is_refused_by_name():
    with pytest.raises(InvalidInput) as refusal:
        create_role(new=NewRole("erp", "helper", "Helper", []), by=SYSTEM)
    assert refusal.value.fields == {"system": ["There is no system erp."]}
    assert Role.objects.count() == BUILT_IN
    assert told() == []


@pytest.mark.parametrize("by_role", ["hdts.admin", "tts.admin", "tts.agent"])
def test_whoever_may_not_manage_roles_makes_changes_and_deletes_none(by_role):
    role, by = a_role("task.act"), principal_of(a_user(by_role))
    with pytest.raises(Forbidden):
        create_role(new=NewRole("tts", "other", "Other", []), by=by)
    with pytest.raises(Forbidden):
        edit_role(role_id=role.id, name="Mine", permissions=None, expected_version=1, by=by)
    with pytest.raises(Forbidden):
        delete_role(role_id=role.id, by=by)
    role.refresh_from_db()
    assert (role.name, role.version, Role.objects.count()) == ("Helper", 1, BUILT_IN + 1)
    assert told() == []


def test_a_maker_of_roles_cannot_put_into_one_what_he_may_not_do():
    a_role("role.manage", "task.act", key="maker")
    maker = principal_of(a_user("tts.maker"))
    role = create_role(new=NewRole("tts", "small", "Small", ["task.act"]), by=maker)
    before = len(told())
    with pytest.raises(Forbidden):
        create_role(new=NewRole("tts", "big", "Big", ["user.manage"]), by=maker)
    with pytest.raises(Forbidden):
        edit_role(role_id=role.id, name=None, permissions=["user.manage"], expected_version=1, by=maker)
    role.refresh_from_db()
    assert (role.permissions, role.version) == (["task.act"], 1)
    assert len(told()) == before


def test_a_maker_of_roles_cannot_strip_or_delete_one_that_permits_more_than_he_may():
    a_role("role.manage", key="maker")
    big, maker = a_role("user.manage", key="big"), principal_of(a_user("tts.maker"))
    with pytest.raises(Forbidden):
        edit_role(role_id=big.id, name=None, permissions=[], expected_version=1, by=maker)
    with pytest.raises(Forbidden):
        delete_role(role_id=big.id, by=maker)
    assert Role.objects.get(id=big.id).permissions == ["user.manage"]
    assert told() == []


def test_other_permissions_are_told_of_the_role_and_then_of_each_holder_with_his_new_rights():
    role = a_role("task.act")
    holders = [a_user("tts.helper"), a_user("tts.helper", "hdts.employee")]
    edit_role(role_id=role.id, name=None, permissions=["audit.view"], expected_version=1, by=SYSTEM)
    changed, *updates = told()
    assert changed == RoleUpdated(role_id=role.id, version=2, role="tts.helper", name="Helper", permissions=("audit.view",))
    assert sorted(updates, key=lambda event: event.access_version) == [
        AssignmentUpdated(user_id=holders[0].id, access_version=2, role="tts.helper", roles=("tts.helper",), permissions=("audit.view",)),
        AssignmentUpdated(
            user_id=holders[1].id,
            access_version=3,
            role="tts.helper",
            roles=("hdts.employee", "tts.helper"),
            permissions=("audit.view", "ticket.submit"),
        ),
    ]
    assert [AccessFloor.objects.get(user_id=user.id).min_version for user in holders] == [2, 3]


def test_another_name_is_told_of_the_role_alone():
    role = a_role("task.act")
    a_user("tts.helper")
    edit_role(role_id=role.id, name="Better", permissions=None, expected_version=1, by=SYSTEM)
    assert told() == [RoleUpdated(role_id=role.id, version=2, role="tts.helper", name="Better", permissions=("task.act",))]


def test_the_same_permissions_in_another_order_change_nothing():
    role = a_role("task.act", "audit.view")
    assert edit_role(role_id=role.id, name="Helper", permissions=["task.act", "audit.view"], expected_version=1, by=SYSTEM).version == 1
    assert told() == []


def test_a_stale_edit_of_a_role_is_refused_and_changes_nothing():
    role = a_role("task.act")
    edit_role(role_id=role.id, name="First", permissions=None, expected_version=1, by=SYSTEM)
    with pytest.raises(PreconditionFailed):
        edit_role(role_id=role.id, name="Second", permissions=[], expected_version=1, by=SYSTEM)
    role.refresh_from_db()
    assert (role.name, role.version, len(told())) == ("First", 2, 1)


def test_a_built_in_role_is_neither_changed_nor_deleted_even_by_a_superuser():
    role, root = Role.objects.called("tts.agent").get(), principal_of(a_user("platform.superuser"))
    with pytest.raises(RoleBuiltIn):
        edit_role(role_id=role.id, name="Mine", permissions=None, expected_version=1, by=root)
    with pytest.raises(RoleBuiltIn):
        delete_role(role_id=role.id, by=root)
    role.refresh_from_db()
    assert (role.name, role.version) == ("Agent", 1)
    assert told() == []


def test_an_unused_custom_role_goes_and_is_told():
    role = a_role("task.act")
    delete_role(role_id=role.id, by=SYSTEM)
    assert told() == [RoleDeleted(role_id=role.id, version=2, role="tts.helper", name="Helper", permissions=("task.act",))]
    assert Role.objects.count() == BUILT_IN


def test_a_role_that_somebody_holds_stays():
    role = a_role("task.act")
    a_user("tts.helper")
    with pytest.raises(RoleInUse):
        delete_role(role_id=role.id, by=SYSTEM)
    assert Role.objects.get(id=role.id).version == 1
    assert told() == []
