"""Deliveries: the log, and the failed bucket."""

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from mail import policies
from mail.errors import DeliveryMoveRefused
from mail.models import Delivery
from mail.services import discard_delivery, retry_delivery
from servicekit.admin import ReadOnlyAdmin
from servicekit.authentication import authenticate_cookie

Move = Callable[..., Delivery]


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["title", "kind", "user_id", "state", "attempts", "error_stage", "last_error", "created_at", "next_try_at", "sent_at"]
    list_filter = ["state", "kind", "error_stage"]
    search_fields = ["=user_id", "=event_id"]
    ordering = ["-created_at"]
    show_full_result_count = False
    actions = ["retry", "discard"]

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """Entering the admin is not enough to send or discard mail."""
        principal = authenticate_cookie(request)
        return principal is not None and policies.may_manage(principal)

    @admin.action(description="Send again", permissions=["manage"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Plan a new try of each; what cannot be tried is named."""
        self._each(request, queryset, retry_delivery)

    @admin.action(description="Discard", permissions=["manage"])
    def discard(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        """Give each of them up; what was sent is named."""
        self._each(request, queryset, discard_delivery)

    def _each(self, request: HttpRequest, queryset: QuerySet[Delivery], move: Move) -> None:
        principal = authenticate_cookie(request)
        for delivery in queryset if principal else ():
            try:
                move(delivery_id=delivery.id, by=principal)
            except DeliveryMoveRefused as error:
                self.message_user(request, f"{delivery}: {error}", messages.ERROR)
