"""Files in Django admin."""

from django.contrib import admin

from attachments.models import Attachment
from servicekit.admin import ReadOnlyAdmin


@admin.register(Attachment)
class AttachmentAdmin(ReadOnlyAdmin):
    list_display = ("name", "content_type", "size", "uploader_name", "ticket", "created_at")
    list_select_related = ("ticket",)
    list_filter = ("content_type",)
    search_fields = ("name", "sha256", "ticket__number")
