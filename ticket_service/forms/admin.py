"""Forms in Django admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from forms.models import Category, Department, FormVersion
from servicekit.admin import ReadOnlyAdmin
from servicekit.clock import now


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Names, order and whether it is offered; forms are drawn through the API, which checks them."""

    list_display = ("name", "slug", "position", "is_active", "version", "updated_at")
    list_editable = ("position", "is_active")
    search_fields = ("name", "slug")
    fields = ("slug", "name", "description", "position", "is_active", "form", "version", "created_at", "updated_at")
    readonly_fields = ("slug", "form", "version", "created_at", "updated_at")

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        """It is another version now, so that nobody overwrites it unseen."""
        obj.version += 1
        obj.updated_at = now()
        super().save_model(request, obj, form, change)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A category needs a form."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its tickets stay: switch it off instead."""
        return False


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "slug", "is_active")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(FormVersion)
class FormVersionAdmin(ReadOnlyAdmin):
    """Tickets hold on to it."""

    list_display = ("id", "created_at", "__str__")
