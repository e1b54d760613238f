"""Row locks, always taken in this order: roles by name, then people, then sessions. So no two services wait for each other."""

from uuid import UUID

from access.models import SUPERUSER, Role
from accounts.models import User
from servicekit.errors import InvalidInput, NotFound


def lock_role(role: str) -> Role:
    """The role ``<system>.<key>``, locked. Raises InvalidInput for an unknown one."""
    found = Role.objects.called(role).select_for_update().first()
    if found is None:
        raise InvalidInput(fields={"role": [f"There is no role {role}."]})
    return found


def lock_role_id(role_id: UUID) -> Role:
    """The role of this id, locked. Raises NotFound."""
    found = Role.objects.select_for_update().filter(id=role_id).first()
    if found is None:
        raise NotFound
    return found


def lock_superusers() -> None:
    """Nobody else takes away or switches off a superuser until this transaction ends."""
    Role.objects.called(SUPERUSER).select_for_update().first()


def lock_user(user_id: UUID) -> User:
    """The person, locked. Raises NotFound."""
    found = User.objects.select_for_update().filter(id=user_id).first()
    if found is None:
        raise NotFound
    return found
