from django.contrib import admin

from audit.models import Entry
from servicekit.admin import ReadOnlyAdmin


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = ("at", "actor_name", "action", "label")
    list_filter = ("action",)
    search_fields = ("=object_id", "=actor_id", "label")
    show_full_result_count = False
