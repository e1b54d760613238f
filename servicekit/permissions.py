"""Deny by default: an action that names no rule is open to nobody."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from servicekit.contracts.permissions import Permission
from servicekit.principal import principal_of


class Nobody(BasePermission):
    """The default: a view that states no rule answers nobody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Never."""
        return False


class Anyone(BasePermission):
    """Open to the world; for login and the like."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Always."""
        return True


class Authenticated(BasePermission):
    """Everybody who is logged in; the policy of the thing decides the rest."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True for a verified principal."""
        return request.user is not None


def Requires(*permissions: Permission) -> type[BasePermission]:  # noqa: N802  (it makes a class)
    """A rule that lets in whoever holds at least one of the permissions."""

    class HoldsOne(BasePermission):
        def has_permission(self, request: Request, view: Any) -> bool:
            return request.user is not None and any(principal_of(request).has(permission) for permission in permissions)

    HoldsOne.__name__ = "Requires(" + ", ".join(permissions) + ")"
    return HoldsOne
