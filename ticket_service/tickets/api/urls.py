"""/api/v1/tickets/"""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from tickets.api.views import DepartmentViewSet, HistoryViewSet, TicketViewSet


class NumberConverter(StringConverter):
    """What might be a ticket's number; the database knows whether it is."""

    regex = r"[0-9A-Za-z-]{1,40}"


register_converter(NumberConverter, "ticket_number")

urlpatterns = [
    path("", TicketViewSet.as_view({"get": "list", "post": "create"})),
    path("departments/", DepartmentViewSet.as_view({"get": "list"})),
    path("<ticket_number:number>/", TicketViewSet.as_view({"get": "retrieve", "patch": "partial_update"})),
    path("<ticket_number:number>/approve/", TicketViewSet.as_view({"post": "approve"})),
    path("<ticket_number:number>/reject/", TicketViewSet.as_view({"post": "reject"})),
    path("<ticket_number:number>/withdraw/", TicketViewSet.as_view({"post": "withdraw"})),
    path("<ticket_number:number>/close/", TicketViewSet.as_view({"post": "close"})),
    path("<ticket_number:number>/reopen/", TicketViewSet.as_view({"post": "reopen"})),
    path("<ticket_number:number>/history/", HistoryViewSet.as_view({"get": "list"})),
    path("<ticket_number:number>/attachments/", TicketViewSet.as_view({"post": "attach"})),
]
