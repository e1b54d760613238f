"""Reads of rights."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from access.models import SUPERUSER, Assignment, Role


@dataclass(frozen=True)
class Held:
    """The roles that somebody holds and all that they permit, both sorted."""

    roles: tuple[str, ...]
    permissions: tuple[str, ...]


def roles_of(user_id: UUID) -> QuerySet[Role]:
    """The roles that somebody holds."""
    return Role.objects.filter(holders=user_id).order_by("system_id", "key")


def held_by(user_id: UUID) -> Held:
    """What somebody holds, whether or not his account is active."""
    roles = list(roles_of(user_id))
    return Held(tuple(role.full_key for role in roles), tuple(sorted({item for role in roles for item in role.permissions})))


def active_superusers() -> QuerySet[Assignment]:
    """The active people who hold ``platform.superuser``."""
    system, _, key = SUPERUSER.partition(".")
    return Assignment.objects.filter(role__system_id=system, role__key=key, user__is_active=True)
