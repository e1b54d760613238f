"""Preferences, to look at."""

from django.contrib import admin

from preferences.models import Preference
from servicekit.admin import ReadOnlyAdmin


@admin.register(Preference)
class PreferenceAdmin(ReadOnlyAdmin):
    list_display = ["user_id", "kind", "channel", "is_on"]
    list_filter = ["kind", "channel", "is_on"]
    search_fields = ["=user_id"]
