"""People in Django admin: to look at, and what may be done to them as actions through the services."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import LoginTries, User
from accounts.services import activate_user, deactivate_user, unlock_login
from servicekit.admin import ReadOnlyAdmin
from servicekit.authentication import authenticate_cookie
from servicekit.errors import NotAuthenticated, Problem
from servicekit.principal import Principal


def acting(request: HttpRequest) -> Principal:
    """Who is in the admin. Raises NotAuthenticated."""
    principal = authenticate_cookie(request)
    if principal is None:
        raise NotAuthenticated
    return principal


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """People."""

    list_display = ("name", "email", "department", "is_active", "created_at")
    list_filter = ("is_active", "roles")
    search_fields = ("name", "email", "department")
    exclude = ("password",)
    ordering = ("name", "id")
    actions = ("activate", "deactivate", "unlock")

    @admin.action(description="Activate")
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Switch accounts on."""
        self._do(request, queryset, activate_user)

    @admin.action(description="Deactivate")
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Switch accounts off."""
        self._do(request, queryset, deactivate_user)

    @admin.action(description="Unlock the login")
    def unlock(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Forget wrong passwords."""
        self._do(request, queryset, unlock_login)

    def _do(self, request: HttpRequest, queryset: QuerySet[User], service: Callable[..., Any]) -> None:
        by = acting(request)
        ids: list[UUID] = list(queryset.values_list("id", flat=True))
        for user_id in ids:
            try:
                service(user_id=user_id, by=by)
            except Problem as refusal:
                self.message_user(request, f"{user_id}: {refusal}", messages.ERROR)


@admin.register(LoginTries)
class LoginTriesAdmin(ReadOnlyAdmin):
    """Wrong passwords by address."""

    list_display = ("address", "failures", "locked_until", "last_at")
    search_fields = ("address",)
    ordering = ("-last_at",)
