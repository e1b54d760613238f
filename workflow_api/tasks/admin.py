from django.contrib import admin

from servicekit.admin import ReadOnlyAdmin
from tasks.models import Rotation, Task, TaskItem, TicketCopy, Turn, Waiting


@admin.register(TicketCopy)
class TicketCopyAdmin(ReadOnlyAdmin):
    list_display = ("number", "subject", "status", "priority", "category", "department", "version")
    list_filter = ("status", "priority")
    search_fields = ("number", "subject")
    show_full_result_count = False


class ItemInline(admin.TabularInline):  # type: ignore[type-arg]  # Django has no generic form of it
    """The assignments of a task, to look at."""

    model = TaskItem
    fields = readonly_fields = ("number", "step", "role", "origin", "status", "assignee", "assigned_at", "closed_at", "transition")
    can_delete = False
    extra = max_num = 0


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    list_display = ("id", "ticket", "pinned", "owner", "priority", "status", "opened_at", "closed_at")
    list_filter = ("status", "priority")
    list_select_related = ("ticket", "pinned", "owner")
    search_fields = ("ticket__number", "=id")
    inlines = (ItemInline,)
    show_full_result_count = False


@admin.register(Waiting)
class WaitingAdmin(ReadOnlyAdmin):
    list_display = ("ticket", "reason", "since")
    list_select_related = ("ticket",)


class TurnInline(admin.TabularInline):  # type: ignore[type-arg]  # Django has no generic form of it
    """Who had which turn, to look at."""

    model = Turn
    fields = readonly_fields = ("person", "number")
    can_delete = False
    extra = max_num = 0


@admin.register(Rotation)
class RotationAdmin(ReadOnlyAdmin):
    list_display = ("key", "turns")
    inlines = (TurnInline,)
