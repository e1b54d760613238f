"""Tickets in Django admin: to look at; what may happen to one is a service."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from servicekit.admin import ReadOnlyAdmin
from tickets.models import HistoryEntry, Involvement, KnownPerson, TaskRun, Ticket


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable at run time
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False


class HistoryInline(ReadOnlyInline):
    model = HistoryEntry
    ordering = ("at", "id")


class InvolvementInline(ReadOnlyInline):
    model = Involvement


class TaskRunInline(ReadOnlyInline):
    model = TaskRun


@admin.register(Ticket)
class TicketAdmin(ReadOnlyAdmin):
    list_display = ("number", "subject", "status", "priority", "department", "category", "requester_name", "assignee_name", "submitted_at")
    list_select_related = ("category",)
    list_filter = ("status", "priority", "category")
    search_fields = ("=number", "folded")
    ordering = ("-submitted_at",)
    show_full_result_count = False
    inlines = (HistoryInline, InvolvementInline, TaskRunInline)


@admin.register(KnownPerson)
class KnownPersonAdmin(ReadOnlyAdmin):
    list_display = ("name", "id", "is_active", "version")
    search_fields = ("name",)
