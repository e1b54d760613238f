"""The live stream in Django's admin."""

from django.contrib import admin

from servicekit.admin import ReadOnlyAdmin
from servicekit.stream.models import StreamRow


@admin.register(StreamRow)
class StreamRowAdmin(ReadOnlyAdmin):
    list_display = ("number", "audience", "kind", "at")
    list_filter = ("kind",)
    search_fields = ("=audience",)
    show_full_result_count = False
