"""The local copies, to look at: auth and the other services are their source."""

from django.contrib import admin

from recipients.models import Recipient, TicketPeople
from servicekit.admin import ReadOnlyAdmin


@admin.register(Recipient)
class RecipientAdmin(ReadOnlyAdmin):
    list_display = ["name", "email", "is_active", "profile_version", "access_version"]
    list_filter = ["is_active"]
    search_fields = ["name", "email"]


@admin.register(TicketPeople)
class TicketPeopleAdmin(ReadOnlyAdmin):
    list_display = ["ticket_id", "requester_id", "owner_id", "owned_since"]
