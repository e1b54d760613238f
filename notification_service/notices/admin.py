"""Notices, to look at."""

from django.contrib import admin

from notices.models import Notice
from servicekit.admin import ReadOnlyAdmin


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ["title", "kind", "user_id", "created_at", "read_at"]
    list_filter = ["kind"]
    search_fields = ["=user_id", "=event_id"]
    ordering = ["-created_at"]
