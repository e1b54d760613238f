"""All that can happen to roles and to who holds them."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from access import policies
from access.errors import LastSuperuser, RoleAlreadyGranted, RoleBuiltIn, RoleExists, RoleInUse
from access.locks import lock_role, lock_role_id, lock_user
from access.models import SUPERUSER, Assignment, Role, System
from access.selectors import active_superusers, held_by
from accounts.metrics import ADMINS_MADE
from accounts.models import User
from servicekit.contracts.auth import (
    AccessEvent,
    AssignmentGranted,
    AssignmentRevoked,
    AssignmentUpdated,
    RoleCreated,
    RoleDeleted,
    RoleEvent,
    RoleUpdated,
)
from servicekit.contracts.permissions import BUILT_IN_ROLES, SYSTEMS, Permission
from servicekit.errors import InvalidInput, NotFound, require
from servicekit.etags import check_version
from servicekit.events import publish
from servicekit.principal import Principal
from servicekit.revocation import raise_floor


@dataclass(frozen=True)
class NewRole:
    """A custom role to be."""

    system: str
    key: str
    name: str
    permissions: Collection[str]


@transaction.atomic
def grant_role(*, user_id: UUID, role: str, by: Principal) -> Assignment:
    """Somebody gets a role, by one who may do all that it permits."""
    granted = lock_role(role)
    require(policies.may_assign(by, granted.permissions))
    user = lock_user(user_id)
    assignment, is_new = Assignment.objects.get_or_create(user=user, role=granted, defaults={"granted_by": by.id})
    require(is_new, RoleAlreadyGranted)
    announce_access(user, AssignmentGranted, role=role)
    if Permission.ADMIN_ENTER in granted.permissions:
        transaction.on_commit(ADMINS_MADE.inc)
    return assignment


@transaction.atomic
def revoke_role(*, user_id: UUID, role: str, by: Principal) -> None:
    """Somebody loses a role; the last active superuser keeps his."""
    taken = Role.objects.called(role).select_for_update().first()
    if taken is None:
        raise NotFound
    require(policies.may_assign(by, taken.permissions))
    user = lock_user(user_id)
    deleted, _ = Assignment.objects.filter(user=user, role=taken).delete()
    require(deleted == 1, NotFound)
    if role == SUPERUSER:
        refuse_without_superuser()
    announce_access(user, AssignmentRevoked, role=role)


@transaction.atomic
def create_role(*, new: NewRole, by: Principal) -> Role:
    """A custom role that permits no more than its maker may do."""
    require(policies.may_shape(by, new.permissions))
    if not System.objects.filter(key=new.system).exists():
        raise InvalidInput(fields={"system": [f"There is no system {new.system}."]})
    role = Role(system_id=new.system, key=new.key, name=new.name, permissions=sorted(set(new.permissions)))
    _insert(role)
    publish(_told(role, RoleCreated))
    return role


@transaction.atomic
def edit_role(*, role_id: UUID, name: str | None, permissions: Collection[str] | None, expected_version: int, by: Principal) -> Role:
    """A custom role gets another name or other permissions; whoever holds it has them at once."""
    role = lock_role_id(role_id)
    wanted = role.permissions if permissions is None else sorted(set(permissions))
    require(policies.may_shape(by, {*role.permissions, *wanted}))
    require(not role.is_built_in, RoleBuiltIn)
    check_version(role.version, expected_version)
    return _change_role(role, name=role.name if name is None else name, permissions=wanted)


@transaction.atomic
def delete_role(*, role_id: UUID, by: Principal) -> None:
    """A custom role that nobody holds goes."""
    role = lock_role_id(role_id)
    require(policies.may_shape(by, role.permissions))
    require(not role.is_built_in, RoleBuiltIn)
    require(not role.assignments.exists(), RoleInUse)
    role.version += 1
    publish(_told(role, RoleDeleted))
    role.delete()


@transaction.atomic
def seed_access() -> None:
    """The systems and built-in roles of this release; harmless to repeat."""
    for key, name in SYSTEMS.items():
        System.objects.update_or_create(key=key, defaults={"name": name})
    for full_key, (name, permissions) in sorted(BUILT_IN_ROLES.items()):
        _seed_role(full_key, name, sorted(permissions))


def refuse_without_superuser() -> None:
    """Raise LastSuperuser if what this transaction did leaves no active superuser. Call while holding that role's lock."""
    require(active_superusers().exists(), LastSuperuser)


def announce_access(user: User, event: type[AccessEvent], *, role: str) -> None:
    """Number somebody's rights anew, tell everybody, refuse his older access tokens. Call while holding his lock."""
    user.access_version += 1
    user.save(update_fields=["access_version"])
    held = held_by(user.id)
    publish(
        event(
            user_id=user.id,
            access_version=user.access_version,
            role=role,
            roles=held.roles,
            permissions=held.permissions if user.is_active else (),
        )
    )
    raise_floor(user.id, user.access_version)


def _seed_role(full_key: str, name: str, permissions: list[str]) -> None:
    role = Role.objects.called(full_key).select_for_update().first()
    if role is not None:
        _change_role(role, name=name, permissions=permissions)
        return
    system, _, key = full_key.partition(".")
    role = Role.objects.create(system_id=system, key=key, name=name, permissions=permissions, is_built_in=True)
    publish(_told(role, RoleCreated))


def _insert(role: Role) -> None:
    try:
        with transaction.atomic():
            role.save(force_insert=True)
    except IntegrityError as error:
        raise RoleExists(f"{role.full_key} exists.") from error


def _change_role(role: Role, *, name: str, permissions: list[str]) -> Role:
    """Publish what really changed of a locked role, and nothing if nothing did."""
    is_permitting_other = role.permissions != permissions
    if role.name == name and not is_permitting_other:
        return role
    role.name, role.permissions, role.version = name, permissions, role.version + 1
    role.save(update_fields=["name", "permissions", "version"])
    publish(_told(role, RoleUpdated))
    if is_permitting_other:
        for holder in User.objects.select_for_update().filter(roles=role).order_by("id"):
            announce_access(holder, AssignmentUpdated, role=role.full_key)
    return role


def _told(role: Role, event: type[RoleEvent]) -> RoleEvent:
    return event(role_id=role.id, version=role.version, role=role.full_key, name=role.name, permissions=tuple(role.permissions))
