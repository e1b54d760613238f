from django.contrib import admin

from directory.models import Person, Role
from servicekit.admin import ReadOnlyAdmin


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    list_display = ("name", "email", "department", "is_active", "roles")
    list_filter = ("is_active",)
    search_fields = ("name", "email", "=id")


@admin.register(Role)
class RoleAdmin(ReadOnlyAdmin):
    list_display = ("key", "name", "is_active", "permissions")
