"""Sessions in Django admin: to look at. They end by logout, by their owner, or with the account."""

from django.contrib import admin

from servicekit.admin import ReadOnlyAdmin
from tokens.models import Session


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Sessions."""

    list_display = ("user", "kind", "user_agent", "created_at", "last_used_at", "expires_at", "revoked_at", "revoked_reason")
    list_filter = ("kind", "revoked_reason")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    exclude = ("refresh_id", "replaced_id")
    ordering = ("-last_used_at",)
