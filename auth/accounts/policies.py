"""Who may see and change people."""

from collections.abc import Collection
from uuid import UUID

from access.policies import covers
from accounts.models import User
from servicekit.contracts.permissions import Permission
from servicekit.principal import Principal


def may_view(by: Principal, user_id: UUID) -> bool:
    """Everybody sees himself; others by permission."""
    return by.id == user_id or by.has(Permission.USER_VIEW) or by.has(Permission.USER_MANAGE)


def may_create(by: Principal) -> bool:
    """New people are made by those who manage people."""
    return by.has(Permission.USER_MANAGE)


def may_manage(by: Principal, permissions: Collection[str]) -> bool:
    """People are managed by those who may do all that the managed one's roles permit, never from below."""
    return by.has(Permission.USER_MANAGE) and covers(by, permissions)


def may_rename(by: Principal, user: User, permissions: Collection[str]) -> bool:
    """One's own name is one's own business."""
    return by.id == user.id or may_manage(by, permissions)
