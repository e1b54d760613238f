"""Conversations in Django's admin: to look at; what is said there is said in the product."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from comments.models import Clearance, Comment, Conversation, Participant
from servicekit.admin import ReadOnlyAdmin


class ParticipantInline(admin.TabularInline):  # type: ignore[type-arg]  # Django knows the parameters in its stubs only
    model = Participant
    fields = readonly_fields = ("name", "role", "is_current", "task", "version")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """No."""
        return False


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ("number", "subject", "requester_name", "status", "public_count", "internal_count")
    list_filter = ("status",)
    search_fields = ("=number", "subject", "requester_name")
    show_full_result_count = False
    inlines = (ParticipantInline,)


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    list_display = ("conversation", "visibility", "number", "author_name", "posted_at")
    list_filter = ("visibility",)
    list_select_related = ("conversation",)
    search_fields = ("=conversation__number", "author_name")
    show_full_result_count = False


@admin.register(Clearance)
class ClearanceAdmin(ReadOnlyAdmin):
    list_display = ("user_id", "reads_internal", "access_version")
    search_fields = ("=user_id",)
