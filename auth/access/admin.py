"""Systems, roles and assignments in Django admin: to look at. They change through the API, which tells the other services."""

from django.contrib import admin

from access.models import Assignment, Role, System
from servicekit.admin import ReadOnlyAdmin


@admin.register(System)
class SystemAdmin(ReadOnlyAdmin):
    """Systems."""

    list_display = ("key", "name")


@admin.register(Role)
class RoleAdmin(ReadOnlyAdmin):
    """Roles."""

    list_display = ("full_key", "name", "is_built_in", "version")
    list_filter = ("system", "is_built_in")
    ordering = ("system", "key")


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    """Who holds what."""

    list_display = ("user", "role", "granted_at", "granted_by")
    list_filter = ("role",)
    list_select_related = ("user", "role")
    search_fields = ("user__name", "user__email")
