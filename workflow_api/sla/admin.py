from django.contrib import admin

from servicekit.admin import ReadOnlyAdmin
from sla.models import Clock


@admin.register(Clock)
class ClockAdmin(ReadOnlyAdmin):
    list_display = ("id", "scope", "started_at", "target_at", "paused_at", "stopped_at", "warned_at", "breached_at")
    list_filter = ("scope", ("stopped_at", admin.EmptyFieldListFilter), ("breached_at", admin.EmptyFieldListFilter))
    search_fields = ("=id",)
    show_full_result_count = False
