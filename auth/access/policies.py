"""Who may give and take rights."""

from collections.abc import Collection

from access.models import SUPERUSER
from servicekit.contracts.permissions import Permission
from servicekit.principal import Principal


def covers(by: Principal, permissions: Collection[str]) -> bool:
    """Whether ``by`` may do all of this himself: nobody hands on, or rules over, more than he has."""
    return SUPERUSER in by.roles or by.permissions.issuperset(permissions)


def may_assign(by: Principal, permissions: Collection[str]) -> bool:
    """Roles are granted and taken by those who may assign, as far as their own rights go."""
    return by.has(Permission.ROLE_ASSIGN) and covers(by, permissions)


def may_shape(by: Principal, permissions: Collection[str]) -> bool:
    """Roles are made and changed by those who manage roles, as far as their own rights go."""
    return by.has(Permission.ROLE_MANAGE) and covers(by, permissions)
