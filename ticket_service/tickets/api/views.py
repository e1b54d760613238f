"""The doors to tickets."""

from typing import Any, TypeVar

from rest_framework.request import Request
from rest_framework.response import Response

from attachments.selectors import files_of
from forms.api.serializers import DepartmentSerializer
from forms.selectors import list_departments
from servicekit.clock import now
from servicekit.contracts.permissions import Permission
from servicekit.etags import expected_version, with_etag
from servicekit.idempotency import idempotent
from servicekit.pagination import CursorPages
from servicekit.permissions import Authenticated, Requires
from servicekit.schema import OpenApiParameter, extend_schema
from servicekit.serializers import Body
from servicekit.views import ServiceViewSet
from tickets import policies, selectors, services
from tickets.api import serializers
from tickets.models import Ticket
from tickets.status import Priority

IDEMPOTENCY_KEY = OpenApiParameter("Idempotency-Key", str, "header", description="Makes a repeated request harmless.")
IF_MATCH = OpenApiParameter("If-Match", str, "header", required=True, description="The ETag of what was edited.")
B = TypeVar("B", bound=Body)


class NewestFirst(CursorPages):
    ordering = ("-submitted_at", "-id")


class OldestFirst(CursorPages):
    ordering = ("at", "id")


class TicketViewSet(ServiceViewSet):
    access = {
        "list": Authenticated,
        "create": Requires(Permission.TICKET_SUBMIT),
        "retrieve": Authenticated,
        "partial_update": Authenticated,
        "approve": Requires(Permission.TICKET_APPROVE),
        "reject": Requires(Permission.TICKET_APPROVE),
        "withdraw": Authenticated,
        "close": Authenticated,
        "reopen": Authenticated,
        "attach": Authenticated,
    }
    serializer_class = serializers.TicketSerializer
    pagination_class = NewestFirst

    @extend_schema(parameters=[serializers.ListQuery], responses=serializers.TicketRowSerializer(many=True))
    def list(self, request: Request) -> Response:
        """The tickets that one may see, newest first."""
        query = serializers.ListQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(selectors.list_tickets(self.principal, query.filter())) or []
        return self.get_paginated_response([serializers.row_json(ticket) for ticket in page])

    @extend_schema(request=serializers.SubmitBody, responses={201: serializers.TicketSerializer}, parameters=[IDEMPOTENCY_KEY])
    @idempotent
    def create(self, request: Request) -> Response:
        """File a ticket."""
        body = self._valid(serializers.SubmitBody)
        return self._answer(services.submit_ticket(request=body.request(), by=self.principal), status=201)

    def retrieve(self, request: Request, number: str) -> Response:
        """One ticket, with what one may do with it now."""
        return self._answer(selectors.get_ticket(number, self.principal))

    @extend_schema(request=serializers.EditBody, parameters=[IF_MATCH])
    def partial_update(self, request: Request, number: str) -> Response:
        """Change one's own new ticket; If-Match says what was seen."""
        change, seen = self._valid(serializers.EditBody).change(), expected_version(request)
        return self._answer(services.edit_ticket(number=number, change=change, expected_version=seen, by=self.principal))

    @extend_schema(request=serializers.ApproveBody)
    def approve(self, request: Request, number: str) -> Response:
        """New → Open."""
        body = self._valid(serializers.ApproveBody).validated_data
        priority = Priority(body["priority"])
        return self._answer(services.approve_ticket(number=number, priority=priority, department=body["department"], by=self.principal))

    @extend_schema(request=serializers.ReasonBody)
    def reject(self, request: Request, number: str) -> Response:
        """New → Rejected."""
        reason = self._valid(serializers.ReasonBody).validated_data["reason"]
        return self._answer(services.reject_ticket(number=number, reason=reason, by=self.principal))

    @extend_schema(request=serializers.ReasonBody)
    def withdraw(self, request: Request, number: str) -> Response:
        """Take one's own ticket back, until it is resolved."""
        reason = self._valid(serializers.ReasonBody).validated_data["reason"]
        return self._answer(services.withdraw_ticket(number=number, reason=reason, by=self.principal))

    @extend_schema(request=serializers.CloseBody)
    def close(self, request: Request, number: str) -> Response:
        """Resolved → Closed."""
        comment = self._valid(serializers.CloseBody).validated_data["comment"]
        return self._answer(services.close_ticket(number=number, comment=comment, by=self.principal))

    @extend_schema(request=serializers.ReasonBody)
    def reopen(self, request: Request, number: str) -> Response:
        """Back to Open, by the requester within 14 days of the resolution."""
        reason = self._valid(serializers.ReasonBody).validated_data["reason"]
        return self._answer(services.reopen_ticket(number=number, reason=reason, by=self.principal))

    @extend_schema(request=serializers.FilesBody)
    def attach(self, request: Request, number: str) -> Response:
        """Give uploaded files to a ticket."""
        ids = tuple(self._valid(serializers.FilesBody).validated_data["attachments"])
        return self._answer(services.attach_files(number=number, attachments=ids, by=self.principal))

    def _valid(self, body_class: type[B]) -> B:
        body = body_class(data=self.request.data)
        body.is_valid(raise_exception=True)
        return body

    def _answer(self, ticket: Ticket, status: int = 200) -> Response:
        body = serializers.ticket_json(ticket, files_of(ticket.id), policies.actions_now(self.principal, ticket, now()))
        return with_etag(Response(body, status=status), ticket.version)


class HistoryViewSet(ServiceViewSet):
    access = {"list": Authenticated}
    serializer_class = serializers.HistorySerializer
    pagination_class = OldestFirst

    def list(self, request: Request, number: str) -> Response:
        """What happened to the ticket: who, when, from, to, why; oldest first."""
        page: list[Any] = self.paginate_queryset(selectors.list_history(number, self.principal)) or []
        return self.get_paginated_response([serializers.history_json(entry) for entry in page])


class DepartmentViewSet(ServiceViewSet):
    access = {"list": Authenticated}
    serializer_class = DepartmentSerializer

    def list(self, request: Request) -> Response:
        """The departments that a ticket can be given to."""
        return Response([{"slug": department.slug, "name": department.name} for department in list_departments()])
